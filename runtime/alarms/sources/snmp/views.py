"""The pages of the trap catalogue: search, what came lately, trying a pasted trap."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from kernel.errors import InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require
from runtime.alarms.sources.snmp import listing
from runtime.alarms.sources.snmp.entries import catalogue_of
from runtime.alarms.sources.snmp.entry.sampling import SENDER
from runtime.alarms.sources.snmp.pasted import read_pasted
from runtime.alarms.sources.snmp.reading import events_of
from runtime.alarms.sources.snmp.received import received_traps

bp = Blueprint("traps", __name__)


@bp.get("/t/<tenant>/traps")
@require("sources.view")
def list_traps() -> Response:
    """Show the catalogue, by name."""
    q, asked = request.args.get("q", "").strip(), request.args.get("whose", "")
    choices = listing.choices_of(db_session())
    whose = asked if asked in dict(choices[1:]) else ""
    where = (db_session(), acting().tenant_id)
    shown, more = page_of(
        lambda limit, after: listing.list_entries(
            *where, q=q, whose=whose, after=after[0] if after else "", limit=limit
        ),
        lambda one: (listing.place_of(one),),
        parts=1,
    )
    return render(
        "runtime/traps/list.html",
        traps=shown,
        q=q,
        whose=whose or "all",
        choices=choices,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/traps/received")
@require("sources.view")
def list_received() -> Response:
    """Show the traps that came lately, those that the catalogue does not know first."""
    where = (db_session(), acting().tenant_id)
    found = received_traps(*where, catalogue_of(*where))
    return render("runtime/traps/received.html", traps=found)


@bp.route("/t/<tenant>/traps/try", methods=["GET", "POST"])
@require("sources.view")
def try_trap() -> Response:
    """Show what a pasted trap becomes; nothing is taken."""
    pasted, error, events = request.form.get("pasted", ""), None, []
    if request.method == "POST":
        catalogue = catalogue_of(db_session(), acting().tenant_id)
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
        events=events,
    )
