"""Services over REST: what they are, how they do and did, their months, and imports."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import format_instant, parse_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import (
    acting,
    db_session,
    expected_revision,
    json_body,
    page_limit,
    page_of,
    require,
)
from kernel.http_located import located
from kernel.rest import INSTANT, TEXT, WHOLE, describe, listed
from kernel.revisions import RevisionMovedError
from runtime.imports.api import staged_answer, wants_gone_removed
from runtime.imports.staging import get_import, import_document
from runtime.services import report, shapes, store
from runtime.services.export import read_month
from runtime.services.importing import KIND, apply_import, stage_import
from runtime.services.model import service_document
from runtime.services.record import cause_document, moments_since
from runtime.services.schema import SERVICE_SCHEMA
from runtime.services.spans import month_span
from runtime.services.store import ServiceFilter, ServiceView
from runtime.services.timeline import Disturbance, State, disturbances
from runtime.services.words import KINDS

api = Blueprint("services_api", __name__, url_prefix="/api/v1")
BACK = timedelta(days=90)


@api.get("/services")
@describe(query=shapes.QUERY, pages=True, answer=listed(shapes.SERVICE))
@require("services.view")
def list_services() -> Response:
    """List services, the worst first; filters q (words of name or key), state, kind."""
    where, asked = (db_session(), acting().tenant_id), request.args
    wanted = ServiceFilter(
        q=asked.get("q", "").strip(),
        state=_choice("state", [one.value for one in State]),
        kind=_choice("kind", list(KINDS)),
    )
    found, more = page_of(
        lambda limit, after: store.list_services(*where, wanted, limit=limit, after=after),
        store.place_of,
        parts=3,
    )
    return jsonify(items=[view_document(one) for one in found], next_cursor=more)


@api.post("/services")
@describe(body=SERVICE_SCHEMA, answer=shapes.SERVICE, status=201, is_tagged=True)
@require("services.edit")
def add_service() -> Response:
    """Add a service: `key`, `name`, `zone`, and perhaps `kind`, `rests_on`, `sla`."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    made = store.add_service(*where, document=json_body(), by=by, now=utc_now())
    return located(_answer(made), url_for("services_api.get_service", service_id=made.id))


@api.get("/services/<uuid:service_id>")
@describe(answer=shapes.SERVICE, is_tagged=True)
@require("services.view")
def get_service(service_id: UUID) -> Response:
    """Give one service; its `ETag` is its revision."""
    return _answer(_found(service_id))


@api.put("/services/<uuid:service_id>")
@describe(body=SERVICE_SCHEMA, answer=shapes.SERVICE, is_tagged=True, needs_tag=True)
@require("services.edit")
def save_service(service_id: UUID) -> Response:
    """Replace a service; `If-Match` says which revision it builds on."""
    before, body = _found(service_id), json_body()
    kept = {"watched_from": format_instant(before.watched_from)}
    try:
        saved = store.save_service(
            db_session(),
            acting().tenant_id,
            service_id,
            document={**body, **kept} if isinstance(body, dict) else body,
            expected_revision=expected_revision("service"),
            by=acting().person_name,
            now=utc_now(),
        )
    except store.ServiceChangedError as error:
        raise RevisionMovedError(error.message, **error.detail) from None
    return _answer(saved)


@api.delete("/services/<uuid:service_id>")
@describe(status=204)
@require("services.edit")
def remove_service(service_id: UUID) -> Response:
    """Remove a service, with all that is known of how it went."""
    store.remove_service(db_session(), acting().tenant_id, service_id)
    return Response(status=204)


@api.get("/services/<uuid:service_id>/disturbances")
@describe(query={"since": INSTANT, "limit": WHOLE}, answer=shapes.DISTURBANCES)
@require("services.view")
def list_disturbances(service_id: UUID) -> Response:
    """List when and why it did not just work, the newest first; `since`, else of 90 days."""
    found, now = _found(service_id), utc_now()
    since = _instant("since") or now - BACK
    where = (db_session(), acting().tenant_id)
    moments = moments_since(*where, [found.id], since=since)[found.id]
    told = [one for one in disturbances(moments) if (one.end or now) > since]
    shown = list(reversed(told))[: page_limit(100)]
    return jsonify(items=[_trouble_document(one, now) for one in shown], next_cursor=None)


@api.get("/services/<uuid:service_id>/availability")
@describe(query={"month": TEXT}, answer=shapes.MONTH)
@require("services.view")
def get_availability(service_id: UUID) -> Response:
    """Reckon a month of it, such as `month=2026-11`; the present one when none is named."""
    found, now = _found(service_id), utc_now()
    month = read_month(request.args.get("month", ""), now=now.astimezone(found.service.zone))
    where, since = (db_session(), acting().tenant_id), month_span(month, found.service.zone).start
    moments = moments_since(*where, [found.id], since=since)[found.id]
    one = report.month_of_service(*where, found, month, moments, now=now)
    return jsonify(
        month=str(month),
        start=format_instant(one.period.start),
        end=format_instant(one.period.end),
        percent=float(one.percent) if one.percent is not None else None,
        kept=one.is_kept,
        **{
            f"{name}_s": length.total_seconds() if length is not None else None
            for name, length in (
                ("agreed", one.agreed),
                ("down", one.down),
                ("degraded", one.degraded),
                ("planned_left_out", one.planned),
                ("allowed", one.budget),
                ("left", one.left),
            )
        },
    )


@api.post("/service-imports")
@describe(
    query={"origin": {**TEXT, "required": True}, "zone": TEXT},
    body=shapes.FILE,
    takes=("application/octet-stream",),
    answer=shapes.IMPORT,
    status=201,
)
@require("services.edit")
def stage() -> Response:
    """Read a file, the request's body, and say what it would change; nothing changes yet.

    Query: `origin` (its name, required), `zone` (of services that name none; UTC).
    """
    staged = stage_import(
        db_session(),
        acting().tenant_id,
        request.get_data(),
        origin=request.args.get("origin", ""),
        zone=request.args.get("zone", "UTC"),
        by=acting().person_name,
        now=utc_now(),
    )
    return staged_answer(staged, url_for("services_api.show_import", import_id=staged.id))


@api.get("/service-imports/<uuid:import_id>")
@describe(answer=shapes.IMPORT)
@require("services.edit")
def show_import(import_id: UUID) -> Response:
    """Say what an import would change, or has changed."""
    where = (db_session(), acting().tenant_id)
    return jsonify(import_document(get_import(*where, import_id, kind=KIND)))


@api.post("/service-imports/<uuid:import_id>/apply")
@describe(body=shapes.REMOVING, is_optional=True, answer=shapes.IMPORT)
@require("services.edit")
def apply(import_id: UUID) -> Response:
    """Apply an import, once; `{"remove_gone": true}` removes what the file no longer has."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    remove = wants_gone_removed()
    done = apply_import(*where, import_id, remove_gone=remove, by=by, now=utc_now())
    return jsonify(import_document(done))


def view_document(one: ServiceView) -> dict[str, Any]:
    """Write a service as JSON."""
    return {
        "id": str(one.id),
        **service_document(one.service),
        "state": one.state.value,
        "down": one.is_down,
        "since": format_instant(one.since),
        "cause": cause_document(one.cause),
        "origin": one.origin,
        "revision": one.revision,
        "updated_at": format_instant(one.updated_at),
        "updated_by": one.updated_by,
    }


def _trouble_document(one: Disturbance, now: datetime) -> dict[str, Any]:
    span = one.span(now)
    return {
        "start": format_instant(one.start),
        "end": format_instant(one.end) if one.end else None,
        "duration_s": (span.end - span.start).total_seconds(),
        "state": one.worst.state.value,
        "down": one.worst.is_down,
        "cause": cause_document(one.worst.cause),
    }


def _found(service_id: UUID) -> ServiceView:
    return store.get_service(db_session(), acting().tenant_id, service_id)


def _answer(one: ServiceView) -> Response:
    response = jsonify(view_document(one))
    response.headers["ETag"] = f'"{one.revision}"'
    return response


def _choice(name: str, choices: list[str]) -> str:
    value = request.args.get(name, "")
    if value and value not in choices:
        message = f"{name}: choose one of {', '.join(choices)}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return value


def _instant(name: str) -> datetime | None:
    text = request.args.get(name, "")
    try:
        return parse_instant(text) if text else None
    except (ValueError, OverflowError):
        message = f"{name}: {text[:40]} is no instant: write one such as 2026-11-01T00:00:00Z"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)]) from None
