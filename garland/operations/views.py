"""For whoever keeps Garland running: is it alive, is it ready, and what does it count."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, request
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from garland.database import pending_revisions
from garland.operations.asking import asked
from garland.operations.at_work import LAG_MOST_S
from garland.operations.reading import may_read
from garland.services import Services
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, UnauthorizedError
from kernel.http import problem
from kernel.metrics import expose
from runtime.backlog import journal_backlog

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
def readyz() -> Response:
    """Say whether database, migrations and Redis are as they must be, and if alarms lag.

    A correlator that lags makes no web process unready: intake goes on, and loses nothing.
    """
    services: Services = current_app.extensions["garland.services"]
    checks = {"database": _database(services), "redis": _redis(services)}
    ready = all(found == "ok" for found in checks.values())
    lag_s = _correlator_lag_s(services)
    if lag_s is not None:
        checks["correlator"] = "ok" if lag_s < LAG_MOST_S else f"{lag_s:.0f} s behind"
    status = "ready" if ready else "not ready"
    response = jsonify(status=status, checks=checks, correlator_lag_s=lag_s)
    response.status_code = 200 if ready else 503
    return response


@bp.get("/metrics")
def metrics() -> Response:
    """Give what this machine's processes counted, and what waits in the database."""
    services: Services = current_app.extensions["garland.services"]
    token, public = services.settings.metrics_token, services.settings.public_url
    if not may_read(token, request.headers, remote=request.remote_addr, public_url=public):
        told = "send the token that is set as GARLAND_METRICS_TOKEN: `Authorization: Bearer …`"
        return problem(UnauthorizedError(told))
    text, content_type = expose(
        request.headers.get("Accept"), current_app.extensions["garland.gauges"]
    )
    response = Response(text, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def _correlator_lag_s(services: Services) -> float | None:
    found = asked(services, lambda session: journal_backlog(session, now=utc_now()))
    return round(found.oldest_s, 3) if found is not None else None


def _database(services: Services) -> str:
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        pending = pending_revisions(services.settings.database_url)
    except ConflictError:
        return "ok"  # a newer release has migrated it, and serves beside this one meanwhile
    except (SQLAlchemyError, GarlandError):
        return "does not answer"
    return "ok" if not pending else "needs `garland db upgrade`"


def _redis(services: Services) -> str:
    try:
        services.redis.ping()
    except RedisError:
        return "does not answer"
    return "ok"
