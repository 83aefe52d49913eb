"""A provider's templates: made, taken again, renamed, offered with plans, archived, removed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from runtime.tenant_templates._tables import (
    NAME_MAX,
    WORDS_MAX,
    TenantTemplate,
    TenantTemplatePlan,
    TenantTemplateVersion,
)
from runtime.tenant_templates.contents import Contents
from runtime.tenant_templates.versions import (
    Origin,
    VersionView,
    add_version,
    contents_of,
    get_version,
)
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.customers.charge import require_keeper
from tenancy.plans.store import get_plan
from tenancy.rows import get_owned

TEMPLATES_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A template as its provider sees it; `outline` is of its last version, `plans` by id."""

    id: UUID
    owner_id: UUID
    name: str
    words: str
    latest: int
    revision: int
    archived_at: datetime | None
    changed_at: datetime
    changed_by: str
    outline: Sequence[dict[str, str]] = ()
    plans: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants a template to be called, and with which plans it goes."""

    name: str
    words: str = ""
    plans: Collection[UUID] = ()


def list_templates(
    session: Session, who: Acting, *, q: str = "", with_archived: bool = True
) -> list[TemplateView]:
    """List the templates of who acts by name, archived ones last; raises NotFoundError."""
    require_keeper(who)
    wanted = select(TenantTemplate).where(TenantTemplate.tenant_id == who.tenant_id)
    if q.strip():
        found = func.lower(TenantTemplate.name)
        wanted = wanted.where(found.contains(q.strip().lower(), autoescape=True))
    if not with_archived:
        wanted = wanted.where(TenantTemplate.archived_at.is_(None))
    rows = session.scalars(wanted.order_by(func.lower(TenantTemplate.name))).all()
    views = [_view(session, row) for row in rows]
    return sorted(views, key=lambda one: one.archived_at is not None)


def get_template(session: Session, owner_id: UUID, template_id: UUID) -> TemplateView:
    """Give one template of a provider; raises NotFoundError."""
    return _view(session, _get(session, owner_id, template_id))


def make_template(
    session: Session,
    who: Acting,
    wanted: Wanted,
    *,
    contents: Contents,
    origin: Origin,
    now: datetime,
) -> TemplateView:
    """Make a template with its first version; it goes with no plan yet.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: naming each field that cannot be kept.
        ConflictError: the name is taken, or there are too many.
    """
    require_keeper(who)
    _check(wanted, origin.note)
    mine = TenantTemplate.tenant_id == who.tenant_id
    if (session.scalar(select(func.count(TenantTemplate.id)).where(mine)) or 0) >= TEMPLATES_MAX:
        raise ConflictError(f"there are {TEMPLATES_MAX} templates: remove one first")
    row = TenantTemplate(
        id=new_id(),
        tenant_id=who.tenant_id,
        name=wanted.name.strip(),
        words=wanted.words.strip(),
        latest=0,
        revision=1,
        changed_at=now,
        changed_by=who.person_name,
    )
    with or_taken(session, _taken(wanted.name)):
        session.add(row)
    add_version(session, who, row, contents, origin, now=now)
    _note(session, row, "tenant_template.made", now=now, parts=len(contents.items))
    return _view(session, row)


def take_again(
    session: Session,
    who: Acting,
    template_id: UUID,
    *,
    contents: Contents,
    origin: Origin,
    now: datetime,
) -> VersionView:
    """Add a version; earlier ones stay, and customers on them are offered the new one.

    Raises:
        NotFoundError: it is no template of who acts.
        InvalidError: the note is too long.
        ConflictError: nothing in it is otherwise than in the last version.
    """
    row = _get(session, who.tenant_id, template_id, lock=True)
    _check(Wanted(name=row.name), origin.note)
    if get_version(session, who.tenant_id, template_id).digest == contents.digest:
        raise ConflictError(
            f"nothing changed in {origin.model.name} since version {row.latest} was taken"
        )
    made = add_version(session, who, row, contents, origin, now=now)
    _note(session, row, "tenant_template.taken_again", now=now, parts=len(contents.items))
    return made


def change_template(
    session: Session,
    who: Acting,
    template_id: UUID,
    wanted: Wanted,
    *,
    revision: int,
    now: datetime,
) -> TemplateView:
    """Change name and words, and with which plans new customers get it.

    A plan that brought another template brings this one from now on.

    Raises:
        NotFoundError: it is no template of who acts, or one of the plans is none of theirs.
        InvalidError: naming each field that cannot be kept, or a block that a plan does not hold.
        ConflictError: the name is taken, or somebody changed it meanwhile.
    """
    row = _get(session, who.tenant_id, template_id, lock=True)
    if row.revision != revision:
        raise ConflictError(f"{row.changed_by} changed it meanwhile: look at it again first")
    _check(wanted)
    _require_held(session, row, wanted.plans)
    with or_taken(session, _taken(wanted.name)):
        row.name, row.words = wanted.name.strip(), wanted.words.strip()
    row.revision += 1
    row.changed_at, row.changed_by = now, who.person_name
    _offer_with(session, row, wanted.plans)
    _note(session, row, "tenant_template.changed", now=now, plans=len(wanted.plans))
    return _view(session, row)


def archive_template(
    session: Session, who: Acting, template_id: UUID, *, is_archived: bool, now: datetime
) -> TemplateView:
    """Offer a template to nobody any more, or again; what came from it stays."""
    row = _get(session, who.tenant_id, template_id, lock=True)
    row.archived_at = now if is_archived else None
    if is_archived:
        _offer_with(session, row, ())
    action = "tenant_template.archived" if is_archived else "tenant_template.offered_again"
    _note(session, row, action, now=now)
    session.flush()
    return _view(session, row)


def remove_template(session: Session, who: Acting, template_id: UUID, *, now: datetime) -> None:
    """Remove a template with its versions; customers keep what came. Raises NotFoundError."""
    row = _get(session, who.tenant_id, template_id, lock=True)
    _note(session, row, "tenant_template.removed", now=now)
    session.delete(row)
    session.flush()


def template_of_plan(session: Session, owner_id: UUID, plan_id: UUID) -> UUID | None:
    """Give the template that new customers on a plan get, or None."""
    return session.scalar(
        select(TenantTemplatePlan.template_id).where(
            TenantTemplatePlan.tenant_id == owner_id, TenantTemplatePlan.plan_id == plan_id
        )
    )


def _offer_with(session: Session, row: TenantTemplate, plans: Collection[UUID]) -> None:
    mine = TenantTemplatePlan.tenant_id == row.tenant_id
    session.execute(
        delete(TenantTemplatePlan).where(
            mine,
            (TenantTemplatePlan.template_id == row.id)
            | TenantTemplatePlan.plan_id.in_(sorted(plans)),
        )
    )
    for plan_id in sorted(set(plans)):
        session.add(
            TenantTemplatePlan(tenant_id=row.tenant_id, plan_id=plan_id, template_id=row.id)
        )
    session.flush()


def _require_held(session: Session, row: TenantTemplate, plans: Collection[UUID]) -> None:
    """Refuse to offer with a plan what the plan does not hold."""
    blocks = contents_of(session, row.tenant_id, row.id).block_ids if plans else ()
    problems = []
    for one in (get_plan(session, row.tenant_id, plan_id) for plan_id in plans):
        gone = [block for block in blocks if not one.terms.has_block(block)]
        if gone:
            told = f"plans: {one.name} does not hold the block {', '.join(gone)}, which it uses"
            problems.append(Problem("/plans", told))
    if problems:
        raise InvalidError("it cannot be offered so", problems=problems)


def _check(wanted: Wanted, said: str = "") -> None:
    problems, name = [], wanted.name
    if not 1 <= len(name.strip()) <= NAME_MAX or kept_text(name) != name:
        problems.append(Problem("/name", f"name: write 1 to {NAME_MAX} characters"))
    for field, text in (("words", wanted.words), ("note", said)):
        if len(text) > WORDS_MAX or kept_text(text) != text:
            problems.append(Problem(f"/{field}", f"{field}: write at most {WORDS_MAX} characters"))
    if problems:
        raise InvalidError("the template cannot be kept so", problems=problems)


def _taken(name: str) -> InvalidError:
    told = f"name: a template is called {name.strip()} already: choose another name"
    return InvalidError("the template cannot be kept so", problems=[Problem("/name", told)])


def _get(
    session: Session, owner_id: UUID, template_id: UUID, *, lock: bool = False
) -> TenantTemplate:
    return get_owned(session, TenantTemplate, owner_id, template_id, name="template", lock=lock)


def _view(session: Session, row: TenantTemplate) -> TemplateView:
    plans = session.scalars(
        select(TenantTemplatePlan.plan_id).where(
            TenantTemplatePlan.tenant_id == row.tenant_id, TenantTemplatePlan.template_id == row.id
        )
    )
    outline = session.scalar(
        select(TenantTemplateVersion.outline).where(
            TenantTemplateVersion.tenant_id == row.tenant_id,
            TenantTemplateVersion.template_id == row.id,
            TenantTemplateVersion.number == row.latest,
        )
    )
    return TemplateView(
        id=row.id,
        owner_id=row.tenant_id,
        name=row.name,
        words=row.words,
        latest=row.latest,
        revision=row.revision,
        archived_at=row.archived_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        outline=outline or (),
        plans=tuple(plans),
    )


def _note(
    session: Session, row: TenantTemplate, action: str, *, now: datetime, **facts: int
) -> None:
    said: dict[str, Fact] = {"version": row.latest, **facts}
    about = About(kind="tenant_template", id=row.id, name=row.name)
    note(session, row.tenant_id, action, now=now, about=about, facts=said)
