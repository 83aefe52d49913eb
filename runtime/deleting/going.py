"""The three steps of a deletion that are not a bite: it begins, its stock is taken, it is finished.

It begins with the keys: whatever is cut off afterwards, what they sealed opens for nobody. It ends
with a second count of every table, under a lock on the organisation that lets no row come to it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from kernel.db import Base
from runtime.deleting._tables import Deletion
from runtime.deleting.asking import about_of, locked, owner_of, told_of, why_not
from runtime.deleting.certificate import (
    STAYS,
    digest_of_certificate,
    instant_text,
    write_certificate,
)
from runtime.deleting.model import Stage
from runtime.deleting.places import count_rows, places, unknown_tables
from runtime.tenant_templates.versions import holds_package
from tenancy._tables import Environment, Organisation
from tenancy.audit.trail import INSTALLATION, note
from tenancy.keys.rotation import destroy_keys
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)


def begin(session: Session, deletion_id: UUID, *, now: datetime) -> bool:
    """Begin a deletion whose time has come: from here on it cannot be called off.

    False where it is not to begin; why not then stands on its page.
    """
    with system(session):
        row = locked(session, deletion_id)
        if row is None or row.stage is not Stage.ASKED or row.due_at > now:
            return False
        row.problem = _problem(session, row)[:1_000]
        if row.problem:
            log.warning("deletion_not_begun", organisation=row.slug, reason=row.problem)
            return False
        ids = _along(session, row.organisation_id)
        row.tenant_id = owner_of(session, row)
    keys = 0
    for one in ids:
        with as_tenant(session, one):
            keys += destroy_keys(session, one, now=now)
    with system(session):
        row.stage, row.begun_at = Stage.UNDER_WAY, now
        row.work = {**row.work, "ids": [str(one) for one in ids], "keys": keys}
    for tenant_id in _told(session, row):
        facts, about = {"keys": keys}, about_of(row)
        note(
            session,
            tenant_id,
            "deletion.begun",
            now=now,
            about=about,
            facts=facts,
            by=INSTALLATION,
        )
    log.info("deletion_begun", organisation=row.slug)
    return True


def ids_of(row: Deletion) -> list[UUID]:
    """Give the organisation that is deleted, and its environments after it."""
    return [UUID(one) for one in row.work["ids"]]


def count_gone(row: Deletion, gone: Counter[str]) -> None:
    """Write down how many rows more of which tables are deleted."""
    so_far = Counter(row.work.get("gone", {})) + gone
    row.work = {**row.work, "gone": dict(so_far)}


def finish(session: Session, row: Deletion, *, redis_keys: int | None, now: datetime) -> bool:
    """Count every table anew; where nothing is left, remove the organisation and certify it.

    Returns:
        False where rows are there again: they are deleted like the others, and it is tried anew.
    """
    ids = ids_of(row)
    with system(session):
        wanted = select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)
        session.scalars(wanted.with_for_update()).all()
        owner_id = owner_of(session, row)
        handed_on = _hand_on(session, ids, owner_id)
    left = sum(count_rows(session, place, one) for place in places() for one in ids)
    if left:
        return False
    with system(session):
        packages = _remove_packages(session, row.work.get("packages", []))
        for one in reversed(ids):
            gone = delete(Organisation).where(Organisation.id == one)
            session.execute(gone.execution_options(synchronize_session=False))
        session.expire_all()
        row.tenant_id, row.stage, row.finished_at = owner_id, Stage.FINISHED, now
        row.problem = ""
        facts = _facts(session, row, packages=packages, redis_keys=redis_keys)
        row.certificate = write_certificate({**facts, "handed_on": handed_on})
        row.digest = digest_of_certificate(row.certificate)
    _note_finished(session, row, facts, handed_on, now=now)
    log.info("deletion_finished", organisation=row.slug, rows=facts["rows_deleted"])
    return True


def _note_finished(
    session: Session, row: Deletion, facts: dict[str, Any], handed_on: list[str], *, now: datetime
) -> None:
    told = {
        "certificate": row.digest,
        "rows": facts["rows_deleted"],
        "keys": facts["keys_destroyed"],
        "last_state": facts["organisations"][0]["digest"],
        "certificates_taken_over": handed_on,
    }
    for tenant_id in _told(session, row):
        about = about_of(row)
        note(
            session,
            tenant_id,
            "deletion.finished",
            now=now,
            about=about,
            facts=told,
            by=INSTALLATION,
        )


def _facts(
    session: Session, row: Deletion, *, packages: int, redis_keys: int | None
) -> dict[str, Any]:
    """Give what the certificate says."""
    work, owner = row.work, get_organisation(session, row.tenant_id)
    found, gone = work["rows"], work.get("gone", {})
    known = {one.table.name for one in places()}
    tables = [
        {"table": one, "found": found.get(one, 0), "deleted": gone.get(one, 0), "left": 0}
        for one in sorted({*found, *gone} & known)
    ]
    return {
        "id": str(row.id),
        "organisation": {
            "id": str(row.organisation_id),
            "slug": row.slug,
            "name": row.name,
            "kind": row.kind,
        },
        "stood_under": {"id": str(owner.id), "slug": owner.slug, "name": owner.name},
        "asked": {
            "at": instant_text(row.asked_at),
            "by": row.asked_by,
            "reason": row.reason,
            "confirmed_by": f"{row.asked_by}, who typed its name",
            "not_before": instant_text(row.due_at),
        },
        "begun_at": instant_text(row.begun_at),
        "finished_at": instant_text(row.finished_at),
        "organisations": work["organisations"],
        "tables": tables,
        "rows_deleted": sum(one["deleted"] for one in tables),
        "people": {
            "deleted": {one: gone[one] for one in sorted(gone) if one not in known},
            "stay_elsewhere": work["people_elsewhere"],
        },
        "files": work["files"],
        "packages_removed": packages,
        "keys_destroyed": work["keys"],
        "passing_keys_removed": redis_keys,
        "verified": {"at": instant_text(row.finished_at), "tables": len(known), "rows_left": 0},
        "used": work["used"],
        "stays": list(STAYS),
    }


def _problem(session: Session, row: Deletion) -> str:
    """Say what is in the way of beginning; "" for nothing."""
    if session.get(Organisation, row.organisation_id) is None:
        return f"{row.name} is not there any more: call this off"
    if problem := why_not(session, row.organisation_id):
        return problem
    if unknown := unknown_tables(session.connection()):
        return (
            f"the database has tables that this release does not know of ({', '.join(unknown)}), "
            "and nobody can say what in them is whose: upgrade first"
        )
    return ""


def _along(session: Session, organisation_id: UUID) -> list[UUID]:
    """Give an organisation and its environments, which go with it."""
    wanted = select(Environment.organisation_id).where(Environment.live_id == organisation_id)
    return [organisation_id, *session.scalars(wanted.order_by(Environment.organisation_id))]


def _hand_on(session: Session, ids: list[UUID], owner_id: UUID) -> list[str]:
    """Give the certificates of those that stood below to whoever is above; list their digests."""
    theirs = Deletion.tenant_id.in_(ids)
    digests = session.scalars(select(Deletion.digest).where(theirs, Deletion.digest != ""))
    found = sorted(digests)
    session.execute(
        update(Deletion)
        .where(theirs)
        .values(tenant_id=owner_id)
        .execution_options(synchronize_session=False)
    )
    return found


def _remove_packages(session: Session, digests: list[str]) -> int:
    """Remove packages of blocks that nobody brought or installed meanwhile and no template holds.

    In system scope, since others' templates count; those of the organisation are gone by now.
    """
    package, install, upload = (
        Base.metadata.tables[one] for one in ("block_package", "block_install", "block_upload")
    )
    used = [exists().where(one.c.digest == package.c.digest) for one in (install, upload)]
    held = holds_package(package.c.digest)
    gone = delete(package).where(package.c.digest.in_(digests), *(~one for one in used), ~held)
    return session.connection().execute(gone).rowcount


def _told(session: Session, row: Deletion) -> list[UUID]:
    asked_in = row.work.get("asked_in", "")
    return told_of(session, row, UUID(asked_in) if asked_in else None)
