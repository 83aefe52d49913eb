"""Moving organisations on the command line: out into a file, in from one, and their digest."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from garland.database import known_revisions, revision_of
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.errors import ConflictError, NotFoundError
from runtime.moving import exporting, importing
from runtime.moving.digest import digest_of_parts, parts_of
from runtime.moving.manifest import Made, Manifest
from runtime.moving.reading import Archive, opened_archive
from runtime.moving.receiving import KNOWN_AFTER_S, make_room, snapshot, take_room_back
from runtime.moving.sealing import checked_passphrase
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.scope import as_tenant, system

Progress = Callable[[int, int], None]


def made_here(settings: Settings, release: str) -> Made:
    """Say what makes archives here: the release, and how far the database is migrated."""
    return Made(release=release, schema=revision_of(settings.database_url))


def export_to(
    services: Services, slug: str, file: Path, *, release: str, passphrase: str, progress: Progress
) -> Manifest:
    """Write an organisation to a new file, for its owner alone.

    Raises:
        NotFoundError: no organisation has that short name.
        ConflictError: the file is there already.
        InvalidError: the passphrase is too short.
    """
    now = utc_now()
    wish = exporting.Wish(
        made=made_here(services.settings, release),
        vault=services.vault,
        passphrase=checked_passphrase(passphrase) if passphrase else "",
        progress=progress,
    )
    if file.exists():
        raise ConflictError(f"{file} is there already: choose another name.")
    with snapshot(services.reading) as session:
        one = _named(services, slug)
        half = file.with_name(file.name + ".part")
        try:
            opened = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(opened, "wb") as out:
                manifest = exporting.export_tenant(session, one.id, out, wish, now=now)
            half.rename(file)
        finally:
            half.unlink(missing_ok=True)
    _note_export(services, one, manifest, now=now)
    return manifest


def import_from(  # noqa: PLR0913  from where, to where, opened by what, told to whom
    services: Services,
    file: Path,
    *,
    slug: str,
    under: str,
    passphrase: str,
    unpacked_max: int,
    progress: Progress,
) -> tuple[OrganisationView, Manifest]:
    """Bring an archive in; give the organisation, suspended, and what the archive said.

    Raises:
        ArchiveError, ConflictError, NotFoundError, InvalidError: nothing was kept.
    """
    wish = importing.Wish(
        schema=revision_of(services.settings.database_url),
        knows=known_revisions(),
        vault=services.vault,
        passphrase=passphrase,
        progress=progress,
    )
    with file.open("rb") as raw, opened_archive(raw, unpacked_max=unpacked_max) as archive:
        archive.check()
        now = utc_now()
        with services.sessions() as session, session.begin(), system(session):
            importing.require_fitting(session, archive.manifest, wish)
            one, is_made = make_room(session, archive.manifest, slug=slug, under=under, now=now)
        try:
            _bring_in(services, one, archive, wish, since=now)
        except BaseException:
            if is_made:
                with services.sessions() as session, session.begin():
                    take_room_back(session, one.id)
            raise
        return one, archive.manifest


def digest_of(services: Services, slug: str) -> tuple[str, list[tuple[str, int, str]]]:
    """Give an organisation's digest, and number of rows and digest of each table that has some."""
    one = _named(services, slug)
    with snapshot(services.reading) as session:
        parts = parts_of(session, one.id)
    rows = [(name, part.rows, part.sha256) for name, part in sorted(parts.items()) if part.rows]
    return digest_of_parts(parts), rows


def _bring_in(
    services: Services,
    one: OrganisationView,
    archive: Archive,
    wish: importing.Wish,
    *,
    since: datetime,
) -> None:
    """Bring the rows in once every process knows that the organisation is held."""
    held_for_s = (utc_now() - since).total_seconds()
    time.sleep(max(0.0, KNOWN_AFTER_S - held_for_s))
    with services.sessions() as session, session.begin():
        importing.import_tenant(session, one.id, archive, wish, now=utc_now())


def _named(services: Services, slug: str) -> OrganisationView:
    with services.reading() as session:
        found = find_by_slug(session, slug)
    if found is None:
        raise NotFoundError(f"no organisation is called {slug}")
    return found


def _note_export(
    services: Services, one: OrganisationView, manifest: Manifest, *, now: datetime
) -> None:
    facts: dict[str, Fact] = {
        "archive": str(manifest.id),
        "digest": manifest.digest,
        "with_secrets": manifest.has_secrets,
    }
    about = About(kind="organisation", id=one.id, name=one.name)
    with services.sessions() as session, session.begin(), as_tenant(session, one.id):
        note(session, one.id, "organisation.exported", now=now, about=about, facts=facts)
