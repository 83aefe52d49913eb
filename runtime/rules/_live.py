"""A tenant's rules that are judged now, read from the database and compiled, kept by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.ids import sha256_of
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.around import paths_named
from runtime.rules.conditions import Condition, Op
from runtime.rules.fields import Kind, Read
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode, Rule, parse_rule
from runtime.rules.plan import Program, compile_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRule:
    """One rule that is judged now."""

    id: UUID
    version_id: UUID
    mode: Mode
    rule: Rule

    @property
    def key(self) -> str:
        """Name the rule in programs."""
        return str(self.id)

    @property
    def counted(self) -> Read:
        """Name the column that holds the rule's count, for the program that judges counts."""
        return Read(f"window.{self.id}", Kind.NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSet:
    """A tenant's rules, compiled.

    Attributes:
        name: Names this very set for ever.
        rules: By key.
        when: Do the conditions hold for an alarm?
        reached: Is the count of a rule that counts reached?
        around: Fields the rules name that are not the alarm's own.
    """

    name: str
    rules: Mapping[str, LiveRule]
    when: Program
    reached: Program
    around: frozenset[str]


def live_set(session: Session, tenant_id: UUID, matcher: Matcher) -> LiveSet:
    """Give the rules in modes live and observe; read anew only when one of them changed."""
    rows = session.execute(
        select(RuleRow.mode, RuleRow.live_version_id).where(
            RuleRow.tenant_id == tenant_id,
            RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)),
            RuleRow.live_version_id.is_not(None),
        )
    )
    modes = {row.live_version_id: row.mode for row in rows}
    name = sha256_of(repr((tenant_id, sorted((str(k), v.value) for k, v in modes.items()))))

    def load() -> LiveSet:
        versions = session.scalars(select(RuleVersionRow).where(RuleVersionRow.id.in_(modes)))
        return _compile(name, versions, modes)

    return matcher.keep(name, load)


def _compile(name: str, versions: Iterable[RuleVersionRow], modes: Mapping[UUID, Mode]) -> LiveSet:
    found = [
        LiveRule(
            id=row.rule_id, version_id=row.id, mode=modes[row.id], rule=parse_rule(row.document)
        )
        for row in versions
    ]
    return LiveSet(
        name=name,
        rules={live.key: live for live in found},
        when=compile_rules({live.key: live.rule.when for live in found}),
        reached=compile_rules(
            {
                live.key: _reached(live, live.rule.count.at_least)
                for live in found
                if live.rule.count is not None
            }
        ),
        around=paths_named(live.rule for live in found),
    )


def _reached(live: LiveRule, at_least: int) -> Condition:
    return Condition(live.counted, Op.AT_LEAST, (float(at_least),), at_least)
