"""Making versions: publishing a draft, and the snapshots that trials run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from blocks.installs.pins import with_digests
from blocks.installs.registry import registry_of
from blocks.registry import Block, Registry
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id, sha256_of
from kernel.json_text import kept_text
from runtime.calendars.store import calendar_names, hold_calendars
from runtime.flows._alone import makers_of, refuse_alone
from runtime.flows._carrying import of_people, refuse_carried
from runtime.flows._named_things import calendars_of, connections_of, look_up_tables_of
from runtime.flows._placing import place_block_triggers
from runtime.flows._records import FlowVersionView, version_view_of
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.decisions import decisions_of
from runtime.flows.excerpt import excerpt, problems_inside
from runtime.flows.model import every_step, shape_problems
from runtime.flows.problems import FlowProblem, Known, Versions
from runtime.flows.table_steps import table_use, tables_used
from runtime.flows.validate import check_flow
from runtime.going_live.authors import settle
from runtime.going_live.model import Yes
from runtime.limits.book import limits_of
from runtime.schedules.marks import place_marks
from runtime.wake import tell_pages_after_commit
from tenancy.audit import trail
from tenancy.audit.trail import About
from tenancy.connections.store import hold_connections, kinds_by_name
from tenancy.plans.entitled import require_blocks
from tenancy.policies import approval_before_effects
from tenancy.rows import get_owned


def draft_problems(session: Session, tenant_id: UUID, flow_id: UUID) -> list[FlowProblem]:
    """List what keeps the draft from being published, and warnings."""
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow")
    return problems_of(session, tenant_id, row.draft)


def problems_of(
    session: Session, tenant_id: UUID, document: Any, *, registry: Registry | None = None
) -> list[FlowProblem]:
    """List what would keep a document from being published, were it a draft of this tenant.

    `registry` has the blocks that it would have then; by default those that it has now.
    """
    registry = registry or registry_of(session, tenant_id)
    return check_flow(document, registry, known_to(session, tenant_id, document))


def publish_flow(  # noqa: PLR0913  what, with which note, for whom, and who said yes
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    note: str = "",
    by: str,
    now: datetime,
    yes: Yes | None = None,
) -> FlowVersionView:
    """Make the draft the live version; publishing an unchanged draft gives the live one again.

    Workflows that it calls and tables it decides by are fixed to the versions that are live now,
    where it names none; so a new version of such a one makes a new one of this workflow too.
    With `yes`, what somebody else said yes to is published, and not the draft.

    Raises:
        InvalidError: with every problem, each naming the step, the field and the remedy.
        ConflictError: as many workflows are live as the tenant may have, or what was said yes to
            would be fixed to something else by now.
        SecondPersonError: here it takes a second person.
        NotInPlanError: the plan does not hold a block that it uses.
    """
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow", lock=True)
    refuse_carried(row.slug)
    draft = yes.document if yes is not None else row.draft
    _hold_named(session, tenant_id, draft)
    calls, document = ready_to_publish(session, tenant_id, draft)
    live = session.get(FlowVersionRow, row.live_version_id) if row.live_version_id else None
    if live is not None and live.document == document and (live.calls or {}) == calls:
        return version_view_of(live)
    took_two = yes is not None and yes.took_two
    if yes is None:
        documents = [document, live.document] if live is not None else [document]
        took_two = refuse_alone(session, tenant_id, flow_id, documents, digest=digest_of(draft))
    elif yes.fixed != fixed_of(calls, document):
        raise ConflictError(
            "a workflow, table or block that it uses is another one by now: ask to publish it anew"
        )
    revision = yes.revision if yes is not None else row.draft_revision
    version = _new_version(row, number=_next_number(session, flow_id), by=by, now=now)
    version.document, version.note, version.calls = document, kept_text(note)[:500], calls or None
    version.digest, version.took_two = digest_of(draft), took_two
    version.made_of = {
        **makers_of(session, tenant_id, flow_id, version.digest, until=revision),
        **(yes.authors if yes is not None else {}),
    }
    session.add(version)
    session.flush()
    if row.live_version_id is None:
        _refuse_if_too_many_live(session, tenant_id)
    row.live_version_id = version.id
    session.flush()
    settle(session, tenant_id, "flow_id", flow_id, revision=revision, now=now)
    place_marks(session, tenant_id, flow_id, draft["triggers"], now=now)
    before = live.document if live is not None else {"triggers": {}}
    place_block_triggers(session, row, document, before, registry_of(session, tenant_id), now=now)
    _tell(session, row, version, now=now)
    return version_view_of(version)


def _tell(session: Session, row: FlowRow, version: FlowVersionRow, *, now: datetime) -> None:
    about = About(kind="workflow", id=row.id, name=row.name)
    facts = {"version": version.number, "note": version.note, "took_two": version.took_two}
    trail.note(session, row.tenant_id, "workflow.published", now=now, about=about, facts=facts)
    tell_pages_after_commit(session, row.tenant_id, "workflows", {"id": str(row.id)})


def _next_number(session: Session, flow_id: UUID) -> int:
    last = session.scalar(
        select(func.max(FlowVersionRow.number)).where(FlowVersionRow.flow_id == flow_id)
    )
    return (last or 0) + 1


def ready_to_publish(
    session: Session, tenant_id: UUID, document: Mapping[str, Any]
) -> tuple[dict[str, int], dict[str, Any]]:
    """Give what a document would be fixed to were it published now, and as it would be kept.

    Raises:
        InvalidError: with every problem.
        NotInPlanError: the plan does not hold a block that it uses.
    """
    known, registry = known_to(session, tenant_id, document), registry_of(session, tenant_id)
    _refuse_problems(document, registry, known)
    require_blocks(session, tenant_id, {step["block"] for _, step, _ in every_step(document)})
    return calls_of(document, registry, known), with_digests(document, registry)


def is_live_so(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    calls: Mapping[str, int],
    document: Mapping[str, Any],
) -> bool:
    """Tell whether a workflow's live version is that document, fixed to the same."""
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow")
    live = session.get(FlowVersionRow, row.live_version_id) if row.live_version_id else None
    return live is not None and live.document == document and (live.calls or {}) == calls


def fixed_of(calls: Mapping[str, int], document: Mapping[str, Any]) -> str:
    """Give the digest of a document with the packages and the versions that it is fixed to."""
    return digest_of({"calls": dict(calls), "document": document})


def snapshot_draft(
    session: Session, tenant_id: UUID, flow_id: UUID, *, now: datetime
) -> FlowVersionView:
    """Give a version of the draft for a trial: the same one for the same draft.

    Raises:
        InvalidError: the draft has problems.
    """
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow")
    registry = registry_of(session, tenant_id)
    _refuse_problems(row.draft, registry, known_to(session, tenant_id, row.draft))
    return _snapshot(session, row, row.draft, row.draft_digest, now=now)


def snapshot_step(
    session: Session, tenant_id: UUID, flow_id: UUID, step: str, *, kind: str, now: datetime
) -> FlowVersionView:
    """Give a version of one step of the draft for a trial, started by a trigger of a kind.

    Raises:
        NotFoundError: no such step.
        InvalidError: that step has problems; those of others do not matter.
    """
    row = get_owned(session, FlowRow, tenant_id, flow_id, name="workflow")
    document = excerpt(row.draft, step, kind=kind)
    known, registry = known_to(session, tenant_id, row.draft), registry_of(session, tenant_id)
    found = check_flow(row.draft, registry, known)
    _refuse(problems_inside(found, row.draft, step), "the step")
    return _snapshot(session, row, document, digest_of(document), now=now)


def digest_of(document: Mapping[str, Any]) -> str:
    """Give the digest of a document, whatever the order of its keys."""
    return sha256_of(json.dumps(document, sort_keys=True, separators=(",", ":")))


def _snapshot(
    session: Session, row: FlowRow, document: dict[str, Any], digest: str, *, now: datetime
) -> FlowVersionView:
    known = session.scalar(
        select(FlowVersionRow).where(
            FlowVersionRow.flow_id == row.id,
            FlowVersionRow.digest == digest,
            FlowVersionRow.retired_at.is_(None),
        )
    )
    if known is None:
        known = _new_version(row, number=None, by=row.updated_by, now=now)
        known.document, known.digest = document, digest
        session.add(known)
        session.flush()
    return version_view_of(known)


def _hold_named(session: Session, tenant_id: UUID, document: Any) -> None:
    """Keep what the workflow names until it is published: who removes it waits and sees the use."""
    if shape_problems(document):
        return
    registry = registry_of(session, tenant_id)
    decided_by = {one for one, _ in _wanted_of(document, registry)}
    looked_up = look_up_tables_of(document, registry)
    decisions_of(session).hold(session, tenant_id, decided_by, looked_up)
    hold_calendars(session, tenant_id, calendars_of(document, registry))
    hold_connections(session, tenant_id, connections_of(document))


def known_to(session: Session, tenant_id: UUID, document: Any) -> Known:
    """Give what the checks of a workflow must know of the tenant."""
    live = select(FlowRow.slug, FlowVersionRow.number).outerjoin(
        FlowVersionRow, FlowVersionRow.id == FlowRow.live_version_id
    )
    numbers = select(FlowRow.slug, FlowVersionRow.number).join(
        FlowVersionRow, FlowVersionRow.flow_id == FlowRow.id
    )
    callable_ones = (FlowVersionRow.number.is_not(None), FlowVersionRow.retired_at.is_(None))
    found: dict[str, set[int]] = {}
    mine = and_(FlowRow.tenant_id == tenant_id, of_people())
    for slug, number in session.execute(numbers.where(mine, *callable_ones)):
        if number is not None:
            found.setdefault(slug, set()).add(number)
    return Known(
        flows={
            slug: Versions(live=number, numbers=frozenset(found.get(slug, ())))
            for slug, number in session.execute(live.where(mine))
        },
        calendars=frozenset(calendar_names(session, tenant_id)),
        tables=decisions_of(session).known(
            session, tenant_id, _wanted_of(document, registry_of(session, tenant_id))
        ),
        lookups=decisions_of(session).look_up_tables(session, tenant_id),
        connections=kinds_by_name(session, tenant_id),
        unapproved="error" if approval_before_effects(session, tenant_id) else "warning",
    )


def _wanted_of(document: Any, registry: Registry) -> list[tuple[str, int | None]]:
    if shape_problems(document):
        return []
    return [(one.table, one.number) for one in tables_used(document, registry)]


def calls_of(document: Mapping[str, Any], registry: Registry, known: Known) -> dict[str, int]:
    """Give by step the version it is fixed to, of a workflow or table, where it names none."""
    found: dict[str, int] = {}
    for id_, step, _ in every_step(document):
        block = registry.find(step["block"], step["version"])
        versions = _to_be_fixed(step.get("config", {}), block, known)
        if versions is not None and versions.live is not None:
            found[id_] = versions.live
    return found


def _to_be_fixed(config: Mapping[str, Any], block: Block | None, known: Known) -> Versions | None:
    used = table_use(config, block)
    if used is not None:
        table = (known.tables or {}).get(used.table)
        return table.versions if table is not None and used.is_to_be_fixed else None
    if block is None or block.manifest.behaviour.control != "call" or config.get("version"):
        return None
    return (known.flows or {}).get(config.get("flow", ""))


def _refuse_if_too_many_live(session: Session, tenant_id: UUID) -> None:
    most = limits_of(session, tenant_id).live_workflows
    if count_live(session, tenant_id) >= most:
        raise ConflictError(
            f"{most:,} workflows are live, as many as may be (live_workflows): delete one that "
            "is not needed, or ask whoever runs this installation to raise the limit",
            limit=most,
        )


def count_live(session: Session, tenant_id: UUID) -> int:
    """Count a tenant's workflows that have a live version."""
    live = select(func.count(FlowRow.id)).where(
        FlowRow.tenant_id == tenant_id, FlowRow.live_version_id.is_not(None), of_people()
    )
    return session.scalar(live) or 0


def _refuse_problems(document: Mapping[str, Any], registry: Registry, known: Known) -> None:
    problems = check_flow(document, registry, known)
    _refuse([one for one in problems if one.severity == "error"], "the workflow")


def _refuse(found: Sequence[FlowProblem], what: str) -> None:
    if found:
        raise InvalidError(
            f"{what} has {len(found)} problem(s) to solve first",
            problems=[Problem(one.pointer, one.message) for one in found],
        )


def _new_version(row: FlowRow, *, number: int | None, by: str, now: datetime) -> FlowVersionRow:
    return FlowVersionRow(
        id=new_id(),
        tenant_id=row.tenant_id,
        flow_id=row.id,
        number=number,
        document=row.draft,
        digest=row.draft_digest,
        made_at=now,
        made_by=by,
    )
