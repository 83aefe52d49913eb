"""TMF635 over HTTP: what was used and what is counted, to read only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, require
from kernel.http_tmf630 import fields_asked, filters_asked, in_form, listed, part_asked
from kernel.tmf630 import choose
from runtime.use.recording import day_of
from runtime.use.tmf635.contract import SPECIFICATION_FIELDS, USAGE_FIELDS, contract
from runtime.use.tmf635.documents import BASE, TITLES, specification_document, usage_document
from runtime.use.tmf635.listing import get_usage, list_usage, read_filters

api = Blueprint("tmf635", __name__, url_prefix=BASE)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@api.get("/usage")
@require("usage.view")
def list_usages() -> Response:
    """List usages: one's own, and those of whom one looks after where one may see them."""
    today, fields, part = day_of(utc_now()), fields_asked(USAGE_FIELDS), part_asked()
    wanted = read_filters(filters_asked())
    found = list_usage(db_session(), acting(), wanted, part=part, today=today)
    documents = [usage_document(one, today=today) for one in found.items]
    return listed(documents, found.total, fields)


@api.get("/usage/<key>")
@require("usage.view")
def show_usage(key: str) -> Response:
    """Give one usage."""
    fields, today = fields_asked(USAGE_FIELDS), day_of(utc_now())
    found = get_usage(db_session(), acting(), key)
    return jsonify(choose(usage_document(found, today=today), fields))


@api.get("/usageSpecification")
@require("usage.view")
def list_specifications() -> Response:
    """List what is counted."""
    fields, (offset, limit) = fields_asked(SPECIFICATION_FIELDS), part_asked()
    found = [specification_document(one) for one in TITLES]
    return listed(found[offset : offset + limit], len(found), fields)


@api.get("/usageSpecification/<key>")
@require("usage.view")
def show_specification(key: str) -> Response:
    """Give one thing that is counted."""
    fields = fields_asked(SPECIFICATION_FIELDS)
    if key not in TITLES:
        raise NotFoundError("no such usageSpecification", id=key[:80])
    return jsonify(choose(specification_document(key), fields))


@api.get("/openapi.json")
@require("usage.view")
def document() -> Response:
    """Give the OpenAPI document of this interface."""
    return jsonify(contract(request.url_root.rstrip("/") + BASE))


@api.route("/", defaults={"rest": ""}, methods=_METHODS)
@api.route("/<path:rest>", methods=_METHODS)
def refuse(rest: str) -> Any:
    """Tell an address that is none from one that is to read only."""
    known = ("usage", "usageSpecification", "openapi.json")
    raise MethodNotAllowed() if rest.partition("/")[0] in known else NotFound()


@api.after_request
def shape_error(response: Response) -> Response:
    """Give errors the form of the contract, whoever found them."""
    return in_form(response)
