"""A tenant's rules that are judged now, read from the database and compiled, kept by version."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.ids import sha256_of
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.judging.ruleset import RuleSet, compile_set, judged_rule
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode


def live_set(session: Session, tenant_id: UUID, matcher: Matcher) -> RuleSet:
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

    def load() -> RuleSet:
        versions = session.scalars(select(RuleVersionRow).where(RuleVersionRow.id.in_(modes)))
        return compile_set(
            name,
            [judged_rule(row.rule_id, row.id, modes[row.id], row.document) for row in versions],
        )

    return matcher.keep(name, load)
