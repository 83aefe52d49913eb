"""The first steps, what is next for one workflow, and made-up alarms that come and go."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from designer.guide.progress import is_away, next_steps, progress_of, set_away
from designer.workflows.samples import SAMPLE_SOURCE, SAMPLES, sample_events
from kernel.clock import utc_now
from kernel.errors import GarlandError
from kernel.http import acting, db_session, render, require, see_other
from runtime.alarms.intake.taking import take_from_api
from runtime.flows.versions import get_flow, problems_of
from runtime.retention.samples import count_of_name, remove_of_name

bp = Blueprint("guide", __name__)


@bp.get("/t/<tenant>/guide")
@require("workflows.view")
def show_guide() -> Response:
    """Show the first steps, whoever put them away, and what made-up alarms there are."""
    where = (db_session(), acting().tenant_id)
    return render(
        "designer/guide/show.html",
        guide=progress_of(*where),
        away=is_away(*where, acting().person_id),
        samples=SAMPLES,
        sample_count=count_of_name(*where, SAMPLE_SOURCE),
    )


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/next-steps")
@require("workflows.view")
def show_next(flow_id: UUID) -> Response:
    """Give what is left to do with a workflow, for the designer's page."""
    where = (db_session(), acting().tenant_id)
    flow = get_flow(*where, flow_id)
    guide = next_steps(*where, flow, problems_of(*where, flow.draft))
    away = is_away(*where, acting().person_id)
    return render("designer/guide/_next.html", flow=flow, guide=guide, away=away)


@bp.post("/t/<tenant>/guide/<any(away,back):verb>")
@require("workflows.view")
def put(verb: str) -> Response:
    """Put the first steps away for who asks, or bring them back."""
    where, person_id = (db_session(), acting().tenant_id), acting().person_id
    if person_id is not None:
        set_away(*where, person_id, away=verb == "away", now=utc_now())
    if verb == "away":
        flash("The first steps are put away. Your account menu has them: First steps.", "success")
    return see_other(url_for("guide.show_guide" if verb == "back" else "home.tenant_home"))


@bp.post("/t/<tenant>/sample-alarms/send")
@require("alarms.send")
def send_samples() -> Response:
    """Send the made-up alarms into the organisation, as its own correlator takes any other."""
    events = sample_events()
    body = {"events": events}
    try:
        take_from_api(db_session(), acting().tenant_id, body, now=utc_now(), source=SAMPLE_SOURCE)
    except GarlandError as error:
        flash(f"Nothing was sent: {error.message}.", "error")
    else:
        flash(f"{len(events)} sample alarms are on their way: see the list.", "success")
    return see_other(_back())


@bp.post("/t/<tenant>/sample-alarms/remove")
@require("alarms.send")
def remove_samples() -> Response:
    """Remove every made-up alarm with its history."""
    who = acting()
    gone = remove_of_name(
        db_session(), who.tenant_id, SAMPLE_SOURCE, by=who.person_name, now=utc_now()
    )
    flash(f"{gone} sample alarm{'' if gone == 1 else 's'} removed.", "success")
    return see_other(_back())


def _back() -> str:
    """Give the page that a person came from, among those that offer sample alarms."""
    places = {"alarms": "alarms.list_alarms", "home": "home.tenant_home"}
    return url_for(places.get(request.form.get("from", ""), "guide.show_guide"))
