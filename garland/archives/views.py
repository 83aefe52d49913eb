"""The page by which an organisation's admins take all of it out as a file.

Its POSTs only read by their own session: what they write is written apart, so that a suspended or
closing organisation can still be taken out by its own people.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import (
    acting,
    db_session,
    only_reads,
    reading_session,
    render,
    require,
    see_other,
    vault,
    writing_apart,
)
from kernel.passphrases import PASSPHRASE_LEAST
from runtime.archives import store

bp = Blueprint("archives", __name__, url_prefix="/t/<tenant>/export")


@bp.get("")
@require("organisation.export")
def show() -> AnyResponse:
    """Show the last export and how far it is, and the form that asks for one."""
    return _page()


@bp.post("")
@only_reads
@require("organisation.export")
def ask() -> AnyResponse:
    """Ask for an export."""
    now = utc_now()
    try:
        passphrase = _passphrase()
        with writing_apart() as session:
            store.ask_archive(session, acting(), passphrase=passphrase, vault=vault(), now=now)
    except (InvalidError, ConflictError) as error:
        return _page(error)
    flash("It is being written. You can leave this page and come back.", "good")
    return see_other(url_for("archives.show"))


@bp.post("/<uuid:archive_id>/remove")
@only_reads
@require("organisation.export")
def remove(archive_id: UUID) -> AnyResponse:
    """Stop an export, or let its file go before its time."""
    with writing_apart() as session:
        store.let_go(session, acting(), archive_id, now=utc_now())
    flash("The export is removed.", "good")
    return see_other(url_for("archives.show"))


@bp.get("/<uuid:archive_id>/file")
@require("organisation.export")
def take(archive_id: UUID) -> AnyResponse:
    """Give the file; that is noted first."""
    who, now = acting(), utc_now()
    with writing_apart() as noting:
        one = store.take_archive(noting, who, archive_id, now=now)
    opened = reading_session()

    def pieces() -> Iterator[bytes]:
        with opened as session:
            yield from store.pieces_of(session, who.tenant_id, archive_id)

    response = Response(pieces(), content_type="application/zip")
    response.content_length = one.size_bytes
    name = f"{who.tenant_slug}-{one.asked_at:%Y-%m-%d-%H%M}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _passphrase() -> str:
    """Read the passphrase, "" where secrets stay; raises InvalidError where the two differ."""
    text = request.form.get("passphrase", "")
    if text != request.form.get("again", ""):
        message = "again: write the same passphrase twice"
        raise InvalidError(message, problems=[Problem("/again", message)])
    return text


def _page(error: InvalidError | ConflictError | None = None) -> AnyResponse:
    found = store.list_archives(db_session(), acting().tenant_id)
    problems = error.problems if isinstance(error, InvalidError) else ()
    return render(
        "garland/archives/show.html",
        "garland/archives/_latest.html",
        status=error.status if error else 200,
        found=found,
        latest=found[0] if found else None,
        beside={one.pointer.lstrip("/"): one.message for one in problems},
        above=error.message if isinstance(error, ConflictError) else "",
        least=PASSPHRASE_LEAST,
        kept_hours=int(store.KEPT.total_seconds() // 3_600),
    )
