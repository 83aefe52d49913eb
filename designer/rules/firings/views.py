"""The page of a rule's firings."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.http import acting, address_with, db_session, page_of, render, require
from runtime.rules import firings, store
from runtime.rules.explain import sentences

bp = Blueprint("rule_firings", __name__)


@bp.get("/t/<tenant>/rules/<uuid:rule_id>/firings")
@require("rules.view")
def list_firings(rule_id: UUID) -> Response:
    """Show what a rule did, newest first, how often, and which rules fire for the same alarms."""
    where = (db_session(), acting().tenant_id, rule_id)
    rule = store.get_rule(*where)
    found, more = page_of(
        lambda limit, after: firings.firings_of_rule(*where, limit=limit, after=after),
        firings.place_of,
    )
    return render(
        "designer/rules/firings/list.html",
        rule=rule,
        fired=[(one, sentences(one.firing.why)) for one in found],
        by_day=firings.fired_by_day(*where, now=utc_now()),
        overlaps=firings.overlaps_of(*where),
        alarms=firings.count_alarms_of(*where),
        next_url=address_with(cursor=more) if more else None,
    )
