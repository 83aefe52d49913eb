"""Backups and restores in the audits of those at the top, who answer for the installation."""

from __future__ import annotations

from collections.abc import Mapping

from garland.backup.manifest import Manifest
from garland.database import pending_revisions
from garland.services import Services
from kernel.clock import format_instant, utc_now
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.organisations import top_organisations

Facts = Mapping[str, Fact]


def note_backup(services: Services, *, file: str, has_keys: bool) -> None:
    """Note that a backup is about to be made, so that the note is in it.

    Nothing is noted in a database that this release would have to migrate first.
    """
    if pending_revisions(services.settings.database_url):
        return
    facts: Facts = {"file": file, "with_keys": has_keys}
    with services.sessions() as session, session.begin():
        for top in top_organisations(session):
            about = About(kind="backup", name=file)
            note(session, top, "backup.made", now=utc_now(), about=about, facts=facts)


def note_restore(services: Services, manifest: Manifest) -> None:
    """Note that the installation is what a backup held."""
    facts: Facts = {"made_at": format_instant(manifest.made_at), "version": manifest.version}
    with services.sessions() as session, session.begin():
        for top in top_organisations(session):
            about = About(kind="backup", id=manifest.id)
            note(session, top, "backup.restored", now=utc_now(), about=about, facts=facts)
