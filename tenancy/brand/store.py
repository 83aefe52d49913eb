"""Brands as they are kept: whose holds for whom, choosing one, going back, fetching its files.

A brand holds for its organisation and everybody below it, up to the next one that chose its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from kernel.ids import new_id, sha256_of
from tenancy._tables import Membership, Organisation, OrganisationKind
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.brand._tables import BrandImage, BrandRow
from tenancy.brand.colours import style_of
from tenancy.brand.model import OWN, Brand, Picture, lettered
from tenancy.organisations import DEPTH_MAX

DIGEST_CHARACTERS = 24
"""So much of a digest names a file: enough that two never meet."""
CHOSEN = (
    "accent_light",
    "accent_dark",
    "sender",
    "greeting",
    "signature",
    "documentation",
    "support",
    "terms",
)


def brand_for(session: Session, organisation_id: UUID) -> Brand:
    """Give the brand under which an organisation's people work: its own, or the nearest above."""
    first = select(Organisation.id, Organisation.parent_id, literal(0).label("height"))
    above = first.where(Organisation.id == organisation_id).cte(recursive=True)
    above = above.union_all(
        select(Organisation.id, Organisation.parent_id, above.c.height + 1)
        .join(above, Organisation.id == above.c.parent_id)
        .where(above.c.height <= DEPTH_MAX)
    )
    row = session.scalar(
        select(BrandRow)
        .join(above, above.c.id == BrandRow.organisation_id)
        .order_by(above.c.height)
        .limit(1)
    )
    return _brand_of(row) if row is not None else OWN


def brand_for_person(session: Session, person_id: UUID, *, host: str = "") -> Brand:
    """Give the brand under which a person is spoken to who acts for no organisation just now.

    The one of the host they came by, where it is one of theirs; else that of the organisation
    they have belonged to for longest.
    """
    mine = session.scalars(
        select(Membership.organisation_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.created_at, Membership.id)
    ).all()
    brands = {one.organisation_id: one for one in (brand_for(session, each) for each in mine)}
    by_host = [one for one in brands.values() if host and one.host == host]
    return next(iter([*by_host, *brands.values()]), None) or vendors_brand(session)


def vendors_brand(session: Session) -> Brand:
    """Give what the installation is called before anything is known of who asks."""
    row = session.scalar(
        select(BrandRow)
        .join(Organisation, Organisation.id == BrandRow.organisation_id)
        .where(Organisation.kind == OrganisationKind.VENDOR)
        .limit(1)
    )
    return _brand_of(row) if row is not None else OWN


def parent_of(session: Session, organisation_id: UUID) -> UUID | None:
    """Give whom an organisation stands under; None for the vendor."""
    wanted = select(Organisation.parent_id).where(Organisation.id == organisation_id)
    return session.scalar(wanted)


def own_brand(session: Session, organisation_id: UUID) -> Brand | None:
    """Give what an organisation chose itself; None where it chose nothing."""
    row = session.get(BrandRow, organisation_id)
    return _brand_of(row) if row is not None else None


def change_brand(
    session: Session,
    organisation_id: UUID,
    wanted: Brand,
    pictures: Mapping[str, Picture | None],
    *,
    by: str,
    now: datetime,
) -> Brand:
    """Choose a brand, or change it.

    `wanted` is as `read_brand` gives it; `pictures` has `logo` and `icon`: a new one, or None to
    take the present one away; one that is not named stays.
    """
    row = session.get(BrandRow, organisation_id)
    before = _said(row) if row is not None else {}
    if row is None:
        row = BrandRow(organisation_id=organisation_id, product="", changed_at=now)
        session.add(row)
    row.product, row.changed_at, row.changed_by = wanted.name, now, by[:200]
    for name in CHOSEN:
        setattr(row, name, getattr(wanted, name))
    _ask_for_host(row, wanted.host_asked)
    row.style = style_of(row.accent_light, row.accent_dark)
    row.style_digest = sha256_of(row.style)[:DIGEST_CHARACTERS] if row.style else ""
    _keep_pictures(session, row, pictures)
    session.flush()
    said = _said(row)
    changed = sorted(name for name in said if said[name] != before.get(name, ""))
    if changed:
        facts: dict[str, Fact] = {"fields": changed, "name": row.product}
        note(session, organisation_id, "brand.changed", now=now, about=_about(row), facts=facts)
    return _brand_of(row)


def drop_brand(session: Session, organisation_id: UUID, *, now: datetime) -> None:
    """Go back to the brand that stands above; raises NotFoundError where there is none to drop."""
    row = session.get(BrandRow, organisation_id)
    if row is None:
        raise NotFoundError("no brand of your own is set")
    note(session, organisation_id, "brand.dropped", now=now, about=_about(row))
    session.execute(delete(BrandImage).where(BrandImage.organisation_id == organisation_id))
    session.delete(row)
    session.flush()


def find_style(session: Session, digest: str) -> str | None:
    """Give the style sheet of that digest; None where no brand has it."""
    wanted = select(BrandRow.style).where(BrandRow.style_digest == digest, BrandRow.style != "")
    return session.scalar(wanted.limit(1))


def find_picture(session: Session, file: str) -> Picture | None:
    """Give the picture of a file name, `<digest>.<ending>`; None where no brand has it."""
    digest, _, ending = file.partition(".")
    row = session.scalar(
        select(BrandImage).where(BrandImage.digest == digest, BrandImage.ending == ending).limit(1)
    )
    return Picture(ending=row.ending, content=row.content) if row is not None else None


def home_of(brand: Brand, public_url: str) -> str:
    """Give where a brand's people open the product, without a slash at its end.

    >>> home_of(Brand(name="Aurora", host="noc.aurora.example"), "https://garland.example:8443/")
    'https://noc.aurora.example:8443'
    """
    home = public_url.rstrip("/")
    if not brand.host or not home:
        return home
    parts = urlsplit(home)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{brand.host}{port}{parts.path}"


def _ask_for_host(row: BrandRow, wanted: str) -> None:
    """Let go of a name at once; another one waits for the vendor, and the present one holds on."""
    if not wanted:
        row.host = None
    row.host_asked = "" if wanted == row.host else wanted


def _keep_pictures(session: Session, row: BrandRow, pictures: Mapping[str, Picture | None]) -> None:
    for name, picture in pictures.items():
        setattr(row, name, _kept(session, row, picture) if picture is not None else "")
    row.letter = _kept(session, row, lettered(_brand_of(row)))
    in_use = [one.partition(".")[0] for one in (row.logo, row.icon, row.letter)]
    session.execute(
        delete(BrandImage).where(
            BrandImage.organisation_id == row.organisation_id, BrandImage.digest.not_in(in_use)
        )
    )


def _kept(session: Session, row: BrandRow, picture: Picture) -> str:
    """Keep a picture's content once, and give its file's name."""
    digest = sha256_of(picture.content)[:DIGEST_CHARACTERS]
    mine = select(BrandImage.id).where(
        BrandImage.organisation_id == row.organisation_id, BrandImage.digest == digest
    )
    if session.scalar(mine) is None:
        session.add(
            BrandImage(
                id=new_id(),
                organisation_id=row.organisation_id,
                digest=digest,
                ending=picture.ending,
                content=picture.content,
            )
        )
        session.flush()
    return f"{digest}.{picture.ending}"


def _said(row: BrandRow) -> dict[str, str]:
    names = ("product", *CHOSEN, "host_asked", "logo", "icon")
    return {name: getattr(row, name) for name in names} | {"host": row.host or ""}


def _about(row: BrandRow) -> About:
    return About(kind="brand", id=row.organisation_id, name=row.product)


def _brand_of(row: BrandRow) -> Brand:
    return Brand(
        name=row.product,
        organisation_id=row.organisation_id,
        host=row.host or "",
        host_asked=row.host_asked,
        logo=row.logo,
        icon=row.icon,
        letter=row.letter,
        style=row.style_digest,
        **{name: getattr(row, name) for name in CHOSEN},
    )
