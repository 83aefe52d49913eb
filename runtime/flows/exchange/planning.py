"""What an import would make, said before anything is made.

Each workflow of the file becomes a new one, the draft of one that is there, or is left out. What
has to be done before it can be published is what the check of workflows says of it, here and now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from kernel.errors import InvalidError, Problem
from runtime.flows._carrying import of_people
from runtime.flows._publishing import known_to
from runtime.flows._tables import FlowRow
from runtime.flows.comparing import Change, compare
from runtime.flows.decisions import decisions_of
from runtime.flows.exchange.canonical import canonical_text
from runtime.flows.exchange.carried import Carried
from runtime.flows.exchange.filling import is_filled, place_words, with_kept_secrets
from runtime.flows.exchange.retelling import retold, unmistakable
from runtime.flows.model import every_step
from runtime.flows.problems import Known, Versions
from runtime.flows.table_steps import tables_used
from runtime.flows.validate import check_flow

Choice = Literal["new", "draft", "leave"]
TODO_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A workflow that is there already, by its short name."""

    id: UUID
    name: str
    revision: int
    draft: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What becomes of one workflow of a file.

    Attributes:
        document: As it will be kept.
        standing: The workflow of the same short name, if there is one.
        changes: What its draft would change by, if it became that.
        todo: What has to be done before it can be published.
    """

    carried: Carried
    document: Mapping[str, Any]
    choice: Choice
    standing: Standing | None
    changes: Sequence[Change]
    todo: Sequence[str]

    @property
    def slug(self) -> str:
        """The short name that the file gives it."""
        return self.carried.slug

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.document["name"])

    @property
    def is_same(self) -> bool:
        """Tell whether the draft that is there says the same."""
        there = self.standing.draft if self.standing is not None else None
        return there is not None and canonical_text(there) == canonical_text(self.document)


def plan_import(
    session: Session,
    tenant_id: UUID,
    carried: Sequence[Carried],
    choices: Mapping[str, str] | None = None,
) -> list[Planned]:
    """Say what importing would make; nothing is changed.

    `choices` go by short name; what is not chosen becomes the draft of what is there, or new.

    Raises:
        InvalidError: a choice is none, or there is no such workflow to become the draft of.
    """
    registry = registry_of(session, tenant_id)
    standing = _standing(session, tenant_id, {one.slug for one in carried})
    along = {one.slug: Versions(live=None) for one in carried}
    return [
        _plan(session, tenant_id, one, standing.get(one.slug), (choices or {}, registry, along))
        for one in carried
    ]


def _plan(
    session: Session,
    tenant_id: UUID,
    one: Carried,
    there: Standing | None,
    beside: tuple[Mapping[str, str], Registry, Mapping[str, Versions]],
) -> Planned:
    choices, registry, along = beside
    known = known_to(session, tenant_id, one.document)
    tables = decisions_of(session).known(session, tenant_id, ())
    names = {id_: table.name for id_, table in tables.items()}
    document = _with_tables(one, registry, names, known)
    choice = _chosen(choices.get(one.slug), one.slug, there)
    if choice == "draft" and there is not None:
        document = with_kept_secrets(document, there.draft, one.left_out)
    known = replace(known, flows={**along, **(known.flows or {})})
    return Planned(
        carried=one,
        document=document,
        choice=choice,
        standing=there,
        changes=compare(there.draft, document) if there is not None else (),
        todo=_todo(one, document, registry, known) if choice != "leave" else (),
    )


def _chosen(wanted: str | None, slug: str, there: Standing | None) -> Choice:
    if not wanted:
        return "draft" if there is not None else "new"
    if wanted == "draft" and there is None:
        told = f"{slug}: there is no workflow of this short name to become the draft of"
        raise InvalidError(told, problems=[Problem(f"/{slug}", f"{told}: import it as a new one")])
    if wanted in ("new", "draft", "leave"):
        return "new" if wanted == "new" else "draft" if wanted == "draft" else "leave"
    told = f"{slug}: choose new, draft or leave"
    raise InvalidError(told, problems=[Problem(f"/{slug}", told)])


def _standing(session: Session, tenant_id: UUID, slugs: set[str]) -> dict[str, Standing]:
    rows = session.execute(
        select(FlowRow.slug, FlowRow.id, FlowRow.name, FlowRow.draft_revision, FlowRow.draft).where(
            FlowRow.tenant_id == tenant_id, FlowRow.slug.in_(slugs), of_people()
        )
    )
    return {
        row.slug: Standing(id=row.id, name=row.name, revision=row.draft_revision, draft=row.draft)
        for row in rows
    }


def _with_tables(
    one: Carried, registry: Registry, names: Mapping[str, str], known: Known
) -> dict[str, Any]:
    """Let steps decide by the tables of the names that the file gives, where ids are not here."""
    ids = {name: id_ for id_, name in unmistakable(names).items()}
    said = {used.table for used in tables_used(one.document, registry)} - {*(known.tables or {})}
    moved = {told: ids[name] for told in said if (name := one.tables.get(told, told)) in ids}
    return retold(one.document, registry, moved, "table") if moved else dict(one.document)


def _todo(one: Carried, document: Mapping[str, Any], registry: Registry, known: Known) -> list[str]:
    titles = {id_: step.get("title") or id_ for id_, step, _ in every_step(document)}
    found = [
        f"{place_words(pointer, titles)}: fill in the secret, which stayed behind"
        for pointer in one.left_out
        if not is_filled(document, pointer)
    ]
    problems = check_flow(document, registry, known)
    found += [problem.message for problem in problems if problem.severity == "error"]
    if len(found) > TODO_MAX:
        found[TODO_MAX:] = [f"and {len(found) - TODO_MAX} more: the designer lists them all"]
    return list(dict.fromkeys(found))
