"""The page that tries a rule's draft on chosen alarms, event by event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from designer.drafts import read_json_text, write_json_text
from designer.rules.simulated.choosing import (
    EVENTS_MAX,
    STATES,
    Choice,
    chosen_of,
    look_for,
    taken,
)
from designer.rules.simulated.fillings import told_fillings
from designer.rules.simulated.samples import event_of_document, recent_events
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, only_reads, render, require
from runtime.alarms.documents import AlarmView
from runtime.rules.backtest.given import rows_of
from runtime.rules.backtest.simulating import Simulation, Step, on_trial
from runtime.rules.explain import deciding, sentences
from runtime.rules.model import parse_rule
from runtime.rules.store import RuleView, get_rule
from runtime.rules.tables.judging import table_sentences
from runtime.simulations.trying import try_on
from runtime.trials.inputs import alarm_of_input, list_alarm_inputs

bp = Blueprint("rules_simulated", __name__)

_PAGE, _PART = "designer/rules/simulated/show.html", "designer/rules/simulated/_picker.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What stands in the form, and what came of it."""

    text: str
    choice: Choice
    done: Simulation | None = None
    refused: InvalidError | None = None
    taken: int = 0


@bp.get("/t/<tenant>/rules/<uuid:rule_id>/simulate")
@require("rules.view")
def show_simulation(rule_id: UUID) -> Response:
    """Show the form, filled with the tenant's recent alarms."""
    where = (db_session(), acting().tenant_id)
    rule = get_rule(*where, rule_id)
    text = write_json_text(recent_events(*where))
    return _page(rule, _Shown(text=text, choice=_choice(())))


@bp.post("/t/<tenant>/rules/<uuid:rule_id>/simulate")
@require("rules.view")
@only_reads
def run_simulation(rule_id: UUID) -> Response:
    """Look for alarms, take the chosen, or say what the draft makes of each; nothing is done."""
    where = (db_session(), acting().tenant_id)
    rule, chosen = get_rule(*where, rule_id), chosen_of(*where, request.form)
    text = request.form.get("alarms", "")
    try:
        return _page(rule, _asked_for(rule, text, chosen))
    except InvalidError as error:
        return _page(rule, _Shown(text=text, choice=_choice(chosen), refused=error))


def _asked_for(rule: RuleView, text: str, chosen: Sequence[AlarmView]) -> _Shown:
    """Do what the button says that was pressed; to try is what one without a name does."""
    form, do = request.form, request.form.get("do", "")
    if do == "take":
        events = taken(db_session(), chosen)
        text = write_json_text({"events": events})
        return _Shown(text=text, choice=_choice(()), taken=len(events))
    if do == "recorded":
        events = [event_of_document(_recorded(form.get("recorded", "")))]
        text = write_json_text({"events": events})
        return _Shown(text=text, choice=_choice(chosen), taken=len(events))
    if do in ("look", "next", "first"):
        cursor = form.get("cursor", "") if do == "next" else ""
        return _Shown(text=text, choice=_choice(chosen, cursor=cursor))
    return _Shown(text=text, choice=_choice(chosen), done=_simulate(rule, text))


def _recorded(input_id: str) -> Mapping[str, Any]:
    """Give the alarm of a recorded input; its secrets are masked."""
    with suppress(NotFoundError, ValueError):
        if acting().may("runs.view"):
            return alarm_of_input(db_session(), acting().tenant_id, UUID(input_id))
    message = "choose one of the recorded inputs, then take it"
    raise InvalidError(message, problems=[Problem("/recorded", message)])


def _inputs() -> list[tuple[UUID, str, str]]:
    """List what may be taken of what trials of workflows were started with."""
    is_allowed = acting().may("runs.view")
    return list_alarm_inputs(db_session(), acting().tenant_id) if is_allowed else []


def _choice(chosen: Sequence[AlarmView], *, cursor: str = "") -> Choice:
    """Look for alarms as the form asks; for all of them where it asks for nothing."""
    asked = MultiDict({"state": "all"})
    asked |= {name: request.form[name] for name in ("q", "state") if name in request.form}
    where = (db_session(), acting().tenant_id)
    return look_for(*where, asked, cursor=cursor, chosen=chosen)


def _simulate(rule: RuleView, text: str) -> Simulation:
    rows = rows_of(read_json_text(text))
    if len(rows) > EVENTS_MAX:
        message = f"alarms: at most {EVENTS_MAX} at a time: take some out"
        raise InvalidError(message, problems=[Problem("/alarms", message)])
    judged = on_trial(rule.draft)
    until = rows[-1].received_at + timedelta(seconds=judged.rule.pattern.within_s + 1)
    return try_on(db_session(), acting().tenant_id, judged, rows, until=until)


def _page(rule: RuleView, shown: _Shown) -> Response:
    done, refused = shown.done, shown.refused
    facts: dict[str, Any] = {
        "rule": rule,
        "text": shown.text,
        "choice": shown.choice,
        "states": STATES,
        "inputs": _inputs(),
        "taken": shown.taken,
        "problems": refused.problems if refused else (),
        "refused": refused,
        "steps": [(one, _told(one, rule)) for one in done.steps] if done else None,
        "firings": [(one, sentences(one.why)) for one in done.firings] if done else [],
        "fillings": _fillings(rule, done) if done else {},
    }
    return render(_PAGE, _PART, status=422 if refused else 200, **facts)


def _fillings(rule: RuleView, done: Simulation) -> Mapping[int, list[str]]:
    if rule.kind == "table":
        return {}
    return told_fillings(db_session(), acting().tenant_id, parse_rule(rule.draft), done)


def _told(step: Step, rule: RuleView) -> list[str]:
    """Tell the row or the conditions that decided, of a pair each of the two."""
    if step.held_by:
        return [f"planned work “{step.held_by}” holds it back: rules do not judge it"]
    words = {"a": "first: ", "b": "second: "}
    found = table_sentences(step.decision) if step.decision is not None else []
    if rule.kind == "table" and step.alarm is not None and not found:
        found = ["no row matches"]
    return found + [
        words.get(name, "") + sentence
        for name, why in step.tested.items()
        for sentence in deciding(why)
    ]
