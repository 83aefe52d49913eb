"""One entry of the trap catalogue: its form with a trap to try it on, its text, back to ours."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, MalformedError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.json_text import read_json
from kernel.numbers import MOST_OF_MANY, whole_number
from runtime.alarms.model import EventType, Severity
from runtime.alarms.sources.snmp import entries
from runtime.alarms.sources.snmp.catalogue import INDEX, STANDING
from runtime.alarms.sources.snmp.entry.rows import (
    ENDS,
    EntryRows,
    check_rows,
    document_of,
    field_errors,
    numbers_of,
    operate,
    read_rows,
    rows_of,
)
from runtime.alarms.sources.snmp.entry.sampling import begin_with, try_rows, use_variable
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.snmp.listing import EntryView, get_entry
from runtime.alarms.sources.snmp.packs import given_in
from runtime.alarms.sources.snmp.pairs import bound_to, changes, paired
from runtime.alarms.sources.snmp.received import received_text, received_traps

bp = Blueprint("trap_entry", __name__)

Refused = InvalidError | ConflictError
_TEXT_SHOWN = 200_000
_EXAMPLE = {
    "trap": 1,
    "oid": "1.3.6.1.4.1.32473.0.1",
    "name": "exampleDown",
    "severity": "major",
    "event_type": "equipmentAlarm",
    "specific_problem": "Example is down",
    "text": "{exampleName} of {agent} is down",
    "managed_object": "{agent}/{exampleName}",
    "key": "{exampleName.index}",
    "objects": {"exampleName": "1.3.6.1.4.1.32473.1.1.2"},
}


@bp.get("/t/<tenant>/traps/entry")
@require("sources.view")
def show_trap() -> Response:
    """Show one entry's form, or its text; that of a new one, too, or of one that ends a trap."""
    oid, asked = request.args.get("oid", ""), request.args
    found = get_entry(db_session(), acting().tenant_id, oid) if oid else None
    if asked.get("as") == "text":
        return _text_page(found)
    rows = rows_of(found.document) if found else EntryRows()
    if "ends" in asked:
        rows = _ending(asked["ends"])
    if "like" in asked:
        rows.sample = _sample(whole_number(asked["like"], most=MOST_OF_MANY) or 0)
        begin_with(rows, _catalogue().objects)
    return _form_page(rows, oid)


@bp.post("/t/<tenant>/traps/entry")
@require("sources.edit")
def save_trap() -> Response:
    """Keep an entry, or show its form again with what a button asked for; or keep a text."""
    if "document" in request.form:
        return _save_text(request.form["document"])
    rows, oid = read_rows(request.form.items(multi=True)), request.form.get("was", "")
    if "_save" not in request.form:
        return _form_page(_changed(rows), oid)
    try:
        entry = check_rows(rows, _catalogue().names)
        _keep(_with_those_that_end_it(rows))
    except (InvalidError, ConflictError) as error:
        return _form_page(rows, oid, refused=error)
    flash(f"The entry of {entry.name} is kept: the listener knows it within seconds.", "success")
    return see_other(url_for("trap_entry.show_trap", oid=entry.oid))


@bp.post("/t/<tenant>/traps/upload")
@require("sources.edit")
def upload_traps() -> Response:
    """Keep the entries of a JSON file, all or none."""
    sent = request.files.get("file")
    text = sent.read().decode("utf-8", errors="replace") if sent is not None else ""
    return _save_text(text)


@bp.post("/t/<tenant>/traps/delete")
@require("sources.edit")
def delete_trap() -> Response:
    """Remove entries of the tenant's own, or go back to those that they stand over."""
    oids = request.form.getlist("oid")
    if not oids:
        message = "oid: name the trap whose entry goes"
        raise InvalidError(message, problems=[Problem("/oid", message)])
    given = given_in(db_session())
    try:
        entries.delete_entries(db_session(), acting().tenant_id, oids)
    except ConflictError as error:
        flash(f"{error.message[0].upper()}{error.message[1:]}.", "error")
        return see_other(url_for("trap_entry.show_trap", oid=oids[0]))
    if oids[0] not in given.documents:
        flash("The entry is removed.", "success")
        return see_other(url_for("traps.list_traps"))
    flash(f"The entry of {given.giver(oids[0])} holds again.", "success")
    return see_other(url_for("trap_entry.show_trap", oid=oids[0]))


def _catalogue() -> Catalogue:
    return entries.catalogue_of(db_session(), acting().tenant_id)


def _sample(seq: int) -> str:
    return received_text(db_session(), acting().tenant_id, seq)


def _ending(oid: str) -> EntryRows:
    """Begin an entry that ends a trap's alarms: the same key, so that the two meet."""
    raised = get_entry(db_session(), acting().tenant_id, oid).document
    plain = {"oid": "", "name": "", "severity": "cleared", "clears": [oid]}
    return rows_of({**paired(raised, plain), "managed_object": ""})


def _changed(rows: EntryRows) -> EntryRows:
    """Do what a button or a choice of the form asked for."""
    form, catalogue = request.form, _catalogue()
    like = whole_number(form.get("like", ""), most=MOST_OF_MANY)
    if like is not None:
        rows.sample = _sample(like)
        begin_with(rows, catalogue.objects)
    operate(rows, form.get("_op", ""))
    use_variable(rows, form.get("_op", ""), catalogue.objects)
    rows.oid = numbers_of(rows.oid, catalogue.names)
    rows.clears = [numbers_of(one, catalogue.names) for one in rows.clears]
    return rows


def _with_those_that_end_it(rows: EntryRows) -> list[Any]:
    """Give the entry, and where asked those that end its alarms with its key."""
    catalogue = _catalogue()
    document = document_of(rows, catalogue.names)
    ending = catalogue.ending(document["oid"]) if rows.both and rows.role != ENDS else []
    return [document, *(paired(document, one) for one in ending)]


def _keep(documents: list[Any]) -> int:
    where, by = (db_session(), acting().tenant_id), acting().person_name
    return entries.save_entries(*where, documents, by=by, now=utc_now())


def _save_text(text: str) -> Response:
    try:
        documents = _documents(text)
        number = _keep(documents)
    except (InvalidError, ConflictError) as error:
        return _text_page(None, text=text[:_TEXT_SHOWN], refused=error)
    if number > 1:
        flash(f"{number} entries are kept.", "success")
        return see_other(url_for("traps.list_traps", whose="own"))
    flash("The entry is kept.", "success")
    return see_other(url_for("trap_entry.show_trap", oid=documents[0]["oid"]))


def _documents(text: str) -> list[Any]:
    """Read one entry, a list of them, or `{"entries": [...]}`."""
    try:
        found = read_json(text, what="the text")
    except MalformedError as error:
        raise InvalidError(error.message, problems=[Problem("/document", error.message)]) from None
    if isinstance(found, dict) and "entries" in found:
        found = found["entries"]
    return found if isinstance(found, list) else [found]


def _found(oid: str) -> EntryView | None:
    try:
        return get_entry(db_session(), acting().tenant_id, oid) if oid else None
    except NotFoundError:
        return None


def _form_page(rows: EntryRows, was: str, *, refused: Refused | None = None) -> Response:
    catalogue, found = _catalogue(), _found(was)
    problems = getattr(refused, "problems", ())
    ours = catalogue.given.documents.get(was)
    facts: dict[str, Any] = {
        "rows": rows,
        "was": was,
        "found": found,
        "errors": field_errors(problems),
        "problems": problems,
        "refused": refused,
        "trial": try_rows(rows, catalogue.names, catalogue.find),
        "titles": {oid: one["name"] for oid, one in catalogue.documents.items()},
        "ending": catalogue.ending(rows.oid) if rows.role != ENDS else [],
        "changes": changes(found.document, ours) if found and found.is_own and ours else [],
        "bound": [(one, catalogue.documents[one]["name"]) for one in bound_to(catalogue, was)],
        "received": received_traps(db_session(), acting().tenant_id, catalogue),
        "places": [*STANDING, *(name for one in rows.objects for name in _places(one.name))],
        "event_types": list(EventType),
        "severities": [one for one in reversed(Severity) if one is not Severity.CLEARED],
    }
    status = 422 if refused else 200
    return render("runtime/traps/entry.html", "runtime/traps/_entry.html", status=status, **facts)


def _places(name: str) -> list[str]:
    return [name, f"{name}{INDEX}"] if name else []


def _text_page(
    found: EntryView | None, *, text: str | None = None, refused: Refused | None = None
) -> Response:
    document = dict(found.document) if found else _EXAMPLE
    return render(
        "runtime/traps/text.html",
        status=422 if refused else 200,
        found=found,
        document=json.dumps(document, indent=2, ensure_ascii=False) if text is None else text,
        problems=getattr(refused, "problems", ()),
        refused=refused,
    )
