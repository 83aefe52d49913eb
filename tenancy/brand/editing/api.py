"""The brand over REST: read, chosen, let go; its logo and icon sent as they are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.db import after_commit
from kernel.errors import NotFoundError, UnsupportedTypeError
from kernel.http import acting, db_session, json_body, require
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import TEXT, describe, maybe, shape
from kernel.schema import Schema
from tenancy.brand import store
from tenancy.brand.model import LINKS, TEXTS, THEMES, Brand, Picture, read_brand, read_picture
from tenancy.brand.views import hosts as host_book
from tenancy.customers.charge import require_keeper

api = Blueprint("brand_api", __name__, url_prefix="/api/v1/brand")
_TYPES = {"image/svg+xml": "svg", "image/png": "png"}
_NAMES = ("product", "host_asked", *THEMES, *TEXTS, *LINKS)
_LETTERS_MAX = 5_000
_WANTED = Schema(
    {
        "type": "object",
        "required": ["product"],
        "additionalProperties": False,
        "properties": {name: {"type": "string", "maxLength": _LETTERS_MAX} for name in _NAMES},
    }
)
_TEXTS = dict.fromkeys(_NAMES, TEXT)
_BRAND = shape("Brand", **_TEXTS, host=TEXT, logo=maybe(TEXT), icon=maybe(TEXT))
_NONE = "no brand of your own is set: PUT one first"


@api.get("")
@describe(answer=_BRAND, is_tagged=True)
@require("brand.edit")
def get_brand() -> Response:
    """Give the brand that the acting provider chose; 404 where it chose none.

    `host` is the host name that is served, `host_asked` the one that waits for the vendor.
    """
    return _answer(_own())


@api.put("")
@describe(body=_WANTED, answer=_BRAND, is_tagged=True, takes_tag=True)
@require("brand.edit")
def put_brand() -> Response:
    """Choose a brand, for the provider and everybody below; what is left out becomes empty.

    An accent that cannot be read on its grounds is refused with the nearest shade that can; a new
    host name waits for the vendor. Logo and icon stay.
    """
    require_keeper(acting())
    said = json_body()
    _WANTED.require(said, "a brand takes a product, and more where you say so")
    before = store.own_brand(db_session(), acting().tenant_id)
    require_unchanged(_document(before) if before is not None else None, "brand")
    return _change(read_brand(said), {})


@api.delete("")
@describe(status=204)
@require("brand.edit")
def drop_brand() -> Response:
    """Go back to the brand above."""
    require_keeper(acting())
    store.drop_brand(db_session(), acting().tenant_id, now=utc_now())
    after_commit(db_session(), host_book().forget)
    return Response(status=204)


@api.put("/<any(logo, icon):verb>")
@describe(
    body=TEXT,
    takes=tuple(_TYPES),
    answer=_BRAND,
    is_tagged=True,
    words={
        "logo": "Send the logo, the request's body: SVG or PNG, at most 64 KB.",
        "icon": "Send the icon of the browser's tab, the request's body, likewise.",
    },
)
@require("brand.edit")
def put_picture(verb: str) -> Response:
    """Send a picture, the request's body: SVG or PNG, at most 64 KB, in which nothing acts."""
    own, ending = _own(), _TYPES.get(request.mimetype)
    if ending is None:
        raise UnsupportedTypeError(f"send the {verb} as {' or '.join(_TYPES)}")
    sent = read_picture(f"{verb}.{ending}", request.get_data(), verb)
    return _change(_as_wanted(own), {verb: sent})


@api.delete("/<any(logo, icon):verb>")
@describe(
    answer=_BRAND,
    is_tagged=True,
    words={"logo": "Take the logo away.", "icon": "Take the icon of the browser's tab away."},
)
@require("brand.edit")
def drop_picture(verb: str) -> Response:
    """Take a picture away."""
    return _change(_as_wanted(_own()), {verb: None})


def _own() -> Brand:
    require_keeper(acting())
    found = store.own_brand(db_session(), acting().tenant_id)
    if found is None:
        raise NotFoundError(_NONE)
    return found


def _change(wanted: Brand, pictures: dict[str, Picture | None]) -> Response:
    who = acting()
    by, now = who.person_name, utc_now()
    changed = store.change_brand(db_session(), who.tenant_id, wanted, pictures, by=by, now=now)
    after_commit(db_session(), host_book().forget)
    return _answer(changed)


def _as_wanted(own: Brand) -> Brand:
    """Give a brand as it would be chosen again, its host name included."""
    return read_brand({**_said(own), "host_asked": own.host_asked or own.host})


def _said(own: Brand) -> dict[str, str]:
    known = {**asdict(own), "product": own.name}
    return {name: known[name] for name in _NAMES}


def _document(own: Brand) -> dict[str, Any]:
    files = {name: f"/brand/{file}" if file else None for name, file in _files(own)}
    return {**_said(own), "host": own.host, **files}


def _files(own: Brand) -> tuple[tuple[str, str], ...]:
    return (("logo", own.logo), ("icon", own.icon))


def _answer(own: Brand) -> Response:
    document = _document(own)
    return with_tag_of(jsonify(document), document)
