"""The audit over REST: its entries, the chain, and whether it is whole."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import format_instant
from kernel.http import acting, db_session, only_reads, page_of, require
from kernel.rest import (
    FLAG,
    INSTANT,
    OBJECT,
    TEXT,
    WHOLE,
    choice,
    describe,
    listed,
    maybe,
    shape,
)
from tenancy.audit import listing
from tenancy.audit.actions import ACTIONS, GROUPS
from tenancy.audit.asking import read_filter
from tenancy.audit.exporting import entry_document
from tenancy.audit.verifying import chain_of, verify
from tenancy.audit.views import exported

api = Blueprint("audit_api", __name__, url_prefix="/api/v1/audit")

_QUERY = {
    "group": choice(*GROUPS),
    "action": choice(*ACTIONS),
    "by": TEXT,
    "kind": TEXT,
    "thing": TEXT,
    "since": TEXT,
    "until": TEXT,
    "q": TEXT,
}
_ENTRY = shape(
    "AuditEntry",
    number=WHOLE,
    at=INSTANT,
    action=TEXT,
    sentence=TEXT,
    by=TEXT,
    by_id=TEXT,
    about_kind=TEXT,
    about_id=TEXT,
    about=TEXT,
    facts=OBJECT,
    request_id=TEXT,
    tenant_id=TEXT,
    digest=TEXT,
)
_CHAIN = shape(
    "AuditChain",
    kept_from=WHOLE,
    last=WHOLE,
    since=maybe(INSTANT),
    whole=FLAG,
    broken_at=maybe(WHOLE),
    why=TEXT,
)
_GIVES = ("text/csv", "application/jsonl")


@api.get("")
@describe(query=_QUERY, pages=True, answer=listed(_ENTRY))
@require("audit.view")
def list_entries() -> Response:
    """List what was done in the organisation, the newest first.

    `since` and `until` are instants or days; `q` is a text in names, facts or words.
    """
    where = (db_session(), acting().tenant_id, read_filter(request.args))
    found, more = page_of(
        lambda limit, after: listing.list_entries(*where, limit=limit, after=after),
        listing.place_of,
        parts=1,
    )
    items = [entry_document(one, acting().tenant_id) for one in found]
    return jsonify(items=items, next_cursor=more)


@api.post("/verify")
@describe(answer=_CHAIN)
@only_reads
@require("audit.view")
def verify_chain() -> Response:
    """Read the whole chain and say whether it is whole, or where its first break is."""
    where = (db_session(), acting().tenant_id)
    chain, found = chain_of(*where), verify(*where)
    return jsonify(
        kept_from=chain.kept_from,
        last=chain.last,
        since=format_instant(chain.since) if chain.since is not None else None,
        whole=found is None,
        broken_at=found.number if found is not None else None,
        why=found.why if found is not None else "",
    )


@api.get("/export.<any(csv,jsonl):form>")
@describe(query=_QUERY, answer=TEXT, gives=_GIVES)
@require("audit.view")
def export(form: str) -> AnyResponse:
    """Give what fits as a file, in the order of the chain; JSON lines hold the digests."""
    return exported(form)
