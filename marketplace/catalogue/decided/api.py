"""Catalogues over REST: what a provider's curators decide, each part by its own address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, require
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import describe, listed
from marketplace.catalogue import curating, documents, shapes, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.overlay import Effect
from marketplace.catalogue.store import Part

api = Blueprint("curating_api", __name__, url_prefix="/api/v1/catalogue/overlay")


@api.get("")
@describe(answer=shapes.OVERLAY)
@require("catalogue.view")
def get_overlay() -> Response:
    """Say what becomes of what no rule speaks of; `revision` grows with each change of a part."""
    return _overlay()


@api.patch("")
@describe(body=documents.UNMATCHED, answer=shapes.OVERLAY)
@require("catalogue.edit")
def change_overlay() -> Response:
    """Choose whether customers are offered, or not, what no rule speaks of."""
    body = json_body()
    documents.UNMATCHED.require(body, "of a catalogue `unmatched` can be changed")
    store.set_unmatched(db_session(), acting(), Effect(body["unmatched"]), now=utc_now())
    return _overlay()


@api.get("/rules")
@describe(answer=listed(shapes.RULE_KEPT))
@require("catalogue.view")
def list_rules() -> Response:
    """List the rules by key; the order means nothing."""
    return _list(PartKind.RULE)


@api.get("/rules/<part_key>")
@describe(answer=shapes.RULE_KEPT, is_tagged=True)
@require("catalogue.view")
def get_rule(part_key: str) -> Response:
    """Give one rule."""
    return _get(PartKind.RULE, part_key)


@api.put("/rules/<part_key>")
@describe(body=documents.RULE, answer=shapes.RULE_KEPT, is_tagged=True, takes_tag=True)
@require("catalogue.edit")
def set_rule(part_key: str) -> Response:
    """Set a rule, which holds at once.

    One that names blocks goes before all others; else a refusal goes before an allowance.
    """
    _require_unchanged(PartKind.RULE, part_key)
    return _answer(
        curating.set_rule(db_session(), acting(), part_key, json_body(), now=utc_now())
    )  # fmt: skip


@api.delete("/rules/<part_key>")
@describe(status=204)
@require("catalogue.edit")
def remove_rule(part_key: str) -> Response:
    """Remove a rule."""
    curating.remove_rule(db_session(), acting(), part_key, now=utc_now())
    return Response(status=204)


@api.get("/offers")
@describe(answer=listed(shapes.ENTRY_KEPT))
@require("catalogue.view")
def list_offers() -> Response:
    """List what was said of single listings, by their id, which is `key`."""
    return _list(PartKind.ENTRY)


@api.get("/offers/<part_key>")
@describe(answer=shapes.ENTRY_KEPT, is_tagged=True)
@require("catalogue.view")
def get_offer(part_key: str) -> Response:
    """Give what was said of one listing."""
    return _get(PartKind.ENTRY, part_key)


@api.put("/offers/<part_key>")
@describe(body=documents.ENTRY, answer=shapes.ENTRY_KEPT, is_tagged=True, takes_tag=True)
@require("catalogue.edit")
def set_offer(part_key: str) -> Response:
    """Set how a listing is offered: its name, a version, settings, and to whom."""
    _require_unchanged(PartKind.ENTRY, part_key)
    return _answer(
        curating.set_offer(db_session(), acting(), part_key, json_body(), now=utc_now())
    )  # fmt: skip


@api.delete("/offers/<part_key>")
@describe(status=204)
@require("catalogue.edit")
def remove_offer(part_key: str) -> Response:
    """Offer a listing as it comes again."""
    curating.remove_offer(db_session(), acting(), part_key, now=utc_now())
    return Response(status=204)


@api.get("/bundles")
@describe(answer=listed(shapes.BUNDLE_KEPT))
@require("catalogue.view")
def list_bundles() -> Response:
    """List the bundles by key, offered or not."""
    return _list(PartKind.BUNDLE)


@api.get("/bundles/<part_key>")
@describe(answer=shapes.BUNDLE_KEPT, is_tagged=True)
@require("catalogue.view")
def get_bundle(part_key: str) -> Response:
    """Give one bundle."""
    return _get(PartKind.BUNDLE, part_key)


@api.put("/bundles/<part_key>")
@describe(body=documents.BUNDLE, answer=shapes.BUNDLE_KEPT, is_tagged=True, takes_tag=True)
@require("catalogue.edit")
def set_bundle(part_key: str) -> Response:
    """Set a bundle: listings that are offered together, where all of them are offered."""
    _require_unchanged(PartKind.BUNDLE, part_key)
    return _answer(
        curating.set_bundle(db_session(), acting(), part_key, json_body(), now=utc_now())
    )  # fmt: skip


@api.delete("/bundles/<part_key>")
@describe(status=204)
@require("catalogue.edit")
def remove_bundle(part_key: str) -> Response:
    """Remove a bundle; what is in it goes on to be offered."""
    curating.remove_bundle(db_session(), acting(), part_key, now=utc_now())
    return Response(status=204)


@api.get("/private")
@describe(answer=listed(shapes.PRIVATE_KEPT))
@require("catalogue.view")
def list_private() -> Response:
    """List the blocks of the catalogue's own, by id, which is `key`."""
    return _list(PartKind.PRIVATE)


@api.get("/private/<part_key>")
@describe(answer=shapes.PRIVATE_KEPT, is_tagged=True)
@require("catalogue.view")
def get_private(part_key: str) -> Response:
    """Give of which packages a block of the catalogue's own is made."""
    return _get(PartKind.PRIVATE, part_key)


@api.put("/private/<part_key>")
@describe(body=documents.PRIVATE, answer=shapes.PRIVATE_KEPT, is_tagged=True, takes_tag=True)
@require("catalogue.edit")
def set_private(part_key: str) -> Response:
    """Offer a block of the catalogue's own, made of unsigned packages that were uploaded before."""
    _require_unchanged(PartKind.PRIVATE, part_key)
    return _answer(
        curating.set_private(db_session(), acting(), part_key, json_body(), now=utc_now())
    )  # fmt: skip


@api.delete("/private/<part_key>")
@describe(status=204)
@require("catalogue.edit")
def remove_private(part_key: str) -> Response:
    """Take a block of the catalogue's own from it; who installed it keeps it."""
    curating.remove_private(db_session(), acting(), part_key, now=utc_now())
    return Response(status=204)


def _overlay() -> Response:
    found = store.glance_of(db_session(), acting())
    return jsonify(unmatched=found.unmatched.value, revision=found.revision)


def _list(kind: PartKind) -> Response:
    found = store.list_parts(db_session(), acting(), kind)
    return jsonify(items=[shapes.part_document(one) for one in found], next_cursor=None)


def _get(kind: PartKind, key: str) -> Response:
    return _answer(store.get_part(db_session(), acting(), kind, key))


def _answer(part: Part) -> Response:
    document = shapes.part_document(part)
    return with_tag_of(jsonify(document), document)


def _require_unchanged(kind: PartKind, key: str) -> None:
    """Refuse to write over what is not as `If-Match` says; nothing there is no such state."""
    found: Any = store.find_part(db_session(), acting(), kind, key)
    require_unchanged(shapes.part_document(found) if found is not None else None, kind.value)
