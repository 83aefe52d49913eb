"""The rules of a syslog source: in their order, one as a form tried on lines, all as text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import InvalidError, MalformedError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.json_text import read_json
from kernel.numbers import MOST_OF_MANY, whole_number
from kernel.revisions import RevisionMovedError
from runtime.alarms.model import EventType, Severity
from runtime.alarms.sources import store
from runtime.alarms.sources.listened.kinds import SYSLOG
from runtime.alarms.sources.listened.rules.lines import (
    judge_lines,
    judge_pasted,
    line_of,
    recent_lines,
)
from runtime.alarms.sources.listened.rules.rows import (
    RuleRows,
    check_rule,
    document_of,
    field_errors,
    read_rows,
    rows_of,
    with_rule,
)
from runtime.alarms.sources.listened.rules.suggesting import suggest_rule
from runtime.alarms.sources.listened.settings import rules_text
from runtime.alarms.sources.listened.store import ListeningView, listening_of, set_rules
from runtime.alarms.sources.syslog.message import FACILITIES, LEVELS, read_syslog
from runtime.alarms.sources.syslog.rules import STANDING, groups_named

bp = Blueprint("syslog_rules", __name__, url_prefix="/t/<tenant>/sources/<uuid:source_id>/rules")

Refused = InvalidError | RevisionMovedError
Rules = list[dict[str, Any]]
_LEVELS = [("", "any level"), *((one, f"{one} and worse") for one in LEVELS[:-1])]


@bp.get("")
@require("sources.edit")
def list_rules(source_id: UUID) -> Response:
    """Show the rules in their order, and what they make of the latest lines; or their text."""
    source, listening = _source(source_id)
    if request.args.get("as") == "text":
        return _text_page(source_id)
    return render(
        "runtime/listened/rules.html",
        source=source,
        listening=listening,
        rules=_rules(listening),
        lines=judge_lines(listening.config, recent_lines(db_session(), source)),
    )


@bp.post("")
@require("sources.edit")
def save_text(source_id: UUID) -> Response:
    """Keep all rules from their text."""
    text = request.form.get("document", "")
    try:
        _keep(source_id, _read(text))
    except (InvalidError, RevisionMovedError) as error:
        return _text_page(source_id, text=text, refused=error)
    flash("The rules are kept: the listener knows them within seconds.", "success")
    return see_other(url_for("syslog_rules.list_rules", source_id=source_id))


@bp.get("/new")
@require("sources.edit")
def new_rule(source_id: UUID) -> Response:
    """Show the form of a new rule, made of a line where one is named."""
    where = (db_session(), acting().tenant_id, source_id)
    if "like" not in request.args:
        return _form_page(source_id, None, RuleRows(sample=_usual_sample(source_id)))
    line = line_of(*where, whole_number(request.args["like"], most=MOST_OF_MANY) or 0)
    return _form_page(source_id, None, rows_of(suggest_rule(read_syslog(line.encode())), line))


@bp.post("/new")
@require("sources.edit")
def add_rule(source_id: UUID) -> Response:
    """Keep a new rule before all others, or show its form again."""
    return _submit(source_id, None)


@bp.get("/<int:place>")
@require("sources.edit")
def show_rule(source_id: UUID, place: int) -> Response:
    """Show a rule's form."""
    rule = _at(_rules(_source(source_id)[1]), place)
    return _form_page(source_id, place, rows_of(rule, _usual_sample(source_id)))


@bp.post("/<int:place>")
@require("sources.edit")
def save_rule(source_id: UUID, place: int) -> Response:
    """Keep a rule, or show its form again."""
    return _submit(source_id, place)


@bp.post("/<int:place>/<any(up,down,delete):verb>")
@require("sources.edit")
def change_order(source_id: UUID, place: int, verb: str) -> Response:
    """Move a rule up or down by one, or remove it."""
    rules = _rules(_source(source_id)[1])
    rule = _at(rules, place)
    del rules[place]
    if verb != "delete":
        rules.insert(max(place - 1, 0) if verb == "up" else place + 1, rule)
    try:
        _keep(source_id, rules)
    except RevisionMovedError as error:
        flash(f"Not done: {error.message}.", "error")
    else:
        done = "is removed" if verb == "delete" else f"moved {verb}"
        flash(f"{rule['name']} {done}.", "success")
    return see_other(url_for("syslog_rules.list_rules", source_id=source_id))


def _submit(source_id: UUID, place: int | None) -> Response:
    rows, rules = read_rows(request.form), _rules(_source(source_id)[1])
    if request.form.get("_op") == "suggest":
        lines = rows.sample.strip().splitlines()
        rows = rows_of(suggest_rule(read_syslog(lines[0].encode())), rows.sample) if lines else rows
        return _form_page(source_id, place, rows)
    if "_save" not in request.form:
        return _form_page(source_id, place, rows)
    try:
        check_rule(rules, place, rows)
        _keep(source_id, with_rule(rules, place, document_of(rows)))
    except (InvalidError, RevisionMovedError) as error:
        return _form_page(source_id, place, rows, refused=error)
    flash(f"{rows.name} is kept: the listener knows it within seconds.", "success")
    return see_other(url_for("syslog_rules.list_rules", source_id=source_id))


def _keep(source_id: UUID, rules: Any) -> None:
    set_rules(
        db_session(),
        acting().tenant_id,
        source_id,
        rules=rules,
        expected_revision=_revision(),
    )


def _revision(usual: int = 0) -> int:
    found = whole_number(request.form.get("revision", ""))
    return usual if found is None else found


def _source(source_id: UUID) -> tuple[store.SourceView, ListeningView]:
    where = (db_session(), acting().tenant_id, source_id)
    source, listening = store.get_source(*where), listening_of(*where)
    if source.kind != SYSLOG or not listening.config:
        raise NotFoundError("no such rules: say first who may send", id=str(source_id))
    return source, listening


def _rules(listening: ListeningView) -> Rules:
    return [dict(one) for one in listening.config.get("rules", ())]


def _at(rules: Rules, place: int) -> dict[str, Any]:
    if place >= len(rules):
        raise NotFoundError("no such rule: load the list again", place=str(place))
    return rules[place]


def _usual_sample(source_id: UUID) -> str:
    source, _ = _source(source_id)
    return "\n".join(one.text for one in recent_lines(db_session(), source)[:5])


def _read(text: str) -> Any:
    try:
        return read_json(text, what="the text") if text.strip() else []
    except MalformedError as error:
        message = f"rules: {error.message}"
        raise InvalidError(message, problems=[Problem("/rules", message)]) from None


def _text_page(
    source_id: UUID, *, text: str | None = None, refused: Refused | None = None
) -> Response:
    source, listening = _source(source_id)
    return render(
        "runtime/listened/rules_text.html",
        status=422 if refused else 200,
        source=source,
        listening=listening,
        document=rules_text(_rules(listening)) if text is None else text,
        refused=refused,
        problems=getattr(refused, "problems", ()),
    )


def _form_page(
    source_id: UUID, place: int | None, rows: RuleRows, *, refused: Refused | None = None
) -> Response:
    source, listening = _source(source_id)
    rules, rule = _rules(listening), document_of(rows)
    problems = getattr(refused, "problems", ())
    unmet = ""
    try:
        check_rule(rules, place, rows)
    except InvalidError as error:
        unmet = error.problems[0].message
    config = {**listening.config, "rules": with_rule(rules, place, rule)}
    facts: dict[str, Any] = {
        "source": source,
        "place": place,
        "rows": rows,
        "revision": _revision(listening.revision),
        "errors": field_errors(problems),
        "problems": problems,
        "refused": refused,
        "unmet": unmet,
        "tried": judge_pasted(config, rows.sample) if not unmet else [],
        "groups": sorted(groups_named(rule)),
        "standing": STANDING,
        "facilities": FACILITIES,
        "levels": _LEVELS,
        "severities": [one for one in reversed(Severity) if one is not Severity.CLEARED],
        "event_types": list(EventType),
    }
    status = 422 if refused else 200
    return render(
        "runtime/listened/rule.html", "runtime/listened/_rule.html", status=status, **facts
    )
