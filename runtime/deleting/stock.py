"""What there is of an organisation before the first row goes: rows, files, digests, totals of use.

Read from one snapshot; nothing is changed. The digest is that of `runtime.moving.digest`, the same
that an export names, so a file that was taken out before can be laid beside the certificate.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, func, select
from sqlalchemy.orm import Session

from kernel.db import Base
from runtime.deleting.biting import count_people_elsewhere
from runtime.deleting.places import HANDED_ON, count_rows, places
from runtime.moving.digest import digest_of_tenant
from runtime.tenant_templates.versions import holds_package
from runtime.use._tables import UsageDay
from runtime.use.reading import PEAKS
from tenancy.audit.ending import last_of
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system

Work = dict[str, Any]


def take_stock(session: Session, organisation_ids: list[UUID]) -> Work:
    """Say what there is of an organisation, which comes first, and of its environments."""
    rows: Counter[str] = Counter()
    for one in organisation_ids:
        for place in places():
            if place.table.name != HANDED_ON:
                rows[place.table.name] += count_rows(session, place, one)
    return {
        "organisations": [_last_state(session, one) for one in organisation_ids],
        "rows": {name: number for name, number in sorted(rows.items()) if number},
        "files": _files(session, organisation_ids),
        "used": used_by_month(session, organisation_ids[0]),
        "people_elsewhere": count_people_elsewhere(session, organisation_ids),
    }


def used_by_month(session: Session, organisation_id: UUID) -> list[Work]:
    """Add up what was used in each month, by metric; of what is there, the most of a day."""
    wanted = select(UsageDay.day, UsageDay.metric, UsageDay.number)
    months: dict[str, Counter[str]] = {}
    with as_tenant(session, organisation_id):
        for row in session.execute(wanted.where(UsageDay.tenant_id == organisation_id)):
            month = months.setdefault(f"{row.day:%Y-%m}", Counter())
            so_far = month[row.metric]
            is_peak = row.metric in PEAKS
            month[row.metric] = max(so_far, row.number) if is_peak else so_far + row.number
    return [{"month": one, **dict(sorted(months[one].items()))} for one in sorted(months)]


def _last_state(session: Session, organisation_id: UUID) -> Work:
    one = get_organisation(session, organisation_id)
    with as_tenant(session, organisation_id):
        last, digest = last_of(session, organisation_id)
    return {
        "id": str(one.id),
        "slug": one.slug,
        "name": one.name,
        "digest": digest_of_tenant(session, organisation_id),
        "audit_entries": last,
        "audit_digest": digest,
    }


def _files(session: Session, organisation_ids: list[UUID]) -> Work:
    """Count what is kept whole: large values of runs, pictures, packs and packages of blocks."""
    blob, image, pack = _named("blob"), _named("brand_image"), _named("pack_offer")
    package = _named("block_package")
    theirs = package.c.digest.in_(only_theirs(session, organisation_ids))
    with system(session):
        return {
            "large_values": _sized(
                session, blob.c.size_bytes, blob.c.tenant_id.in_(organisation_ids)
            ),
            "pictures": _sized(
                session,
                func.length(image.c.content),
                image.c.organisation_id.in_(organisation_ids),
            ),
            "packs": _sized(
                session, func.length(pack.c.archive), pack.c.tenant_id.in_(organisation_ids)
            ),
            "packages": _sized(session, func.length(package.c.archive), theirs),
        }


def only_theirs(session: Session, organisation_ids: list[UUID]) -> list[str]:
    """Give the digests of the packages of blocks that these organisations alone brought.

    What another brought or installed, or a template of another holds, is not theirs alone.
    """
    upload, install = _named("block_upload"), _named("block_install")
    others = upload.alias()
    elsewhere = exists().where(
        others.c.digest == upload.c.digest, others.c.tenant_id.not_in(organisation_ids)
    )
    installed = exists().where(
        install.c.digest == upload.c.digest, install.c.tenant_id.not_in(organisation_ids)
    )
    mine = upload.c.tenant_id.in_(organisation_ids)
    held = holds_package(upload.c.digest, but=organisation_ids)
    wanted = select(upload.c.digest).where(mine, ~elsewhere, ~installed, ~held)
    with system(session):
        return sorted(set(session.connection().execute(wanted).scalars()))


def _sized(session: Session, size: Any, which: ColumnElement[bool]) -> Work:
    counted = select(func.count(), func.coalesce(func.sum(size), 0)).where(which)
    number, size_bytes = session.connection().execute(counted).one()
    return {"number": int(number), "bytes": int(size_bytes)}


def _named(name: str) -> Table:
    return Base.metadata.tables[name]
