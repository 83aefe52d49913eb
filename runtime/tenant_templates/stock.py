"""What an organisation has that a template can be made of, part by part, with what each needs.

Of workflows, rules and decision tables that is what is live, as environments bring it
(`runtime.environments.carrying`); connections are needs and never parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.model import InstallView
from blocks.installs.offering import package_of
from blocks.installs.store import list_installs
from blocks.kinds.composite import FLOW_FILE, read_carried
from runtime.alarms.console.saved import list_views
from runtime.alarms.policy.model import DEFAULT
from runtime.alarms.policy.store import policy_of
from runtime.alarms.sources.kinds import kind_of
from runtime.alarms.sources.store import list_sources
from runtime.calendars.store import list_calendars
from runtime.environments.carrying import Carried, live_there
from runtime.flows.exchange.retelling import unmistakable
from runtime.flows.history import calls_in
from runtime.flows.named_places import BLOCK as BLOCK_PLACE
from runtime.flows.named_places import CALENDAR as CALENDAR_PLACE
from runtime.flows.named_places import CONNECTION, LOOK_UP, places_in
from runtime.flows.named_places import WORKFLOW as WORKFLOW_PLACE
from runtime.flows.table_steps import tables_used
from runtime.inventory.lookup import read_table
from runtime.inventory.lookups.store import list_tables
from runtime.packs.parts import BLOCK, DECISION, RULE, TABLE, WORKFLOW, block_document
from runtime.rules.uses import flows_started_by, look_up_tables_in
from runtime.tenant_templates.contents import CALENDAR, POLICY, SOURCE, VIEW, Item, file_of
from runtime.tenant_templates.kinds import source_document, view_document
from runtime.tenant_templates.portable import Names, portable

ROWS_MAX = 1_000
"""Of a larger look-up table the columns come along alone, as of templates of workflows."""
_KINDS = {"workflow": WORKFLOW, "rule": RULE, "table": DECISION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that an organisation has.

    Attributes:
        connections: Names of the connections that it uses.
        blocks: Ids of all blocks that it uses, Garland's own among them.
        refusal: Why it cannot be part of a template, and what to do; "" where it can.
    """

    item: Item
    connections: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """All that an organisation has, by file, and what cannot be chosen at all, with the reason."""

    held: Mapping[str, Held]
    left_out: Sequence[tuple[str, str]] = field(default_factory=tuple)


def stock_of(session: Session, tenant_id: UUID) -> Stock:
    """List what an organisation has, in its scope; of look-up tables the rows are not read yet."""
    where, names = (session, tenant_id), Names.of(session, tenant_id)
    found: dict[str, Held] = {}
    several: set[str] = set()
    for one in (*_designs(*where, names), *_reference(*where), *_sources(*where)):
        several |= {one.item.file} & found.keys()
        found[one.item.file] = one
    for file in several:
        told = f"several are called {found[file].item.title}: rename all but one"
        found[file] = replace(found[file], refusal=told)
    left_out = [
        (one.name, "its address and what it listens to are set up at each customer by hand")
        for one in list_sources(*where)
        if not kind_of(one.kind).has_address
    ]
    return Stock(held=found, left_out=left_out)


def with_rows(session: Session, tenant_id: UUID, item: Item) -> Item:
    """Give a look-up table's part with its rows, or with its columns alone where it is large."""
    columns, rows = read_table(session, tenant_id, item.title) or ([], {})
    if len(rows) > ROWS_MAX:
        note = f"its columns alone, without its {len(rows):,} rows"
        return replace(item, document={"columns": columns, "rows": {}}, note=note)
    counted = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
    return replace(item, document={"columns": columns, "rows": rows}, note=counted)


def _designs(session: Session, tenant_id: UUID, names: Names) -> Iterator[Held]:
    installed = reversed(list_installs(session, tenant_id))
    by_name = {f"{one.manifest.id}@{one.manifest.version}": one for one in installed}
    yield from (_block(session, one, by_name) for one in by_name.values())
    for one in live_there(session, tenant_id, {}):
        yield _workflow(one, names, by_name) if one.kind == "workflow" else _judged(one)


def _block(session: Session, one: InstallView, by_name: Mapping[str, InstallView]) -> Held:
    made_of: set[str] = set()
    if one.manifest.kind == "composite":
        carried = read_carried(package_of(session, one.digest).files[FLOW_FILE])
        made_of = set(carried.children)
    item = Item(
        kind=BLOCK,
        file=file_of(BLOCK, f"{one.manifest.id}@{one.manifest.version}"),
        title=f"{one.manifest.title} {one.manifest.version}",
        document=block_document(one.manifest, one.digest),
        needs=[file_of(BLOCK, name) for name in sorted(made_of & by_name.keys())],
    )
    refusal = (
        ""
        if one.is_signed
        else (
            f"{one.manifest.title} {one.manifest.version} is in development, and nobody vouches "
            "for it: bring a signed package, or leave out what uses it"
        )
    )
    return Held(item=item, blocks=_ids(made_of) | {one.manifest.id}, refusal=refusal)


def _workflow(carried: Carried, names: Names, installed: Mapping[str, InstallView]) -> Held:
    document, registry = carried.document, names.registry
    places = set(places_in(document, registry))
    named = {kind: {one.name for one in places if one.kind == kind} for kind in _PLACES}
    blocks = {one.name for one in places if one.kind == BLOCK_PLACE}
    needs = [file_of(_PLACES[kind], name) for kind in _PLACES for name in sorted(named[kind])]
    needs += [file_of(DECISION, name.lower()) for name in sorted(carried.tables.values())]
    needs += [file_of(BLOCK, name) for name in sorted(blocks & installed.keys())]
    item = Item(
        kind=WORKFLOW,
        file=file_of(WORKFLOW, carried.key[1]),
        title=carried.title,
        document=portable(document, names),
        mode="live",
        needs=needs,
    )
    return Held(
        item=item,
        connections=frozenset(one.name for one in places if one.kind == CONNECTION),
        blocks=_ids(blocks),
        refusal=_numbered(carried, names),
    )


_PLACES = {WORKFLOW_PLACE: WORKFLOW, LOOK_UP: TABLE, CALENDAR_PLACE: CALENDAR}


def _numbered(carried: Carried, names: Names) -> str:
    """Refuse a step that names a version by its number: numbers are others everywhere."""
    document, registry = carried.document, names.registry
    numbered = [step for step, _, number in calls_in(document, registry) if number]
    uses = list(tables_used(document, registry))
    if numbered or any(one.number for one in uses):
        return (
            f"{carried.title} names a version by its number, which is another one everywhere: let "
            "it use the live one, and publish it"
        )
    known = unmistakable(names.tables)
    if any(one.table not in known for one in uses):
        return f"{carried.title} decides by a table whose name several have: rename all but one"
    return ""


def _judged(carried: Carried) -> Held:
    kind = _KINDS[carried.kind]
    needs = [file_of(WORKFLOW, slug) for slug in sorted(flows_started_by(carried.document))]
    needs += [file_of(TABLE, name) for name in sorted(look_up_tables_in(carried.document))]
    return Held(
        item=Item(
            kind=kind,
            file=file_of(kind, carried.key[1]),
            title=carried.title,
            document=carried.document,
            mode=carried.mode,
            needs=needs,
        )
    )


def _reference(session: Session, tenant_id: UUID) -> Iterator[Held]:
    for table in list_tables(session, tenant_id):
        item = Item(
            kind=TABLE,
            file=file_of(TABLE, table.name),
            title=table.name,
            document={"columns": list(table.columns), "rows": {}},
            note=f"{table.rows:,} row{'' if table.rows == 1 else 's'}",
        )
        yield Held(item=item)
    for one in list_calendars(session, tenant_id):
        yield _plain(CALENDAR, one.name, one.document)
    policy = policy_of(session, tenant_id)
    if policy != DEFAULT:
        yield _plain(POLICY, "Lifecycle of alarms", policy.document())
    for view in list_views(session, tenant_id, None):
        yield _plain(VIEW, view.name, view_document(view))


def _sources(session: Session, tenant_id: UUID) -> Iterator[Held]:
    for one in list_sources(session, tenant_id):
        if kind_of(one.kind).has_address:
            yield _plain(SOURCE, one.name, source_document(one))


def _plain(kind: str, name: str, document: Mapping[str, Any]) -> Held:
    return Held(item=Item(kind=kind, file=file_of(kind, name), title=name, document=document))


def _ids(named: Iterable[str]) -> frozenset[str]:
    return frozenset(one.partition("@")[0] for one in named)
