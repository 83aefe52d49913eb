"""The page on which every rule says what it makes of one alarm."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kernel.http import acting, db_session, render, require
from runtime.alarms.store import get_alarm
from runtime.verdicts.asking import Outcome, explain

bp = Blueprint("rules_asked", __name__)


@bp.get("/t/<tenant>/alarms/<uuid:alarm_id>/rules")
@require("rules.view")
def ask_rules(alarm_id: UUID) -> Response:
    """Show for each rule that is judged whether it held, and what decided."""
    where = (db_session(), acting().tenant_id, alarm_id)
    found = explain(*where)
    return render(
        "designer/rules/asked/show.html",
        alarm=get_alarm(*where),
        kept=found.kept,
        by_outcome={one: [v for v in found.verdicts if v.outcome is one] for one in Outcome},
    )
