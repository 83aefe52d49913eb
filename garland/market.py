"""The marketplace in a folder on the command line: who exports and imports, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from blocks.packages.mirrored import own_fingerprint
from garland.services import Services
from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.errors import GarlandError, NotFoundError
from marketplace.mirror import exporting, importing
from marketplace.mirror.own import export_own, import_own
from runtime.moving.receiving import snapshot
from tenancy.audit.trail import Actor
from tenancy.organisations import (
    OrganisationView,
    find_by_slug,
    get_organisation,
    top_organisations,
)

Progress = Callable[[int, int], None]
BY = "the command line"
_REMEDIES = {
    "root.unknown": "Compare it with what `garland trust show` says there, in another way than "
    "that by which the folder came; then import with --trust and the fingerprint.",
    "root.other": "If the other installation has a new root: compare its fingerprint with what "
    "`garland trust show` says there, then import with --trust and the fingerprint.",
    "index.old": "Export anew where it comes from, and bring that folder.",
    "index.expired": "Run `garland trust renew` where it comes from, export anew, and bring that.",
    "core.malformed": "Copy the folder again, or export anew.",
    "signature.wrong": "Copy the folder again, or export anew.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export did; see `exporting.Written`."""

    serial: int
    files: int
    size_bytes: int
    written: int
    gone: int
    fingerprint: str


def export_to(  # noqa: PLR0913  from where, to where, signed by whom, in which way
    services: Services,
    folder: Path,
    key: Ed25519PrivateKey,
    *,
    own: bool,
    name: str,
    check: bool,
    progress: Progress,
) -> Exported:
    """Write the marketplace, or the releases of publishers here, into a folder."""
    now = utc_now()
    with snapshot(services.reading) as session:
        fingerprint = own_fingerprint(session)
        usual = services.settings.public_url or f"the root {fingerprint[:16]}"
        wish = exporting.Wish(source=name or usual, key=key, check=check, progress=progress)
        done = (
            export_own(session, folder, wish)
            if own
            else exporting.export_whole(
                services.sessions, session, vendor_of(session).id, folder, wish, now=now
            )
        )
    return Exported(
        serial=done.serial,
        files=done.files,
        size_bytes=done.size_bytes,
        written=done.written,
        gone=done.gone,
        fingerprint=fingerprint,
    )


def import_from(
    services: Services,
    folder: Path,
    *,
    trust: str,
    for_: str,
    check: bool,
    progress: Progress,
) -> importing.Taken:
    """Mirror what a folder holds; or hand it in for an organisation where one is named."""
    now = utc_now()
    wish = importing.Wish(trust=trust.strip(), check=check, progress=progress)
    with services.reading() as session:
        vendor = vendor_of(session)
        whom = find_by_slug(session, for_) if for_ else None
    if for_ and whom is None:
        raise NotFoundError(f"no organisation is called {for_}")
    if whom is not None:
        by = Actor(name=BY)
        return import_own(services.sessions, whom, folder, wish, by=by, now=now)
    return importing.import_whole(services.sessions, _acting_for(vendor), folder, wish, now=now)


def vendor_of(session: Session) -> OrganisationView:
    """Give the organisation at the top; raises NotFoundError before there is one."""
    found = next(iter(top_organisations(session)), None)
    if found is None:
        raise NotFoundError("there is no organisation here yet: start this installation first")
    return get_organisation(session, found)


def remedy_for(error: GarlandError) -> str:
    """Say what to do about a refusal whose own words do not; "" for others."""
    return _REMEDIES.get(error.code, "")


def _acting_for(vendor: OrganisationView) -> Acting:
    return Acting(
        tenant_id=vendor.id,
        tenant_slug=vendor.slug,
        tenant_name=vendor.name,
        tenant_kind=vendor.kind,
        person_id=None,
        person_name=BY,
        role="admin",
        permissions=frozenset(),
    )
