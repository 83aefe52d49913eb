"""Looking at a draft before it is shared: what is found in it, and what would be shared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from kernel.secrets import Sealer
from marketplace.sharing._tables import SharedTemplateSource
from marketplace.sharing.checking import Known, check
from marketplace.sharing.cleaning import Cleaned, Slot, clean, slots_in
from marketplace.sharing.findings import Finding
from marketplace.sharing.offered import EVERYONE
from marketplace.sharing.own import known_of
from marketplace.sharing.subjects import Subject, get_subject
from marketplace.sharing.texts import everything_said
from runtime.flows.model import shape_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be shared, and how.

    Attributes:
        is_cleaned: Whether what is found is taken out; else nothing may be found.
        confirmed: Fingerprints of what somebody says may stay.
    """

    kind: str
    subject_id: UUID
    title: str
    summary: str = ""
    audience: str = EVERYONE
    note: str = ""
    is_cleaned: bool = False
    confirmed: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What sharing would find, and what would be shared.

    Attributes:
        left: What is still found in what would be shared: nothing, or it is not shared.
        words: What was found in title, summary and note: never cleaned, to be written otherwise.
    """

    subject: Subject
    findings: Sequence[Finding]
    words: Sequence[Finding]
    cleaned: Cleaned
    slots: Sequence[Slot]
    left: Sequence[Finding]


def look(session: Session, who: Acting, wanted: Wanted, *, vault: Sealer, now: datetime) -> Looked:
    """Say what sharing a draft would find, and what would be shared; nothing is kept.

    Raises:
        NotFoundError: there is no such workflow, rule or table.
    """
    source = source_of(session, who.tenant_id, wanted.subject_id)
    return looked_at(session, who, wanted, source, vault=vault, now=now)


def looked_at(
    session: Session,
    who: Acting,
    wanted: Wanted,
    source: SharedTemplateSource | None,
    *,
    vault: Sealer,
    now: datetime,
) -> Looked:
    """Look at a draft; `source` is what is kept of it where it is shared already."""
    subject = get_subject(session, who.tenant_id, wanted.kind, wanted.subject_id)
    registry = registry_of(session, who.tenant_id)
    said = everything_said([subject.document, _words_of(wanted)])
    known = known_of(session, who.tenant_id, said, vault=vault, now=now)
    confirmed = {*wanted.confirmed, *(source.confirmed if source is not None else ())}
    numbering = source.numbering if source is not None else {}
    document = subject.document
    cleaned = clean(document, known, registry, confirmed=confirmed, numbering=numbering)
    return Looked(
        subject=subject,
        findings=cleaned.found,
        words=_in_words(wanted, known, confirmed),
        cleaned=cleaned,
        slots=slots_in(cleaned.document, registry),
        left=check(cleaned.document, known, registry, confirmed=confirmed),
    )


def _in_words(wanted: Wanted, known: Known, confirmed: Collection[str]) -> list[Finding]:
    return check(_words_of(wanted), known, confirmed=confirmed)


def _words_of(wanted: Wanted) -> dict[str, str]:
    return {"title": wanted.title, "summary": wanted.summary, "note": wanted.note}


def require_clean(looked: Looked, wanted: Wanted) -> None:
    """Refuse what is found: in words always, in the document where it is not taken out."""
    problems = [Problem(one.pointer, one.sentence) for one in looked.words]
    found = looked.left if wanted.is_cleaned else looked.findings
    problems += [Problem(f"/document{one.pointer}", one.sentence) for one in found]
    if not problems and looked.subject.kind == "workflow":
        problems += shape_problems(looked.cleaned.document)
    if problems:
        told = f"this cannot be shared so: {problems[0].message}"
        raise InvalidError(told, problems=problems)


def source_of(session: Session, tenant_id: UUID, subject_id: UUID) -> SharedTemplateSource | None:
    """Give what is kept of a subject that is shared already; None where it is not."""
    return session.scalar(
        select(SharedTemplateSource).where(
            SharedTemplateSource.tenant_id == tenant_id,
            SharedTemplateSource.subject_id == subject_id,
        )
    )
