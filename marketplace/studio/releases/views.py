"""The page of a release: its checks while they run, its review, and what its publisher may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.pages import parts_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, Problem
from kernel.http import acting, db_session, render, require, see_other, wants_part
from marketplace.releases import keeping, reviewing, store
from marketplace.releases.api import who
from marketplace.releases.states import Channel, ReleaseState
from marketplace.reviews.api import package_file
from marketplace.studio.standing import checks_done, deeds_of, stand_of
from marketplace.studio.views import problems_in

bp = Blueprint("studio_releases", __name__, url_prefix="/t/<tenant>/marketplace/studio/releases")


@bp.get("/<uuid:release_id>")
@require("releases.view")
def show(release_id: UUID) -> Response:
    """Show a release; while it is checked the page asks here again and again, for a part alone."""
    found = store.get_own(*_where(), release_id)
    if wants_part() and found.state is not ReleaseState.CHECKING:
        return see_other(_address(release_id))  # the whole page: there is more to do now
    return _page(found)


@bp.get("/<uuid:release_id>/package")
@require("releases.view")
def take_package(release_id: UUID) -> Response:
    """Give the package as it was submitted."""
    return package_file(store.get_own(*_where(), release_id))


@bp.post("/<uuid:release_id>/answers")
@require("releases.edit")
def answer(release_id: UUID) -> Response:
    """Answer the reviewers."""
    text = request.form.get("text", "")
    return _done(
        release_id,
        "Your answer is sent: the review goes on.",
        lambda: reviewing.answer(*_where(), release_id, text, **who()),
    )


@bp.post("/<uuid:release_id>/news")
@require("releases.edit")
def change_news(release_id: UUID) -> Response:
    """Say anew what is new."""
    text = request.form.get("changelog", "")
    return _done(
        release_id,
        "What is new is changed.",
        lambda: keeping.set_changelog(*_where(), release_id, text),
    )


@bp.post("/<uuid:release_id>/channel/<any(beta, stable):channel>")
@require("releases.edit")
def move(release_id: UUID, channel: str) -> Response:
    """Move it to another channel."""
    return _done(
        release_id,
        f"The release is in the {channel} channel now.",
        lambda: keeping.set_channel(*_where(), release_id, Channel(channel), **who()),
    )


@bp.post("/<uuid:release_id>/withdraw")
@require("releases.edit")
def withdraw(release_id: UUID) -> Response:
    """Take back what is not listed yet."""
    return _done(
        release_id,
        "The release is withdrawn.",
        lambda: keeping.withdraw(*_where(), release_id, **who()),
    )


@bp.post("/<uuid:release_id>/deprecate")
@require("releases.edit")
def deprecate(release_id: UUID) -> Response:
    """Say that it should be left."""
    return _done(
        release_id,
        "The release is deprecated: it is marked so wherever it is shown.",
        lambda: keeping.deprecate(*_where(), release_id, _deprecation(), **who()),
    )


@bp.post("/<uuid:release_id>/restore")
@require("releases.edit")
def restore(release_id: UUID) -> Response:
    """Take a deprecation back."""
    return _done(
        release_id,
        "The release is listed again.",
        lambda: keeping.restore(*_where(), release_id, **who()),
    )


def _deprecation() -> keeping.Deprecation:
    try:
        ends_on = date.fromisoformat(request.form.get("ends_on", ""))
    except ValueError:
        told = "ends_on: choose the last day on which you support it"
        raise InvalidError(told, problems=[Problem("/ends_on", told)]) from None
    return keeping.Deprecation(
        reason=request.form.get("reason", ""),
        ends_on=ends_on,
        successor=request.form.get("successor", "").strip(),
    )


def _done(release_id: UUID, told: str, do: Callable[[], object]) -> Response:
    """Do it and lead back to the release; where it is refused, show the page with the reason."""
    try:
        do()
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        found = store.get_own(*_where(), release_id)
        return _page(found, status=error.status, refused=error)
    flash(told, "success")
    return see_other(_address(release_id))


def _page(
    found: store.ReleaseView, *, status: int = 200, refused: GarlandError | None = None
) -> Response:
    session = db_session()
    checks = store.checks_of(session, found.id)
    return render(
        "marketplace/studio/release.html",
        "marketplace/studio/_progress.html",
        status=status,
        release=found,
        stand=stand_of(found),
        may=deeds_of(found),
        checks=checks,
        done=checks_done(checks),
        is_checking=found.state is ReleaseState.CHECKING,
        messages=store.messages_of(session, found.id),
        verdicts=reviewing.verdicts_of(session, found.id),
        news=parts_of(found.changelog),
        today=utc_now().date().isoformat(),
        refused=refused,
        problems=problems_in(refused),
        sent=request.form,
    )


def _address(release_id: UUID) -> str:
    return url_for("studio_releases.show", release_id=release_id)


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
