"""The studio's first page, claiming a namespace, and submitting a package."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import ConflictError, GarlandError, InvalidError, Problem
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.releases import keeping, publishers, submitting
from marketplace.releases._tables import PublisherState
from marketplace.releases.api import who
from marketplace.releases.claims import Claim
from marketplace.releases.states import Channel
from marketplace.releases.store import ReleaseView
from marketplace.studio import reading
from marketplace.studio.standing import steps_of

bp = Blueprint("studio", __name__, url_prefix="/t/<tenant>/marketplace/studio")
LISTINGS_AT_ONCE = 25
CLAIMED = ("namespace", "title", "support", "proof")


@bp.get("")
@require("releases.view")
def show() -> Response:
    """Show the organisation's namespaces and listings, and what is to be done next."""
    return _page()


@bp.post("/namespaces")
@require("releases.edit")
def claim() -> Response:
    """Claim a namespace, or say anew what one's claim was."""
    sent = {name: request.form.get(name, "") for name in CLAIMED}
    try:
        made = publishers.claim_namespace(*_where(), Claim(**sent), **who())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(status=error.status, refused=error, sent=sent)
    flash(f"{made.namespace} is claimed: the marketplace's vendor answers here.", "success")
    return see_other(url_for("studio_namespaces.show", namespace=made.namespace))


@bp.get("/submit")
@require("releases.edit")
def ask_package() -> Response:
    """Show the form that takes a package, or what is missing before one can be taken."""
    return _form_page()


@bp.post("/submit")
@require("releases.edit")
def submit() -> Response:
    """Take a package; its checks begin within seconds."""
    try:
        sent, by = _submission(), who()
        made = submitting.submit(*_where(), sent, **by)
        if made.submitted_at != by["now"]:
            _tell_known(made, sent.changelog)
        elif not made.changelog:
            flash(f"Nothing says what is new in {made.version}: say it on this page.", "notice")
    except GarlandError as error:
        db_session().rollback()
        return _form_page(status=422, refused=error)
    return see_other(url_for("studio_releases.show", release_id=made.id))


def _tell_known(made: ReleaseView, changelog: str) -> None:
    """Say that this very package was submitted before; what is new of it may still be said."""
    told = "This very package was submitted before, so nothing is checked anew."
    if changelog.strip():
        keeping.set_changelog(*_where(), made.id, changelog)
        told += " What you wrote under “What is new” is kept."
    flash(told, "notice")


def problems_in(refused: GarlandError | None) -> dict[str, str]:
    """Give what is wrong with each field, by its name."""
    found = refused.problems if isinstance(refused, InvalidError) else ()
    return {one.pointer.lstrip("/"): one.message for one in found}


def _submission() -> submitting.Submission:
    sent, channel = request.files.get("file"), request.form.get("channel", "")
    if sent is None or not sent.filename:
        told = "choose the package: a .gblk file that was packed and signed"
        raise InvalidError(told, problems=[Problem("/file", told)])
    if channel and channel not in {one.value for one in Channel}:
        told = "choose a channel of the list"
        raise InvalidError(told, problems=[Problem("/channel", told)])
    return submitting.Submission(
        data=sent.read(),
        channel=Channel(channel) if channel else None,
        changelog=request.form.get("changelog", ""),
    )


def _page(
    *, status: int = 200, refused: GarlandError | None = None, sent: dict[str, str] | None = None
) -> Response:
    session, tenant_id = _where()
    q = request.args.get("q", "")

    def fetch(limit: int, after: list[str] | None) -> list[reading.ListingLine]:
        return reading.list_lines(session, tenant_id, q=q, limit=limit, after=after)

    lines, more = page_of(fetch, reading.line_place, parts=1, default=LISTINGS_AT_ONCE)
    mine = publishers.list_own(session, tenant_id)
    return render(
        "marketplace/studio/show.html",
        status=status,
        namespaces=mine,
        steps=_steps(mine),
        lines=lines,
        waiting=reading.list_waiting(session, tenant_id),
        q=q,
        refused=refused,
        problems=problems_in(refused),
        sent=sent or dict.fromkeys(CLAIMED, ""),
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _form_page(*, status: int = 200, refused: GarlandError | None = None) -> Response:
    mine = publishers.list_own(*_where())
    return render(
        "marketplace/studio/submit.html",
        status=status,
        steps=_steps(mine),
        namespaces=[one for one in mine if one.state is PublisherState.VERIFIED],
        refused=refused,
        problems=_at_form(refused),
        sent=request.form,
    )


def _at_form(refused: GarlandError | None) -> dict[str, str]:
    """Give what is wrong with each control; what is wrong with none of them is so with the file."""
    found = problems_in(refused)
    if refused is not None and not found.keys() & {"file", "channel", "changelog"}:
        found["file"] = refused.message
    return found


def _steps(mine: list[publishers.PublisherView]) -> Any:
    session, tenant_id = _where()
    return steps_of(
        mine,
        has_release=reading.has_any(session, tenant_id),
        has_listed=reading.has_any(session, tenant_id, public=True),
    )


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
