"""REST: what every rule that is judged says of one alarm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from kernel.clock import format_instant
from kernel.http import acting, db_session, require
from kernel.rest import describe
from runtime.verdicts import shapes
from runtime.verdicts.asking import Verdict
from runtime.verdicts.asking import explain as explain_alarm
from runtime.verdicts.keeping import Kept

api = Blueprint("verdicts_api", __name__, url_prefix="/api/v1/alarms")


@api.get("/<uuid:alarm_id>/explain")
@describe(answer=shapes.VERDICTS)
@require("rules.view")
def explain(alarm_id: UUID) -> Response:
    """Give the verdict of each rule, in the order they act, and what keeps rules from the alarm."""
    found = explain_alarm(db_session(), acting().tenant_id, alarm_id)
    return jsonify(
        items=[_document(one) for one in found.verdicts], kept=[_kept(one) for one in found.kept]
    )


def _kept(kept: Kept) -> dict[str, Any]:
    return {"words": kept.words, "summary": str(kept.summary_id) if kept.summary_id else None}


def _document(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule_id": str(verdict.rule_id),
        "name": verdict.name,
        "mode": verdict.mode.value,
        "version": verdict.number,
        "outcome": verdict.outcome.value,
        "fired_at": format_instant(verdict.fired_at) if verdict.fired_at else None,
        "asked_at": format_instant(verdict.asked_at),
        "happened": verdict.happened,
        "decided": list(verdict.decided),
        "notes": list(verdict.notes),
        "why": dict(verdict.why),
        "did": list(verdict.did),
    }
