"""Putting what is live in one environment live in another, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError
from kernel.secrets import Vault
from runtime.environments.carrying import RULE, WORKFLOW, Carried, fitted, missing_tables
from runtime.flow_control.publishing import publish, require_use
from runtime.flows import history as flow_history
from runtime.flows import versions as flows
from runtime.flows.comparing import Change, compare
from runtime.flows.history import calls_in
from runtime.flows.model import every_step
from runtime.flows.safe import for_reader
from runtime.flows.table_steps import table_use
from runtime.going_live.model import Yes
from runtime.going_live.subjects import without_digests
from runtime.rules import history as rule_history
from runtime.rules import store as rules
from runtime.rules.model import Mode
from tenancy.policies import NOBODY, key_of

NOTHING: Mapping[str, Any] = {"name": "", "triggers": {}, "steps": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What was put live, and what stood there before.

    Attributes:
        before: Number of the version that was live; None where nothing was.
        made: Number of the version that is live now.
    """

    kind: str
    id: UUID
    title: str
    before: int | None
    mode: str
    made: int

    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "kind": self.kind,
            "id": str(self.id),
            "title": self.title,
            "before": self.before,
            "mode": self.mode,
            "made": self.made,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where things are put, for whom, and when; the session acts there as `who`.

    `is_second` tells that somebody else asked for it, and `who` said yes.
    """

    session: Session
    who: Acting
    vault: Vault
    now: datetime
    by: str
    note: str
    tables: dict[str, str] = field(default_factory=dict)
    is_second: bool = False

    def is_second_to(self, carried: Carried) -> bool:
        """Tell whether somebody else puts it live than who had a hand in it."""
        mine, known = key_of(self.who.vouched_by), set(carried.authors)
        return self.is_second or (bool(known) and not known & {NOBODY, mine} and mine != NOBODY)

    @property
    def where(self) -> tuple[Session, UUID]:
        """Give what every service asks first."""
        return self.session, self.who.tenant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What something is here before it is put: None for what there is not."""

    id: UUID | None = None
    live: int | None = None
    mode: str = ""
    revision: int = 0
    document: Mapping[str, Any] | None = None
    is_untouched: bool = True


def make_place(  # noqa: PLR0913  where, for whom, with which keys and words
    session: Session,
    *,
    who: Acting,
    vault: Vault,
    now: datetime,
    by: str,
    note: str,
    is_second: bool = False,
) -> Place:
    """Look which tables there are here, by their names."""
    found = rules.list_rules(session, who.tenant_id)
    tables = {one.name.lower(): str(one.id) for one in found if one.kind == "table"}
    return Place(
        session=session,
        who=who,
        vault=vault,
        now=now,
        by=by,
        note=note,
        tables=tables,
        is_second=is_second,
    )


def here_of(place: Place, carried: Carried) -> Here:
    """Look what something is here; raises ConflictError where two have its name."""
    return _flow_here(place, carried) if carried.kind == WORKFLOW else _rule_here(place, carried)


def changes_of(place: Place, carried: Carried, here: Here) -> list[Change]:
    """List what putting it live changes here."""
    document, _ = fitted(carried, place.tables)
    if carried.kind == WORKFLOW:
        return compare(here.document or NOTHING, document)
    return rule_history.compare_rules(here.document or {}, document)


def shown_changes_of(place: Place, carried: Carried, here: Here) -> list[Change]:
    """List the same for people to see: without secrets, so that what differs in them alone is not.

    Rules and tables hold none.
    """
    if carried.kind != WORKFLOW:
        return changes_of(place, carried, here)
    registry = registry_of(*place.where)
    document, _ = fitted(carried, place.tables)
    old, new = (
        for_reader(one, registry, may_change=False) for one in (here.document or NOTHING, document)
    )
    return compare(old, new)


def put_live(place: Place, carried: Carried) -> Put:
    """Put it live here; its draft here becomes the same.

    Raises:
        InvalidError: with every problem that it has here.
        ConflictError: its draft here has changes that nobody published.
        ForbiddenError: who acts may not let workflows use connections.
    """
    here = here_of(place, carried)
    if not here.is_untouched:
        raise ConflictError(
            f"the draft of {carried.title} here has changes that nobody published: publish them, "
            "or take the live version back into the draft, first"
        )
    document, missing = fitted(carried, place.tables)
    if missing:
        raise InvalidError(
            f"{carried.title} needs what is not here", problems=missing_tables(missing)
        )
    put = _put_flow if carried.kind == WORKFLOW else _put_rule
    return put(place, carried, here, document)


def live_flow(session: Session, tenant_id: UUID, slug: str) -> dict[str, Any] | None:
    """Give what is live here of a workflow, as it was drawn; None where nothing is."""
    flow = flows.find_flow_by_slug(session, tenant_id, slug)
    if flow is None or not flow.live_number:
        return None
    return without_digests(flow_history.document_of(session, tenant_id, flow.id, flow.live_number))


def _flow_here(place: Place, carried: Carried) -> Here:
    flow = flows.find_flow_by_slug(*place.where, carried.key[1])
    if flow is None:
        return Here()
    live = live_flow(*place.where, carried.key[1])
    return Here(
        id=flow.id,
        live=flow.live_number,
        revision=flow.draft_revision,
        document=live,
        is_untouched=flow.draft == live or (live is None and not flow.draft["steps"]),
    )


def _rule_here(place: Place, carried: Carried) -> Here:
    named = [
        one for one in rules.list_rules(*place.where) if (one.kind, one.name.lower()) == carried.key
    ]
    if len(named) > 1:
        raise ConflictError(f"several are called {carried.title} here: rename all but one")
    if not named:
        return Here()
    (rule,) = named
    live = (
        rule_history.document_of(*place.where, rule.id, rule.live_number)
        if rule.live_number
        else None
    )
    return Here(
        id=rule.id,
        live=rule.live_number,
        mode=rule.mode.value,
        revision=rule.draft_revision,
        document=live,
        is_untouched=rule.draft == live,
    )


def _put_flow(place: Place, carried: Carried, here: Here, document: dict[str, Any]) -> Put:
    who: dict[str, Any] = {"by": place.by, "now": place.now}
    _refuse_numbers(place, carried, document)
    if here.id is None:
        flow = flows.create_flow(
            *place.where, name=carried.title, document=document, slug=carried.key[1], **who
        )
    else:
        revision = here.revision
        flow = flows.save_draft(
            *place.where, here.id, document=document, expected_revision=revision, **who
        )
    require_use(*place.where, flow.id, who=place.who)
    calls, pinned = flows.ready_to_publish(*place.where, flow.draft)
    fixed = flows.fixed_of(calls, pinned)
    made = publish(
        *place.where,
        flow.id,
        note=place.note,
        by=place.by,
        vault=place.vault,
        now=place.now,
        yes=Yes(
            document=flow.draft,
            revision=flow.draft_revision,
            fixed=fixed,
            took_two=place.is_second_to(carried),
            authors=carried.authors,
        ),
    )
    return Put(
        kind=carried.kind,
        id=flow.id,
        title=carried.title,
        before=here.live,
        mode="",
        made=made.number or 0,
    )


def _refuse_numbers(place: Place, carried: Carried, document: Mapping[str, Any]) -> None:
    """Refuse a step that names a version by its number: numbers are others in each environment."""
    registry = registry_of(*place.where)
    numbered = [step for step, _, number in calls_in(document, registry) if number]
    for id_, step, _ in every_step(document):
        used = table_use(step.get("config", {}), registry.find(step["block"], step["version"]))
        numbered += [id_] if used is not None and used.number else []
    if numbered:
        raise InvalidError(
            f"{carried.title}: step {', '.join(numbered)} names a version by its number, which is "
            "another one here: let it use the live one there, and publish it"
        )


def _put_rule(place: Place, carried: Carried, here: Here, document: dict[str, Any]) -> Put:
    who: dict[str, Any] = {"by": place.by, "now": place.now, "by_id": place.who.vouched_by}
    if here.id is None:
        rule = rules.create_rule(*place.where, document=document, **who)
    else:
        revision = here.revision
        rule = rules.save_draft(
            *place.where, here.id, document=document, expected_revision=revision, **who
        )
    if carried.kind != RULE:
        place.tables[carried.key[1]] = str(rule.id)
    mode = Mode(here.mode if here.live else carried.mode)
    if mode is Mode.OFF and carried.kind == RULE:
        mode = Mode(carried.mode)
    done = rules.publish_rule(
        *place.where,
        rule.id,
        mode=mode,
        yes=Yes(
            document=rule.draft,
            revision=rule.draft_revision,
            took_two=place.is_second_to(carried),
            authors=carried.authors,
        ),
        **who,
    )
    return Put(
        kind=carried.kind,
        id=rule.id,
        title=carried.title,
        before=here.live,
        mode=here.mode,
        made=done.live_number or 0,
    )
