"""What is brought from one environment to another: read there, fitted to here, checked here.

Workflows are the same where their slugs are, rules and tables where kind and name are. A step names
its decision table by an id, which is another one in each environment, so that it is put in anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from kernel.errors import InvalidError, Problem
from runtime.environments.named import KINDS as KINDS_NAMED
from runtime.environments.named import Name
from runtime.flows import history as flow_history
from runtime.flows import versions as flows
from runtime.flows.history import calls_in
from runtime.flows.model import every_step
from runtime.flows.named_places import LOOK_UP, places_in
from runtime.flows.table_steps import table_use
from runtime.going_live.model import Known
from runtime.going_live.subjects import without_digests
from runtime.rules import history as rule_history
from runtime.rules import store as rules
from runtime.rules.uses import look_up_tables_in

WORKFLOW, RULE, TABLE = KINDS = ("workflow", "rule", "table")
_ORDER = {TABLE: 0, WORKFLOW: 1, RULE: 2}
Key = tuple[str, str]
"""What something is known by in every environment: its kind, and its slug or name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A live version of another environment.

    Attributes:
        key: What it is known by here too.
        mode: In which mode a rule or table is judged there; "" for a workflow.
        authors: Who had a hand in it: names by the word for who answers.
        tables: Names of the decision tables that its steps name, by their ids there.
        calls: Slugs of the workflows that it calls.
        names: Look-up tables, calendars and connections that it names, by kind and name.
    """

    key: Key
    title: str
    document: Mapping[str, Any]
    number: int
    mode: str
    authors: Mapping[str, str]
    tables: Mapping[str, str]
    calls: frozenset[str]
    names: frozenset[Name]

    @property
    def kind(self) -> str:
        """`workflow`, `rule` or `table`."""
        return self.key[0]

    @property
    def digest(self) -> str:
        """Tell one state of it from another."""
        return flows.digest_of({"document": self.document, "mode": self.mode})


def live_there(session: Session, tenant_id: UUID, brought: Mapping[Key, Known]) -> list[Carried]:
    """List what is live in an environment, by kind and name; the session acts there.

    `brought` says which version was brought last from there: who made what came since is told.
    """
    registry, judged = registry_of(session, tenant_id), list(_live_rules(session, tenant_id))
    tables = {str(one.id): live["name"] for one, live in judged if one.kind == TABLE}
    found = [
        _flow(session, tenant_id, flow, registry, tables, brought)
        for flow in _every_flow(session, tenant_id)
        if flow.live_number is not None
    ]
    found += [
        Carried(
            key=(rule.kind, live["name"].lower()),
            title=live["name"],
            document=live,
            number=rule.live_number or 0,
            mode=rule.mode.value,
            authors=rule_history.authors_of_versions(
                session,
                tenant_id,
                rule.id,
                rule.live_number or 0,
                known=brought.get((rule.kind, live["name"].lower())),
            ),
            tables={},
            calls=frozenset(),
            names=frozenset((LOOK_UP, name) for name in look_up_tables_in(live)),
        )
        for rule, live in judged
    ]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.title.lower()))


def in_order(picked: list[Carried]) -> list[Carried]:
    """Give them so that each comes after what it needs: tables, called workflows, callers, rules.

    Raises:
        InvalidError: workflows call each other in a circle, which nothing live does.
    """
    left = sorted(picked, key=lambda one: (_ORDER[one.kind], one.title.lower()))
    done: list[Carried] = []
    while left:
        waiting = {one.key[1] for one in left if one.kind == WORKFLOW}
        ready = [one for one in left if not one.calls & (waiting - {one.key[1]})]
        if not ready:
            raise InvalidError("these workflows call each other in a circle")
        done += ready[:1]
        left.remove(ready[0])
    return done


def fitted(carried: Carried, tables_here: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Give its document with the ids of tables here, and the names of those that are missing."""
    missing: list[str] = []
    if not carried.tables:
        return dict(carried.document), missing

    def fit(step: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(step)
        table = step.get("config", {}).get("table")
        name = carried.tables.get(table, "") if isinstance(table, str) else ""
        if name:
            here = tables_here.get(name.lower(), "")
            missing.extend([] if here else [name])
            found["config"] = {**step["config"], "table": here or table}
        if "body" in step:
            found["body"] = {**step["body"], "steps": steps_of(step["body"])}
        return found

    def steps_of(part: Mapping[str, Any]) -> dict[str, Any]:
        return {id_: fit(step) for id_, step in part["steps"].items()}

    return {**carried.document, "steps": steps_of(carried.document)}, sorted(set(missing))


def missing_tables(names: list[str]) -> list[Problem]:
    """Say what to do about tables that are not here."""
    return [
        Problem("/steps", f"there is no decision table {one} here: bring it along") for one in names
    ]


def _flow(
    session: Session,
    tenant_id: UUID,
    flow: flows.FlowView,
    registry: Registry,
    tables: Mapping[str, str],
    brought: Mapping[Key, Known],
) -> Carried:
    number = flow.live_number or 0
    document = without_digests(flow_history.document_of(session, tenant_id, flow.id, number))
    return Carried(
        key=(WORKFLOW, flow.slug),
        title=document["name"],
        document=document,
        number=number,
        mode="",
        authors=flow_history.authors_of_versions(
            session, tenant_id, flow.id, number, known=brought.get((WORKFLOW, flow.slug))
        ),
        tables={one: tables[one] for one in _tables_named(document, registry) if one in tables},
        calls=frozenset(slug for _, slug, _ in calls_in(document, registry)),
        names=frozenset(
            (one.kind, one.name) for one in places_in(document, registry) if one.kind in KINDS_NAMED
        ),
    )


def _live_rules(
    session: Session, tenant_id: UUID
) -> Iterator[tuple[rules.RuleView, Mapping[str, Any]]]:
    """Yield each rule and table with what is live of it; a rule that is switched off is not."""
    for one in rules.list_rules(session, tenant_id):
        if one.live_number is not None and (one.kind == TABLE or one.mode.value != "off"):
            yield one, rule_history.document_of(session, tenant_id, one.id, one.live_number)


def _tables_named(document: Mapping[str, Any], registry: Registry) -> Iterator[str]:
    for _, step, _ in every_step(document):
        used = table_use(step.get("config", {}), registry.find(step["block"], step["version"]))
        if used is not None:
            yield used.table


def _every_flow(session: Session, tenant_id: UUID) -> Iterator[flows.FlowView]:
    after: list[str] | None = None
    while page := flows.list_flows(session, tenant_id, limit=200, after=after):
        yield from page
        after = flows.place_of(page[-1])
