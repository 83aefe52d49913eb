"""Finding where something is used: workflows, rules, tables, blocks, packs, other environments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.kinds.composite import FLOW_FILE, read_carried
from kernel.acting import Acting, acting_as
from kernel.errors import ForbiddenError, NotFoundError
from runtime.calendars.store import get_calendar
from runtime.flows import versions as flows
from runtime.flows.named_places import (
    BLOCK,
    CALENDAR,
    CONNECTION,
    LOOK_UP,
    ON_FAILURE,
    TABLE,
    VARIABLE,
    WORKFLOW,
    places_in,
)
from runtime.flows.uses import uses_by_flows
from runtime.hooks.store import list_hooks
from runtime.inventory.lookups.store import get_table as get_look_up_table
from runtime.packs.store import packs_with
from runtime.rules import store as rules
from runtime.rules.uses import RuleUse, look_up_tables_in, rules_starting, uses_by_rules
from runtime.tenant_templates.uses import came_from
from runtime.where_used.model import Subject, Use, at_steps
from tenancy.connections.store import get_connection
from tenancy.environments import acting_there, environments_of
from tenancy.scope import as_tenant

_VERBS = {
    CONNECTION: "uses it",
    CALENDAR: "goes by it",
    LOOK_UP: "looks something up in it",
    TABLE: "decides by it",
    BLOCK: "has it",
    WORKFLOW: "calls it",
    VARIABLE: "reads or sets it",
}
_STARTS = {"schedule": "starts it by the clock", "webhook": "starts it from outside"}


def find_subject(session: Session, tenant_id: UUID, kind: str, id_: UUID) -> Subject:
    """Give what is asked about by its kind and id; raises NotFoundError."""
    where = (session, tenant_id, id_)
    if kind == WORKFLOW:
        flow = flows.get_flow(*where)
        return Subject(kind=kind, title=flow.name, name=flow.slug, id=id_)
    if kind in ("rule", TABLE):
        rule = rules.get_rule(*where)
        if rule.kind != kind:
            raise NotFoundError(f"no such {kind}")
        return Subject(kind=kind, title=rule.name, name=str(id_), id=id_)
    getters: dict[str, Callable[[Session, UUID, UUID], Any]] = {
        CONNECTION: get_connection,
        CALENDAR: get_calendar,
        LOOK_UP: get_look_up_table,
    }
    name: str = getters[kind](*where).name
    return Subject(kind=kind, title=name, name=name, id=id_)


def uses_of(session: Session, subject: Subject, *, who: Acting, now: datetime) -> list[Use]:
    """List all that uses something, what starts it first."""
    where = (session, who.tenant_id)
    found = [*_by_rules(*where, subject), *_by_flows(*where, subject)]
    if subject.kind == WORKFLOW and subject.id is not None:
        found = [*_own_starts(*where, subject.id, now=now), *found]
    if subject.kind == BLOCK:
        found += _by_blocks(*where, subject.name)
    if subject.id is not None:
        found += [
            Use(kind="pack", title=one.title, key=one.pack_id, how="brought it")
            for one in packs_with(*where, subject.id)
        ]
        found += [
            Use(
                kind="template",
                title=f"{one.name}, version {one.version}",
                key=str(one.id),
                how="brought it",
            )
            for one in came_from(*where, subject.id)
        ]
    return [*found, *_elsewhere(session, subject, who=who)]


def variables_of(session: Session, tenant_id: UUID, flow_id: UUID) -> dict[str, list[str]]:
    """Give the steps and triggers of a workflow's draft that mention each of its variables."""
    draft = flows.get_flow(session, tenant_id, flow_id).draft
    found: dict[str, list[str]] = {name: [] for name in draft.get("vars", {})}
    for one in places_in(draft, registry_of(session, tenant_id)):
        if one.kind == VARIABLE and one.at not in found.setdefault(one.name, []):
            found[one.name].append(one.at)
    return found


def _by_rules(session: Session, tenant_id: UUID, subject: Subject) -> Iterator[Use]:
    if subject.kind == WORKFLOW:
        named, how = rules_starting(session, tenant_id, subject.name), "starts it"
    elif subject.kind == LOOK_UP:
        named = uses_by_rules(session, tenant_id, look_up_tables_in, subject.name)
        how = "looks something up in it"
    else:
        return
    yield from (_of_rule(one, how) for one in named)


def _of_rule(one: RuleUse, how: str) -> Use:
    return Use(
        kind=one.kind,
        title=one.name,
        id=one.rule_id,
        how=how,
        in_draft=one.in_draft,
        in_live=one.in_live,
        mode=one.mode.value,
    )


def _by_flows(session: Session, tenant_id: UUID, subject: Subject) -> Iterator[Use]:
    for one in uses_by_flows(session, tenant_id, subject.kind, subject.name):
        fails = {ON_FAILURE} & {*one.draft, *one.live}
        how = at_steps(_VERBS[subject.kind], one.draft, one.live)
        yield Use(
            kind=WORKFLOW,
            title=one.name,
            id=one.flow_id,
            how=how.replace(f"calls it: {ON_FAILURE}", "starts it when it fails") if fails else how,
            in_draft=bool(one.draft),
            in_live=bool(one.live),
        )


def _own_starts(
    session: Session, tenant_id: UUID, flow_id: UUID, *, now: datetime
) -> Iterator[Use]:
    """Yield the triggers of its live version that start it without anybody: clock and webhooks."""
    flow = flows.get_flow(session, tenant_id, flow_id)
    if flow.live_version_id is None:
        return
    live = flows.get_version(session, tenant_id, flow.live_version_id).document
    hooks = {one.trigger_id for one in list_hooks(session, tenant_id, flow_id, now=now)}
    for id_, trigger in live["triggers"].items():
        how = _STARTS["webhook"] if id_ in hooks else _STARTS.get(trigger["kind"], "")
        if how:
            title = trigger.get("title") or id_
            yield Use(kind="trigger", title=title, id=flow_id, how=how, in_live=True)


def _by_blocks(session: Session, tenant_id: UUID, wanted: str) -> Iterator[Use]:
    """Yield the installed composites that are made of a block."""
    for block in registry_of(session, tenant_id).each():
        if block.manifest.kind != "composite":
            continue
        children = read_carried((block.folder / FLOW_FILE).read_bytes()).children
        if wanted in children:
            title = f"{block.manifest.title} {block.manifest.version}"
            yield Use(kind=BLOCK, title=title, key=block.manifest.id, how="is made of it")


def _elsewhere(session: Session, subject: Subject, *, who: Acting) -> Iterator[Use]:
    """Yield the other environments that have the same, where who asks may see them."""
    if subject.kind not in (WORKFLOW, "rule", TABLE):
        return
    for one in environments_of(session, who.tenant_id):
        if one.organisation_id == who.tenant_id:
            continue
        try:
            them = acting_there(session, who, one)
        except ForbiddenError:
            continue
        with as_tenant(session, one.organisation_id), acting_as(session, them):
            live = _live_number(session, one.organisation_id, subject)
        if live is not None:
            how = f"has it, version {live} live" if live else "has it, not published"
            yield Use(kind="environment", title=one.name, key=one.slug, how=how)


def _live_number(session: Session, tenant_id: UUID, subject: Subject) -> int | None:
    """Give the live version there, 0 where nothing of it is live; None where it is not there."""
    if subject.kind == WORKFLOW:
        flow = flows.find_flow_by_slug(session, tenant_id, subject.name)
        return (flow.live_number or 0) if flow is not None else None
    named = [
        one
        for one in rules.list_rules(session, tenant_id, q=subject.title)
        if (one.kind, one.name.lower()) == (subject.kind, subject.title.lower())
    ]
    return max((one.live_number or 0 for one in named), default=None)
