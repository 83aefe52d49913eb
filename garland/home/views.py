"""The first page: what stands, what ran, and where to begin."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from designer.guide.progress import is_away, progress_of
from garland.announced.seen import note_shown
from garland.sign_in import organisations
from kernel.clock import utc_now
from kernel.http import acting, db_session, render, see_other
from runtime.alarms.store import AlarmFilter, count_active, list_alarms, raised_by_hour
from runtime.approvals.store import count_mine, voter_of
from runtime.environments import promoting
from runtime.flows.versions import list_flows
from runtime.going_live.requests import count_waiting
from runtime.rules.store import list_rules
from runtime.runs.query import RunFilter, count_runs, list_runs
from runtime.tenant_templates.todo import glances_of
from tenancy.announcements.reading import live_for
from tenancy.announcements.wording import parts_of

bp = Blueprint("home", __name__)

SHOWN = 6


@bp.get("/")
def index() -> Response:
    """Send a person to their organisation, or to the sign-in."""
    if not current_user.is_authenticated:
        return see_other(url_for("sign_ins.sign_in"))
    mine = organisations()
    if not mine:
        return render("garland/no_organisation.html", status=403)
    return see_other(url_for("home.tenant_home", tenant=mine[0][0]))


@bp.get("/t/<tenant>/")
def tenant_home() -> Response:
    """Show one organisation at a glance; events refresh the figures."""
    where = (db_session(), acting().tenant_id)
    now = utc_now()
    states = count_runs(*where, since=now - timedelta(hours=24))
    announced = live_for(*where, acting().person_id, now=now)
    note_shown(announced)
    guide = None if is_away(*where, acting().person_id) else progress_of(*where)
    return render(
        "garland/home.html",
        "garland/_home_figures.html",
        announced=announced,
        parts_of=parts_of,
        severities=count_active(*where),
        alarms_by_hour=raised_by_hour(*where, now=now),
        states=states,
        started=sum(states.values()),
        failed=sum(number for state, number in states.items() if state.value == "failed"),
        alarms=list_alarms(*where, AlarmFilter(), limit=SHOWN),
        runs=list_runs(*where, RunFilter(), limit=SHOWN),
        flows=list_flows(*where),
        rules=list_rules(*where),
        guide=guide if guide is not None and not guide.is_complete else None,
        waiting=count_mine(*where, voter_of(where[0], acting())),
        asked=count_waiting(where[0], who=acting(), now=now),
        set_up=[one for one in glances_of(*where) if one.is_for_first_page],
        brought=promoting.count_waiting(where[0], acting()),
    )
