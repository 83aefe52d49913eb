"""The page that tries a rule's draft on chosen alarms, event by event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from designer.drafts import read_json_text, write_json_text
from designer.rules.simulated.fillings import told_fillings
from designer.rules.simulated.samples import recent_events
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, only_reads, render, require
from runtime.enriching.events import fill_given
from runtime.rules.backtest.given import rows_of
from runtime.rules.backtest.simulating import Simulation, Step, on_trial, simulate
from runtime.rules.explain import deciding, sentences
from runtime.rules.model import parse_rule
from runtime.rules.store import RuleView, get_rule
from runtime.rules.tables.judging import table_sentences

bp = Blueprint("rules_simulated", __name__)

EVENTS_MAX = 500


@bp.get("/t/<tenant>/rules/<uuid:rule_id>/simulate")
@require("rules.view")
def show_simulation(rule_id: UUID) -> Response:
    """Show the form, filled with the tenant's recent alarms."""
    where = (db_session(), acting().tenant_id)
    rule = get_rule(*where, rule_id)
    return _page(rule, write_json_text(recent_events(*where)))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/simulate")
@require("rules.view")
@only_reads
def run_simulation(rule_id: UUID) -> Response:
    """Say what the draft makes of each of the alarms in the form; nothing is done or kept."""
    rule = get_rule(db_session(), acting().tenant_id, rule_id)
    text = request.form.get("alarms", "")
    try:
        return _page(rule, text, done=_simulate(rule, text))
    except InvalidError as error:
        return _page(rule, text, refused=error)


def _simulate(rule: RuleView, text: str) -> Simulation:
    rows = fill_given(db_session(), acting().tenant_id, rows_of(read_json_text(text)))
    if len(rows) > EVENTS_MAX:
        message = f"alarms: at most {EVENTS_MAX} at a time: take some out"
        raise InvalidError(message, problems=[Problem("/alarms", message)])
    judged = on_trial(rule.draft)
    until = rows[-1].received_at + timedelta(seconds=judged.rule.pattern.within_s + 1)
    return simulate(judged, rows, until=until)


def _page(
    rule: RuleView,
    text: str,
    *,
    done: Simulation | None = None,
    refused: InvalidError | None = None,
) -> Response:
    facts: dict[str, Any] = {
        "rule": rule,
        "text": text,
        "problems": refused.problems if refused else (),
        "refused": refused,
        "steps": [(one, _told(one, rule)) for one in done.steps] if done else None,
        "firings": [(one, sentences(one.why)) for one in done.firings] if done else [],
        "fillings": _fillings(rule, done) if done else {},
    }
    return render("designer/rules/simulated/show.html", status=422 if refused else 200, **facts)


def _fillings(rule: RuleView, done: Simulation) -> Mapping[int, list[str]]:
    if rule.kind == "table":
        return {}
    return told_fillings(db_session(), acting().tenant_id, parse_rule(rule.draft), done)


def _told(step: Step, rule: RuleView) -> list[str]:
    """Tell the row or the conditions that decided, of a pair each of the two."""
    words = {"a": "first: ", "b": "second: "}
    found = table_sentences(step.decision) if step.decision is not None else []
    if rule.kind == "table" and step.alarm is not None and not found:
        found = ["no row matches"]
    return found + [
        words.get(name, "") + sentence
        for name, why in step.tested.items()
        for sentence in deciding(why)
    ]
