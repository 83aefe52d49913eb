"""The page of what a source sent and was refused: why, what to do, and taking it after all."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, TooManyError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from runtime.alarms.intake.retaking import dismiss, retake, retake_all
from runtime.alarms.sources.faults import SHOWN, count_faults, faults_of, place_of
from runtime.alarms.sources.kinds import kind_of
from runtime.alarms.sources.store import get_source

bp = Blueprint("source_faults", __name__, url_prefix="/t/<tenant>/sources/<uuid:source_id>/faults")


@bp.get("")
@require("sources.view")
def list_faults(source_id: UUID) -> Response:
    """Show what was refused of a source, newest first."""
    return _page(source_id)


@bp.post("/<uuid:fault_id>/retry")
@require("sources.edit")
def retry(source_id: UUID, fault_id: UUID) -> Response:
    """Take one refused input after all."""
    where = (db_session(), acting().tenant_id, source_id)
    try:
        number = retake(*where, fault_id, now=utc_now())
    except (InvalidError, ConflictError, TooManyError) as error:
        db_session().rollback()
        return _page(source_id, fault_id=fault_id, refused=error)
    flash(f"Taken: {number} {'event' if number == 1 else 'events'}.", "success")
    return see_other(url_for("source_faults.list_faults", source_id=source_id))


@bp.post("/retry")
@require("sources.edit")
def retry_all(source_id: UUID) -> Response:
    """Take all refused input that can be taken now."""
    where = (db_session(), acting().tenant_id, source_id)
    get_source(*where)
    taken, left = retake_all(*where, now=utc_now())
    flash(f"{taken} taken, {left} refused still.", "success" if taken else "notice")
    return see_other(url_for("source_faults.list_faults", source_id=source_id))


@bp.post("/<uuid:fault_id>/dismiss")
@require("sources.edit")
def dismiss_one(source_id: UUID, fault_id: UUID) -> Response:
    """Let go of one refused input."""
    where = (db_session(), acting().tenant_id, source_id)
    get_source(*where)
    dismiss(*where, [fault_id])
    return see_other(url_for("source_faults.list_faults", source_id=source_id))


@bp.post("/dismiss")
@require("sources.edit")
def dismiss_all(source_id: UUID) -> Response:
    """Let go of all refused input of a source."""
    where = (db_session(), acting().tenant_id, source_id)
    get_source(*where)
    gone = dismiss(*where)
    flash(f"{gone} dismissed.", "success")
    return see_other(url_for("source_faults.list_faults", source_id=source_id))


def _page(
    source_id: UUID,
    *,
    fault_id: UUID | None = None,
    refused: InvalidError | ConflictError | TooManyError | None = None,
) -> Response:
    where = (db_session(), acting().tenant_id, source_id)
    source = get_source(*where)
    problems = refused.problems if isinstance(refused, InvalidError) else ()
    faults, more = page_of(
        lambda limit, after: faults_of(*where, limit=limit, after=after),
        place_of,
        parts=1,
        default=SHOWN,
    )
    return render(
        "runtime/sources/faults.html",
        status=refused.status if refused else 200,
        source=source,
        kind=kind_of(source.kind),
        faults=faults,
        next_url=address_with(cursor=more) if more else None,
        fault_count=count_faults(*where),
        tried=fault_id,
        why=[one.message for one in problems] or ([refused.message] if refused else []),
    )
