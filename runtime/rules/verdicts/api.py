"""REST: what every rule that is judged says of one alarm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from kernel.clock import format_instant
from kernel.http import acting, db_session, require
from kernel.rest import describe
from runtime.rules import shapes
from runtime.rules.verdicts.asking import Verdict, verdicts_of

api = Blueprint("verdicts_api", __name__, url_prefix="/api/v1/alarms")


@api.get("/<uuid:alarm_id>/explain")
@describe(answer=shapes.VERDICTS)
@require("rules.view")
def explain(alarm_id: UUID) -> Response:
    """Give the verdict of each rule, in the order they act."""
    found = verdicts_of(db_session(), acting().tenant_id, alarm_id)
    return jsonify({"items": [_document(one) for one in found]})


def _document(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule_id": str(verdict.rule_id),
        "name": verdict.name,
        "mode": verdict.mode.value,
        "version": verdict.number,
        "outcome": verdict.outcome.value,
        "fired_at": format_instant(verdict.fired_at) if verdict.fired_at else None,
        "decided": list(verdict.decided),
        "notes": list(verdict.notes),
        "why": dict(verdict.why),
    }
