"""The pages of the vendor's review: what waits, and one release with what is needed to decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.pages import parts_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError, Problem
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.money.refusals import at_controls
from marketplace.releases import publishers, reviewing, store
from marketplace.releases._tables import TEXT_MAX, Verdict
from marketplace.releases.api import who
from marketplace.releases.readme import page_of_package
from marketplace.releases.states import ReleaseState
from marketplace.releases.verdicts import CHECKLIST, EYES
from marketplace.releases.words import require_text
from marketplace.reviews.api import package_file, package_name
from marketplace.reviews.standing import standing_of, standings_of

bp = Blueprint("reviews", __name__)


@bp.get("/t/<tenant>/reviews")
@require("reviews.view")
def list_queue() -> Response:
    """Show the claims and releases that wait."""
    return _queue_page()


@bp.post("/t/<tenant>/reviews/claims/<namespace>")
@require("reviews.decide")
def decide_claim(namespace: str) -> Response:
    """Verify a namespace, or refuse its claim."""
    is_refused = request.form.get("verdict") == "refuse"
    try:
        given = request.form.get("reason", "")
        reason = require_text("reason", given, TEXT_MAX) if is_refused else ""
        publishers.decide_claim(*_where(), namespace, reason, **who())
    except InvalidError as error:
        db_session().rollback()
        return _queue_page(status=error.status, refused=error)
    flash(f"The namespace {namespace} is {'refused' if is_refused else 'verified'}.", "success")
    return see_other(url_for("reviews.list_queue"))


@bp.get("/t/<tenant>/reviews/<uuid:release_id>")
@require("reviews.view")
def show(release_id: UUID) -> Response:
    """Show one release: what the checks found, what is otherwise, what was said and decided."""
    return _page(release_id)


@bp.get("/t/<tenant>/reviews/<uuid:release_id>/package")
@require("reviews.view")
def take_package(release_id: UUID) -> Response:
    """Give the package itself, to look at it elsewhere."""
    return package_file(reviewing.get_reviewed(db_session(), release_id))


@bp.post("/t/<tenant>/reviews/<uuid:release_id>/questions")
@require("reviews.decide")
def ask(release_id: UUID) -> Response:
    """Ask the publisher something."""
    return _done(release_id, "The publisher was asked.", lambda: reviewing.ask(
        *_where(), release_id, request.form.get("text", ""), **who()
    ))  # fmt: skip


@bp.post("/t/<tenant>/reviews/<uuid:release_id>/verdict")
@require("reviews.decide")
def decide(release_id: UUID) -> Response:
    """Approve or reject as one of two."""
    verdict = Verdict.REJECT if request.form.get("verdict") == "reject" else Verdict.APPROVE
    decision = reviewing.Decision(
        verdict=verdict,
        reasons=request.form.get("reasons", ""),
        checklist=tuple(request.form.getlist("checklist")),
    )
    return _done(release_id, "Your verdict is kept.", lambda: reviewing.decide(
        *_where(), release_id, decision, **who()
    ))  # fmt: skip


@bp.post("/t/<tenant>/reviews/<uuid:release_id>/listing")
@require("reviews.decide")
def list_publicly(release_id: UUID) -> Response:
    """List an approved release."""
    return _done(release_id, "Everybody can find it now.", lambda: reviewing.list_publicly(
        *_where(), release_id, **who()
    ))  # fmt: skip


def _done(release_id: UUID, told: str, do: Any) -> Response:
    """Do it and lead back to the release; where it is refused, show the page with the reason."""
    try:
        do()
    except (ConflictError, ForbiddenError, InvalidError) as error:
        db_session().rollback()
        return _page(release_id, status=error.status, refused=error)
    flash(told, "success")
    return see_other(url_for("reviews.show", release_id=release_id))


def _queue_page(*, status: int = 200, refused: GarlandError | None = None) -> Response:
    def fetch(limit: int, after: list[str] | None) -> list[store.ReleaseView]:
        return reviewing.list_queue(db_session(), limit=limit, after=after)

    found, more = page_of(fetch, store.place_of)
    return render(
        "marketplace/reviews/list.html",
        status=status,
        releases=found,
        standings=standings_of(*_where(), found, acting().vouched_by),
        claims=publishers.list_claims(db_session()),
        refused=refused,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _page(release_id: UUID, *, status: int = 200, refused: GarlandError | None = None) -> Response:
    session, me = db_session(), acting().vouched_by
    found = reviewing.get_reviewed(session, release_id)
    problems = _in_words(at_controls(refused))
    is_approved = found.state is ReleaseState.APPROVED
    return render(
        "marketplace/reviews/show.html",
        status=status,
        release=found,
        checks=store.checks_of(session, release_id),
        messages=store.messages_of(session, release_id),
        verdicts=reviewing.verdicts_of(session, release_id),
        publisher=publishers.get_own(session, found.owner_id, found.namespace),
        difference=reviewing.difference_of(session, release_id),
        readme=parts_of(page_of_package(store.archive_of(session, found))),
        news=parts_of(found.changelog),
        points=CHECKLIST,
        eyes=EYES,
        is_open=found.state in reviewing.OPEN,
        why_not=reviewing.may_decide(*_where(), release_id, me) if me else "nobody is known to act",
        standing=standing_of(*_where(), found, me),
        not_vouched=is_approved and reviewing.why_not_vouched(session, found, now=utc_now()),
        package_name=package_name(found),
        refused=refused,
        problems=problems,
        errors={one.pointer: one.message for one in problems},
        sent=request.form,
    )


def _in_words(problems: list[Problem]) -> list[Problem]:
    """Put what the checklist lacks as its page does, which shows no names of points."""
    told = "Look at every point before you approve, and tick it"
    return [Problem(one.pointer, told) if one.pointer == "checklist" else one for one in problems]


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
