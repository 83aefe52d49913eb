"""Sharing a template: checked, cleaned, kept as a version; listed for whom it is for."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.secrets import Sealer
from marketplace.sharing._tables import (
    DIGEST_LENGTH,
    SharedTemplate,
    SharedTemplateSource,
    SharedTemplateUse,
    SharedTemplateVersion,
)
from marketplace.sharing.looking import Looked, Wanted, looked_at, require_clean, source_of
from marketplace.sharing.offered import CUSTOMERS, EVERYONE, SharedView, version_of, view_of
from marketplace.sharing.subjects import blocks_needed
from tenancy.audit.trail import About, note

TEMPLATES_MAX = 200
PROVIDERS = ("vendor", "csp", "reseller")
_GONE = "no such template"


def share(
    session: Session, who: Acting, wanted: Wanted, *, vault: Sealer, now: datetime
) -> SharedView:
    """Share a draft as a template.

    Raises:
        NotFoundError: there is no such workflow, rule or table.
        InvalidError: naming each thing that must not be shared, with place and remedy; or the
            audience is none that the organisation has.
        ConflictError: it is shared already, or there are as many templates as there may be.
    """
    taken = ConflictError("this is shared already: share a new version of it")
    if source_of(session, who.tenant_id, wanted.subject_id) is not None:
        raise taken
    mine = select(func.count(SharedTemplate.id)).where(SharedTemplate.owner_id == who.tenant_id)
    if (session.scalar(mine) or 0) >= TEMPLATES_MAX:
        raise ConflictError(f"there are {TEMPLATES_MAX} shared templates: remove one first")
    if not wanted.title.strip():
        told = "title: say what it is called"
        raise InvalidError(told, problems=[Problem("/title", told)])
    based_on = _require_audience(session, who, wanted)
    looked = looked_at(session, who, wanted, None, vault=vault, now=now)
    require_clean(looked, wanted)
    row = SharedTemplate(
        id=new_id(),
        owner_id=who.tenant_id,
        owner_name=who.tenant_name,
        kind=looked.subject.kind,
        title=wanted.title.strip(),
        summary=wanted.summary.strip(),
        audience=wanted.audience,
        based_on=based_on,
        changed_at=now,
    )
    kept = SharedTemplateSource(
        tenant_id=who.tenant_id,
        template_id=row.id,
        subject_id=wanted.subject_id,
        numbering={},
        confirmed=[],
        shared_by=who.person_name,
    )
    with or_taken(session, taken):
        session.add(row)
        session.flush()
        session.add(kept)
    _add_version(session, who, row, kept, wanted, looked, now=now)
    return view_of(row, version_of(session, row), who.tenant_id)


def share_again(
    session: Session,
    who: Acting,
    template_id: UUID,
    wanted: Wanted,
    *,
    vault: Sealer,
    now: datetime,
) -> SharedView:
    """Share the draft as it is now as the next version; its subject is the one it has.

    Raises:
        NotFoundError: the organisation shares no such template, or what it is made of is gone.
        InvalidError: as `share`.
        ConflictError: it is the same as the last version.
    """
    row = _own(session, who.tenant_id, template_id, lock=True)
    source = session.scalars(
        select(SharedTemplateSource).where(
            SharedTemplateSource.tenant_id == who.tenant_id,
            SharedTemplateSource.template_id == template_id,
        )
    ).one()
    looked = looked_at(session, who, wanted, source, vault=vault, now=now)
    require_clean(looked, wanted)
    if version_of(session, row).digest == _digest(looked.cleaned.document):
        raise ConflictError("nothing differs from the last version: change the draft first")
    _add_version(session, who, row, source, wanted, looked, now=now)
    return view_of(row, version_of(session, row), who.tenant_id)


def subject_of(session: Session, tenant_id: UUID, template_id: UUID) -> tuple[str, UUID]:
    """Give kind and id of what an own template is made of; raises NotFoundError."""
    row = _own(session, tenant_id, template_id)
    wanted = select(SharedTemplateSource.subject_id).where(
        SharedTemplateSource.tenant_id == tenant_id, SharedTemplateSource.template_id == row.id
    )
    return row.kind, session.scalars(wanted).one()


def withdraw(
    session: Session, who: Acting, template_id: UUID, *, is_withdrawn: bool, now: datetime
) -> SharedView:
    """Offer an own template to nobody any more, or again; who has it keeps what came."""
    row = _own(session, who.tenant_id, template_id, lock=True)
    if (row.withdrawn_at is not None) != is_withdrawn:
        row.withdrawn_at = now if is_withdrawn else None
        row.changed_at, row.revision = now, row.revision + 1
        about = About(kind="shared_template", id=row.id, name=row.title)
        if is_withdrawn:
            note(session, who.tenant_id, "shared_template.withdrawn", now=now, about=about)
        else:
            note(session, who.tenant_id, "shared_template.offered_again", now=now, about=about)
    session.flush()
    return view_of(row, version_of(session, row), who.tenant_id)


def _require_audience(session: Session, who: Acting, wanted: Wanted) -> UUID | None:
    """Refuse an audience, and give the template that the subject was taken over from."""
    if wanted.audience == CUSTOMERS and who.tenant_kind not in PROVIDERS:
        told = "audience: only who looks after customers shares with them: choose everyone"
        raise InvalidError(told, problems=[Problem("/audience", told)])
    use = session.scalar(
        select(SharedTemplateUse).where(
            SharedTemplateUse.tenant_id == who.tenant_id,
            SharedTemplateUse.made_id == wanted.subject_id,
        )
    )
    if use is not None and use.audience == CUSTOMERS and wanted.audience == EVERYONE:
        told = "audience: it was made of a template for customers alone: "
        is_provider = who.tenant_kind in PROVIDERS
        told += "share it with customers" if is_provider else "it stays within the organisation"
        raise InvalidError(told, problems=[Problem("/audience", told)])
    return use.template_id if use is not None else None


def _add_version(  # noqa: PLR0913  whose, of what, made how and when
    session: Session,
    who: Acting,
    row: SharedTemplate,
    source: SharedTemplateSource,
    wanted: Wanted,
    looked: Looked,
    *,
    now: datetime,
) -> None:
    is_first = row.latest == 0
    row.latest += 1
    row.changed_at, row.revision = now, row.revision + 1
    source.numbering = dict(looked.cleaned.numbering)
    source.confirmed = sorted({*source.confirmed, *wanted.confirmed})
    source.shared_by = who.person_name
    document = looked.cleaned.document
    session.add(
        SharedTemplateVersion(
            template_id=row.id,
            number=row.latest,
            document=document,
            slots=[
                {"name": one.name, "word": one.word, "what": one.what, "places": list(one.places)}
                for one in looked.slots
            ],
            blocks=blocks_needed(document),
            digest=_digest(document),
            note=wanted.note.strip(),
            shared_at=now,
        )
    )
    session.flush()
    about = About(kind="shared_template", id=row.id, name=row.title)
    facts: dict[str, Any] = {
        "version": row.latest,
        "audience": row.audience,
        "taken_out": len(looked.findings),
        "confirmed": len(wanted.confirmed),
    }
    if is_first:
        note(session, who.tenant_id, "shared_template.shared", now=now, about=about, facts=facts)
    else:
        note(
            session,
            who.tenant_id,
            "shared_template.shared_again",
            now=now,
            about=about,
            facts=facts,
        )


def _own(
    session: Session, tenant_id: UUID, template_id: UUID, *, lock: bool = False
) -> SharedTemplate:
    wanted = select(SharedTemplate).where(
        SharedTemplate.id == template_id, SharedTemplate.owner_id == tenant_id
    )
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError(_GONE)
    return row


def _digest(document: Any) -> str:
    text = json.dumps(document, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
