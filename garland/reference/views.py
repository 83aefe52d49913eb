"""The interface for programs, for those who write them: OpenAPI document, schemas, and a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, make_response, request, url_for

from garland.reference.addresses import Address, addresses
from garland.reference.contracts import CONTRACTS
from garland.reference.openapi import openapi
from garland.reference.page import groups_of
from garland.reference.published import MEDIA_TYPE, PUBLISHED, served_at
from kernel.errors import NotFoundError
from kernel.http import render
from kernel.http_tags import unless_known
from kernel.rest import OBJECT, describe

bp = Blueprint("reference", __name__)
DOCUMENT = "garland.openapi"
KEPT_S = 300


@bp.get("/api/v1/openapi.json")
@describe(answer=OBJECT, also=(304,), is_tagged=True)
def document() -> Response:
    """Give this document."""
    return _told(_document(), "application/json")


@bp.get("/api/v1/contracts/<any(scim,tmf632,tmf669):name>.json")
@describe(answer=OBJECT, also=(304,), is_tagged=True)
def contract(name: str) -> Response:
    """Give the OpenAPI document of an interface that keeps to a contract of others."""
    kept = CONTRACTS[name]
    found = addresses(
        current_app.url_map.iter_rules(), current_app.view_functions, prefixes=kept.prefixes
    )
    return _told(openapi(found, server=_root(), contract=kept), "application/json")


@bp.get("/schemas/")
def list_schemas() -> Response:
    """List the schemas of documents; as JSON for programs that ask for it."""
    found = [
        {"name": name, "title": one["title"], "url": url_for(".schema", name=name, _external=True)}
        for name, one in sorted(PUBLISHED.items())
    ]
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return _told({"items": found, "next_cursor": None}, "application/json")
    return render("garland/reference/schemas.html", schemas=found)


@bp.get("/schemas/<name>")
def schema(name: str) -> Response:
    """Give the JSON Schema of one kind of document, under the address it was asked at."""
    found = PUBLISHED.get(name)
    if found is None:
        raise NotFoundError(f"no schema has this name: choose one of {', '.join(PUBLISHED)}")
    return _told(served_at(found, _root()), MEDIA_TYPE)


@bp.get("/reference")
def page() -> Response:
    """Show the operations, by what they are about, with an example of each."""
    told = _document()
    return render(
        "garland/reference/page.html", groups=groups_of(told), about=told["info"], server=_root()
    )


def _document() -> dict[str, Any]:
    """Write the document once for each address that it is asked at."""
    kept: dict[str, dict[str, Any]] = current_app.extensions.setdefault(DOCUMENT, {})
    root = _root()
    if root not in kept:
        kept.clear()
        kept[root] = openapi(described(), server=root)
    return kept[root]


def described() -> list[Address]:
    """List the addresses of the interface."""
    return list(addresses(current_app.url_map.iter_rules(), current_app.view_functions))


def _root() -> str:
    return url_for("reference.page", _external=True).removesuffix("/reference")


def _told(said: Mapping[str, Any], kind: str) -> Response:
    """Answer with what changes only with the installation: kept for a while, then asked about."""
    response = make_response(json.dumps(said))
    response.content_type = kind
    response.cache_control.public, response.cache_control.max_age = True, KEPT_S
    response.add_etag()
    return unless_known(response)
