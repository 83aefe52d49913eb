"""Health for load balancers: alive, and ready to serve."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from garland.database import pending_revisions
from garland.services import Services
from kernel.errors import GarlandError

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return jsonify(status="alive")


@bp.get("/readyz")
def readyz() -> Response:
    """Say whether database, migrations and Redis are as they must be."""
    services: Services = current_app.extensions["garland.services"]
    checks = {"database": _database(services), "redis": _redis(services)}
    ready = all(found == "ok" for found in checks.values())
    response = jsonify(status="ready" if ready else "not ready", checks=checks)
    response.status_code = 200 if ready else 503
    return response


def _database(services: Services) -> str:
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        pending = pending_revisions(services.settings.database_url)
    except (SQLAlchemyError, GarlandError):
        return "does not answer"
    return "ok" if not pending else "needs `garland db upgrade`"


def _redis(services: Services) -> str:
    try:
        services.redis.ping()
    except RedisError:
        return "does not answer"
    return "ok"
