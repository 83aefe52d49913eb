"""The pages of the trap catalogue: search, one entry, adding many, trying a pasted trap."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from runtime.alarms.sources.snmp import entries
from runtime.alarms.sources.snmp.pasted import read_pasted
from runtime.alarms.sources.snmp.reading import events_of

bp = Blueprint("traps", __name__)

SENDER = "192.0.2.1"
_NEW = {
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


@bp.get("/t/<tenant>/traps")
@require("sources.view")
def list_traps() -> Response:
    """Show the catalogue, by name."""
    q, only_own = request.args.get("q", "").strip(), request.args.get("whose") == "own"
    where = (db_session(), acting().tenant_id)
    shown, more = page_of(
        lambda limit, after: entries.list_entries(
            *where, q=q, only_own=only_own, after=after[0] if after else "", limit=limit
        ),
        lambda one: (entries.place_of(one),),
        parts=1,
    )
    return render(
        "runtime/traps/list.html",
        traps=shown,
        q=q,
        whose="own" if only_own else "all",
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/traps/entry")
@require("sources.view")
def show_trap() -> Response:
    """Show one entry, or the form of a new one."""
    return _entry_page(request.args.get("oid", ""))


@bp.post("/t/<tenant>/traps/entry")
@require("sources.edit")
def save_trap() -> Response:
    """Keep one entry, or many of a file."""
    text = request.form.get("document", "")
    try:
        documents = _documents(text)
        number = entries.save_entries(
            db_session(),
            acting().tenant_id,
            documents,
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        return _entry_page(request.form.get("oid", ""), text=text, error=error, status=422)
    flash(f"{number} entries are kept." if number > 1 else "The entry is kept.", "success")
    oid = documents[0]["oid"]
    target = (
        url_for("traps.show_trap", oid=oid)
        if number == 1
        else url_for("traps.list_traps", whose="own")
    )
    return see_other(target)


@bp.post("/t/<tenant>/traps/upload")
@require("sources.edit")
def upload_traps() -> Response:
    """Keep the entries of a JSON file, all or none."""
    sent = request.files.get("file")
    text = sent.read().decode("utf-8", errors="replace") if sent is not None else ""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    try:
        number = entries.save_entries(*where, _documents(text), by=by, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _entry_page("", text=text[:200_000], error=error, status=422)
    flash(f"{number} entries are kept.", "success")
    return see_other(url_for("traps.list_traps", whose="own"))


@bp.post("/t/<tenant>/traps/delete")
@require("sources.edit")
def delete_trap() -> Response:
    """Remove an entry of the tenant's own."""
    oid = request.form.get("oid", "")
    try:
        entries.delete_entry(db_session(), acting().tenant_id, oid)
    except ConflictError as error:
        return _entry_page(oid, error=error, status=409)
    flash("The entry is removed.", "success")
    return see_other(url_for("traps.list_traps"))


@bp.route("/t/<tenant>/traps/try", methods=["GET", "POST"])
@require("sources.view")
def try_trap() -> Response:
    """Show what a pasted trap becomes; nothing is taken."""
    pasted, error, events = request.form.get("pasted", ""), None, []
    if request.method == "POST":
        catalogue = entries.catalogue_of(db_session(), acting().tenant_id)
        try:
            said = read_pasted(pasted)
            events = events_of(said, sender=SENDER, find=catalogue.find)
        except InvalidError as refused:
            error = refused
    return render(
        "runtime/traps/try.html",
        status=422 if error else 200,
        pasted=pasted,
        error=error,
        events=[(one, json.dumps(one, indent=2, ensure_ascii=False)) for one in events],
    )


def _documents(text: str) -> list[Any]:
    """Read one entry, a list of them, or `{"entries": [...]}`."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"this is no JSON: {error}"
        raise InvalidError(message, problems=[Problem("/document", message)]) from None
    if isinstance(found, dict) and "entries" in found:
        found = found["entries"]
    return found if isinstance(found, list) else [found]


def _entry_page(
    oid: str,
    *,
    text: str | None = None,
    error: InvalidError | ConflictError | None = None,
    status: int = 200,
) -> Response:
    found = None
    try:
        found = entries.get_entry(db_session(), acting().tenant_id, oid) if oid else None
    except NotFoundError:
        if error is None:
            raise
    document = found.document if found else _NEW
    return render(
        "runtime/traps/entry.html",
        status=status,
        found=found,
        document=json.dumps(dict(document), indent=2, ensure_ascii=False) if text is None else text,
        problems=getattr(error, "problems", ()),
        refused=error,
    )
