"""Advisories over REST: those of what one has installed, those that one writes, and as OSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import (
    FLAG,
    INSTANT,
    OBJECT,
    TEXT,
    TEXTS,
    choice,
    describe,
    listed,
    maybe,
    shape,
    with_more,
)
from kernel.schema import Schema
from marketplace.advisories import store, telling
from marketplace.advisories._tables import (
    REFERENCE_MAX,
    REFERENCES_MAX,
    TEXT_MAX,
    TITLE_MAX,
    Severity,
)
from marketplace.advisories.model import AdvisoryView, osv_document
from marketplace.advisories.ranges import RANGE_MAX
from marketplace.advisories.store import Writer
from marketplace.advisories.telling import Concern
from tenancy.audit.trail import Actor

api = Blueprint("advisories_api", __name__, url_prefix="/api/v1")


def _texts(most: int, **said: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most, **said}


_SEVERITY = choice(*(one.value for one in Severity))
ADVISORY = shape(
    "Advisory",
    advisory=TEXT,
    listing=TEXT,
    severity=_SEVERITY,
    title=TEXT,
    text=TEXT,
    affected=TEXT,
    fixed_in=TEXT,
    references=TEXTS,
    published_at=INSTANT,
    changed_at=INSTANT,
    withdrawn_at=maybe(INSTANT),
    reason=TEXT,
)
CONCERN = with_more("ConcerningAdvisory", ADVISORY, installed=TEXTS, hit=TEXTS, open=FLAG)
PUBLISHED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["listing", "severity", "title", "text", "affected"],
        "properties": {
            "listing": _texts(81),
            "severity": _SEVERITY,
            "title": _texts(TITLE_MAX),
            "text": _texts(TEXT_MAX),
            "affected": _texts(RANGE_MAX),
            "fixed_in": _texts(64),
            "references": {
                "type": "array",
                "maxItems": REFERENCES_MAX,
                "items": _texts(REFERENCE_MAX),
            },
        },
    }
)
WITHDRAWN = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["reason"],
        "properties": {"reason": _texts(TEXT_MAX)},
    }
)


@api.get("/advisories")
@describe(answer=listed(CONCERN))
@require("blocks.view")
def list_concerns() -> Response:
    """List the advisories of what the organisation has installed: what is to be done first."""
    found = telling.concerns_of(db_session(), acting().tenant_id)
    return jsonify(items=[_concern(one) for one in found], next_cursor=None)


@api.get("/advisories/<advisory_id>")
@describe(answer=CONCERN)
@require("blocks.view")
def get_concern(advisory_id: str) -> Response:
    """Give one of them."""
    return jsonify(_concern(telling.get_concern(db_session(), acting().tenant_id, advisory_id)))


@api.get("/advisories/<advisory_id>/osv")
@describe(answer=OBJECT)
@require("blocks.view")
def get_osv(advisory_id: str) -> Response:
    """Give one of them in the form of OSV 1.6."""
    found = telling.get_concern(db_session(), acting().tenant_id, advisory_id)
    return jsonify(osv_document(found.advisory))


@api.get("/marketplace/advisories")
@describe(pages=True, answer=listed(ADVISORY))
@require("advisories.edit")
def list_written() -> Response:
    """List the advisories of the organisation's own listings; of all, for the vendor."""

    def fetch(limit: int, after: list[str] | None) -> list[AdvisoryView]:
        return store.list_written(db_session(), writer(), limit=limit, after=after)

    found, more = page_of(fetch, store.place_of)
    return jsonify(items=[one.document() for one in found], next_cursor=more)


@api.post("/marketplace/advisories")
@describe(body=PUBLISHED, answer=ADVISORY, status=201)
@require("advisories.edit")
def publish() -> tuple[Response, int, dict[str, str]]:
    """Publish an advisory; the admins of those who have an affected version are told."""
    body = json_body()
    PUBLISHED.require(body, "an advisory has listing, severity, title, text and affected")
    made = store.publish(db_session(), writer(), body["listing"], body, now=utc_now())
    where = url_for("advisories_api.get_written", advisory_id=made.advisory_id)
    return jsonify(made.document()), 201, {"Location": where}


@api.get("/marketplace/advisories/<advisory_id>")
@describe(answer=ADVISORY)
@require("advisories.edit")
def get_written(advisory_id: str) -> Response:
    """Give one of those that the organisation may write."""
    return jsonify(store.get_written(db_session(), writer(), advisory_id).document())


@api.post("/marketplace/advisories/<advisory_id>/withdraw")
@describe(body=WITHDRAWN, answer=ADVISORY)
@require("advisories.edit")
def withdraw(advisory_id: str) -> Response:
    """Take an advisory back, with a reason; it stays to be read."""
    body = json_body()
    WITHDRAWN.require(body, "a withdrawal has a reason")
    found = store.withdraw(db_session(), writer(), advisory_id, body["reason"], now=utc_now())
    return jsonify(found.document())


def writer() -> Writer:
    """Give for whom who acts writes advisories."""
    who = acting()
    by = Actor(name=who.person_name, id=who.vouched_by)
    return Writer(tenant_id=who.tenant_id, is_vendor=who.tenant_kind == "vendor", actor=by)


def _concern(one: Concern) -> dict[str, Any]:
    more = {"installed": list(one.has), "hit": list(one.hit), "open": one.is_open}
    return {**one.advisory.document(), **more}
