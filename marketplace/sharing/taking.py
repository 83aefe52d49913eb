"""Taking a shared template over into one's own, and bringing newer versions in by merging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.sharing._tables import NAME_MAX, SharedTemplate, SharedTemplateUse
from marketplace.sharing.cleaning import filled
from marketplace.sharing.merging import Merged, Side, merge
from marketplace.sharing.offered import version_of, visible_row
from marketplace.sharing.subjects import (
    Subject,
    get_subject,
    make_subject,
    quiet,
    require_may_edit,
    save_subject,
)
from marketplace.sharing.values import checked_values, require_filled
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned

_USE = "template taken over"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """What was taken over.

    Attributes:
        version: Which one is here.
        newest: Which one is offered; None where nothing is any more.
        missing_blocks: What it needs that is not here, as `id@version`.
    """

    id: UUID
    template_id: UUID | None
    title: str
    owner_name: str
    kind: str
    version: int
    newest: int | None
    made_id: UUID
    missing_blocks: Sequence[str]
    taken_at: datetime
    taken_by: str

    @property
    def is_newer(self) -> bool:
        """Tell whether a version is offered that is not here."""
        return self.newest is not None and self.newest > self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an update would make; `version` and `revision` say of what it was made.

    Attributes:
        base: What the next update starts from: the version with the places filled.
        slots: The places of the new version that nothing was put into yet.
    """

    version: int
    revision: int
    note: str
    merged: Merged
    base: Mapping[str, Any]
    filled: Mapping[str, str]
    slots: Sequence[Mapping[str, Any]]
    subject: Subject


def take_over(
    session: Session,
    who: Acting,
    template_id: UUID,
    *,
    name: str = "",
    values: Mapping[str, str] | None = None,
    now: datetime,
) -> UseView:
    """Make a draft of a template; places without a value stay to be filled in.

    Raises:
        NotFoundError: there is no such template for the organisation.
        ForbiddenError: who acts may not change drafts of its kind.
        InvalidError: a place is not one of the template's, or takes no such value.
    """
    row = visible_row(session, who.tenant_id, template_id)
    if row.owner_id == who.tenant_id:
        raise ConflictError("this template is your own: copy what it is made of")
    require_may_edit(who, row.kind)
    version = version_of(session, row)
    given = checked_values(values or {}, version.slots)
    require_filled(row.kind, version.slots, given)
    base = quiet(filled(version.document, given))
    called = (name.strip() or base["name"])[:NAME_MAX]
    made_id = make_subject(session, who, row.kind, {**base, "name": called}, now=now)
    use = SharedTemplateUse(
        id=new_id(),
        tenant_id=who.tenant_id,
        template_id=row.id,
        owner_name=row.owner_name,
        kind=row.kind,
        title=row.title,
        version=row.latest,
        made_id=made_id,
        base=base,
        filled=given,
        audience=row.audience,
        taken_at=now,
        taken_by=who.person_name,
    )
    session.add(use)
    session.flush()
    _note(session, who, use, "shared_template.taken_over", now=now)
    return _view(session, use)


def preview(
    session: Session,
    who: Acting,
    use_id: UUID,
    *,
    choices: Mapping[str, Side] | None = None,
    values: Mapping[str, str] | None = None,
) -> Preview:
    """Say what bringing in the newest version would make, with the conflicts that are left.

    Raises:
        NotFoundError: nothing was taken over so, it is offered no more, or what it became is gone.
        ConflictError: the newest version is here already.
    """
    use = _followed(session, who.tenant_id, use_id)
    row = _offered(session, use)
    if row is None:
        raise NotFoundError("the template is not offered any more: what you have stays as it is")
    if row.latest <= use.version:
        raise ConflictError("the newest version is here already")
    subject = get_subject(session, who.tenant_id, use.kind, use.made_id)
    version = version_of(session, row)
    names = {one["name"] for one in version.slots}
    given = {name: said for name, said in use.filled.items() if name in names}
    given |= checked_values(values or {}, version.slots)
    theirs = quiet(filled(version.document, given))
    registry = registry_of(session, who.tenant_id)
    return Preview(
        version=row.latest,
        revision=subject.revision,
        note=version.note,
        merged=merge(use.base, theirs, subject.document, registry, choices),
        base=theirs,
        filled=given,
        slots=[one for one in version.slots if one["name"] not in given],
        subject=subject,
    )


def update(  # noqa: PLR0913  what, by which choices, of what was looked at, and when
    session: Session,
    who: Acting,
    use_id: UUID,
    *,
    version: int,
    revision: int,
    choices: Mapping[str, Side] | None = None,
    values: Mapping[str, str] | None = None,
    now: datetime,
) -> UseView:
    """Bring in the newest version as it was looked at; what comes is a draft.

    Raises:
        NotFoundError, ConflictError: as `preview`; or something changed since it was looked at.
        InvalidError: naming each conflict that nobody chose.
    """
    seen = preview(session, who, use_id, choices=choices, values=values)
    if (seen.version, seen.revision) != (version, revision):
        raise ConflictError("the template or your draft changed meanwhile: look at it again")
    if seen.merged.conflicts:
        problems = [
            Problem("/choices", f"{one.place}: {one.why}: choose mine or theirs for {one.pointer}")
            for one in seen.merged.conflicts
        ]
        raise InvalidError("choose what is to be kept first", problems=problems)
    require_filled(seen.subject.kind, seen.slots, seen.filled)
    save_subject(session, who, seen.subject, seen.merged.document, now=now)
    use = _followed(session, who.tenant_id, use_id)
    use.version, use.base, use.filled = seen.version, dict(seen.base), dict(seen.filled)
    use.taken_at, use.taken_by = now, who.person_name
    session.flush()
    _note(session, who, use, "shared_template.updated", now=now)
    return _view(session, use)


def let_go(session: Session, who: Acting, use_id: UUID, *, now: datetime) -> None:
    """Follow a template no more; what it became stays, for whom the template was for."""
    use = _followed(session, who.tenant_id, use_id)
    require_may_edit(who, use.kind)
    _note(session, who, use, "shared_template.let_go", now=now)
    use.let_go_at, use.base, use.filled = now, {}, {}
    session.flush()


def list_uses(session: Session, tenant_id: UUID) -> list[UseView]:
    """List what an organisation took over, by title."""
    rows = session.scalars(
        select(SharedTemplateUse)
        .where(SharedTemplateUse.tenant_id == tenant_id, SharedTemplateUse.let_go_at.is_(None))
        .order_by(SharedTemplateUse.title, SharedTemplateUse.id)
    )
    return [_view(session, row) for row in rows]


def get_use(session: Session, tenant_id: UUID, use_id: UUID) -> UseView:
    """Give one of them; raises NotFoundError."""
    return _view(session, _followed(session, tenant_id, use_id))


def _followed(session: Session, tenant_id: UUID, use_id: UUID) -> SharedTemplateUse:
    use = get_owned(session, SharedTemplateUse, tenant_id, use_id, name=_USE)
    if use.let_go_at is not None:
        raise NotFoundError(f"no such {_USE}", id=str(use_id))
    return use


def _offered(session: Session, use: SharedTemplateUse) -> SharedTemplate | None:
    if use.template_id is None:
        return None
    try:
        row = visible_row(session, use.tenant_id, use.template_id)
    except NotFoundError:
        return None
    return row


def _note(
    session: Session, who: Acting, use: SharedTemplateUse, action: str, *, now: datetime
) -> None:
    about = About(kind="shared_template", id=use.template_id or "", name=use.title)
    facts: dict[str, Any] = {"version": use.version, "owner": use.owner_name, "kind": use.kind}
    note(session, who.tenant_id, action, now=now, about=about, facts=facts)


def _view(session: Session, use: SharedTemplateUse) -> UseView:
    row = _offered(session, use)
    blocks = version_of(session, row).blocks if row is not None else []
    registry = registry_of(session, use.tenant_id) if blocks else None
    missing = [
        one
        for one in blocks
        if registry is not None and registry.find(*one.partition("@")[::2]) is None
    ]
    return UseView(
        id=use.id,
        template_id=use.template_id,
        title=use.title,
        owner_name=use.owner_name,
        kind=use.kind,
        version=use.version,
        newest=row.latest if row is not None else None,
        made_id=use.made_id,
        missing_blocks=missing,
        taken_at=use.taken_at,
        taken_by=use.taken_by,
    )
