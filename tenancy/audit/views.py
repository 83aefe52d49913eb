"""The page of an organisation's audit: read, verified, taken out, and how long it is kept."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    only_reads,
    page_of,
    reading_session,
    render,
    require,
    see_other,
    writing_apart,
)
from kernel.numbers import whole_number
from tenancy.audit import keeping, listing
from tenancy.audit.actions import GROUPS
from tenancy.audit.asking import NAMES, read_filter
from tenancy.audit.chain import Fact
from tenancy.audit.exporting import FORMATS
from tenancy.audit.listing import EntryFilter
from tenancy.audit.sentences import THINGS
from tenancy.audit.things import places_of
from tenancy.audit.trail import note
from tenancy.audit.verifying import chain_of, verify

bp = Blueprint("audit", __name__)


@bp.get("/t/<tenant>/audit")
@require("audit.view")
def show_audit() -> AnyResponse:
    """Show what was done, the newest first."""
    try:
        return _page(read_filter(request.args))
    except InvalidError as error:
        problems = {one.pointer.lstrip("/"): one.message for one in error.problems}
        return _page(None, status=422, problems=problems)


@bp.post("/t/<tenant>/audit/verify")
@only_reads
@require("audit.view")
def verify_now() -> AnyResponse:
    """Read the whole chain and say whether it is whole; that is noted, too."""
    session, tenant_id = db_session(), acting().tenant_id
    chain, found = chain_of(session, tenant_id), verify(session, tenant_id)
    facts: dict[str, Fact] = {"whole": found is None, "entries": chain.kept, "until": chain.last}
    if found is not None:
        facts |= {"break": found.why, "at_entry": found.number}
    with writing_apart() as noting:
        note(noting, tenant_id, "audit.verified", now=utc_now(), facts=facts)
    if found is None:
        flash(f"The audit is whole: {chain.kept:,} entries, each as it was written.", "good")
    else:
        flash(f"The audit is broken: {found.why}. Tell whoever runs this installation.", "bad")
    return see_other(url_for("audit.show_audit"))


@bp.get("/t/<tenant>/audit/export.<any(csv,jsonl):form>")
@require("audit.view")
def export(form: str) -> AnyResponse:
    """Give what fits the filter as a file, in the order of the chain."""
    return exported(form)


@bp.post("/t/<tenant>/audit/keeping")
@require("audit.keep")
def choose_keeping() -> AnyResponse:
    """Choose how long entries are kept; asks first where that lets go of some."""
    where, now = (db_session(), acting().tenant_id), utc_now()
    days = whole_number(request.form.get("kept_days", "")) or 0
    doomed = keeping.count_older(*where, days, now=now) if days in keeping.CHOICES else 0
    if doomed and request.form.get("confirmed") != "yes":
        return _page(EntryFilter(), doomed=doomed, days=days)
    try:
        keeping.choose_days(*where, days, now=now)
    except InvalidError as error:
        return _page(EntryFilter(), status=422, problems={"kept_days": error.message})
    flash(f"Entries are kept for {days:,} days.", "good")
    return see_other(url_for("audit.show_audit", _anchor="keeping"))


def exported(form: str) -> AnyResponse:
    """Answer with the audit as a file of a form, as the query asks for it; that is noted first."""
    wanted, tenant_id, now = read_filter(request.args), acting().tenant_id, utc_now()
    asked = [f"{name}: {request.args[name]}" for name in NAMES if request.args.get(name)]
    with writing_apart() as noting:
        facts: dict[str, Fact] = {"format": form, "filter": asked}
        note(noting, tenant_id, "audit.exported", now=now, facts=facts)
    write, kind = FORMATS[form]
    opened = reading_session()

    def lines() -> Iterator[str]:
        with opened as session:
            yield from write(listing.every_entry(session, tenant_id, wanted), tenant_id)

    response = Response(lines(), content_type=kind)
    name = f"audit-{acting().tenant_slug}-{now:%Y-%m-%d-%H%M}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(
    wanted: EntryFilter | None,
    *,
    status: int = 200,
    problems: dict[str, str] | None = None,
    doomed: int = 0,
    days: int = 0,
) -> AnyResponse:
    where = (db_session(), acting().tenant_id)
    entries, more = _entries(wanted)
    return render(
        "tenancy/audit/show.html",
        status=status,
        entries=entries,
        places=places_of(*where, entries),
        wanted=wanted,
        asked={name: request.args.get(name, "") for name in NAMES},
        next_url=address_with(cursor=more) if more else None,
        chain=chain_of(*where),
        verified=listing.last_of(*where, "audit.verified"),
        people=listing.people_of(*where),
        groups=GROUPS,
        things=THINGS,
        problems=problems or {},
        kept_days=days or keeping.kept_days(*where),
        choices=keeping.CHOICES,
        doomed=doomed,
    )


def _entries(wanted: EntryFilter | None) -> tuple[list[listing.EntryView], str | None]:
    if wanted is None:
        return [], None
    where = (db_session(), acting().tenant_id, wanted)
    return page_of(
        lambda limit, after: listing.list_entries(*where, limit=limit, after=after),
        listing.place_of,
        parts=1,
    )
