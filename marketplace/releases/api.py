"""Publishing over REST: namespaces, keys, submitted releases, drafts of listings."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import TEXT, describe, listed
from marketplace.releases import bodies, keeping, publishers, reviewing, shapes, store, submitting
from marketplace.releases.claims import Claim
from marketplace.releases.pages import whole_of
from marketplace.releases.states import Channel
from tenancy.audit.trail import Actor

api = Blueprint("releases_api", __name__, url_prefix="/api/v1/marketplace")


@api.get("/publishers")
@describe(answer=listed(shapes.PUBLISHER))
@require("releases.view")
def list_publishers() -> Response:
    """List the organisation's namespaces."""
    found = publishers.list_own(*_where())
    return jsonify(items=[shapes.publisher_document(one) for one in found], next_cursor=None)


@api.post("/publishers")
@describe(body=bodies.CLAIMED, answer=shapes.PUBLISHER, status=201)
@require("releases.edit")
def claim() -> tuple[Response, int]:
    """Claim a namespace; the vendor verifies it."""
    body = json_body()
    bodies.CLAIMED.require(body, "a claim has namespace, title, support and proof")
    made = publishers.claim_namespace(*_where(), Claim(**body), **who())
    return jsonify(shapes.publisher_document(made)), 201


@api.get("/publishers/<namespace>")
@describe(answer=shapes.PUBLISHER)
@require("releases.view")
def get_publisher(namespace: str) -> Response:
    """Give one of the organisation's namespaces with its keys."""
    return jsonify(shapes.publisher_document(publishers.get_own(*_where(), namespace)))


@api.post("/publishers/<namespace>/keys")
@describe(body=bodies.KEYED, answer=shapes.PUBLISHER, status=201)
@require("releases.edit")
def add_key(namespace: str) -> tuple[Response, int]:
    """List a public key, as the block tool prints it (`block key new`)."""
    body = json_body()
    bodies.KEYED.require(body, "a key has public_key and label")
    key = (body["public_key"], body["label"])
    made = publishers.add_key(*_where(), namespace, key, **who())
    return jsonify(shapes.publisher_document(made)), 201


@api.post("/publishers/<namespace>/keys/<key>/revoke")
@describe(answer=shapes.PUBLISHER)
@require("releases.edit")
def revoke_key(namespace: str, key: str) -> Response:
    """Let a key count no more for what is submitted from now on, for good."""
    return jsonify(
        shapes.publisher_document(publishers.revoke_key(*_where(), namespace, key, **who()))
    )


@api.get("/releases")
@describe(pages=True, answer=listed(shapes.RELEASE))
@require("releases.view")
def list_releases() -> Response:
    """List what the organisation submitted, the latest first."""

    def fetch(limit: int, after: list[str] | None) -> list[store.ReleaseView]:
        return store.list_own(*_where(), limit=limit, after=after)

    found, more = page_of(fetch, store.place_of)
    return jsonify(items=[shapes.release_document(one) for one in found], next_cursor=more)


@api.post("/releases")
@describe(
    body=TEXT,
    takes=("application/octet-stream",),
    query={"channel": bodies.CHANNEL},
    answer=shapes.RELEASE,
    status=201,
)
@require("releases.edit")
def submit() -> Response:
    """Submit a signed package (`.gblk`, the request's body); the checks begin within seconds."""
    submission = submitting.Submission(data=request.get_data(), channel=_channel())
    made = submitting.submit(*_where(), submission, **who())
    response = jsonify(shapes.release_document(made))
    response.status_code = 201
    response.headers["Location"] = url_for("releases_api.get_release", release_id=made.id)
    return response


@api.get("/releases/<uuid:release_id>")
@describe(answer=shapes.RELEASE_WHOLE)
@require("releases.view")
def get_release(release_id: UUID) -> Response:
    """Give a release with what the checks found so far, and what was asked and answered."""
    found = store.get_own(*_where(), release_id)
    return jsonify(whole_of(db_session(), found))


@api.patch("/releases/<uuid:release_id>")
@describe(body=bodies.CHANGED, answer=shapes.RELEASE)
@require("releases.edit")
def change_release(release_id: UUID) -> Response:
    """Move a release to another channel, or say anew what is new in it."""
    body = json_body()
    bodies.CHANGED.require(body, "a release is changed by channel and changelog")
    found = store.get_own(*_where(), release_id)
    if "channel" in body:
        channel = Channel(body["channel"])
        found = keeping.set_channel(*_where(), release_id, channel, **who())
    if "changelog" in body:
        found = keeping.set_changelog(*_where(), release_id, body["changelog"])
    return jsonify(shapes.release_document(found))


@api.post("/releases/<uuid:release_id>/answers")
@describe(body=bodies.SAID, answer=shapes.RELEASE)
@require("releases.edit")
def answer(release_id: UUID) -> Response:
    """Answer the reviewers."""
    body = json_body()
    bodies.SAID.require(body, "an answer has text")
    found = reviewing.answer(*_where(), release_id, body["text"], **who())
    return jsonify(shapes.release_document(found))


@api.post("/releases/<uuid:release_id>/withdraw")
@describe(answer=shapes.RELEASE)
@require("releases.edit")
def withdraw(release_id: UUID) -> Response:
    """Take back what is not listed yet; its version may be submitted anew."""
    found = keeping.withdraw(*_where(), release_id, **who())
    return jsonify(shapes.release_document(found))


@api.post("/releases/<uuid:release_id>/deprecate")
@describe(body=bodies.DEPRECATED, answer=shapes.RELEASE)
@require("releases.edit")
def deprecate(release_id: UUID) -> Response:
    """Say that a listed release should be left, why, by when, and for which other listing."""
    body = json_body()
    bodies.DEPRECATED.require(body, "a deprecation has reason, ends_on and maybe successor")
    said = keeping.Deprecation(
        reason=body["reason"],
        ends_on=_day(body["ends_on"]),
        successor=body.get("successor", ""),
    )
    found = keeping.deprecate(*_where(), release_id, said, **who())
    return jsonify(shapes.release_document(found))


@api.post("/releases/<uuid:release_id>/restore")
@describe(answer=shapes.RELEASE)
@require("releases.edit")
def restore(release_id: UUID) -> Response:
    """Take a deprecation back."""
    found = keeping.restore(*_where(), release_id, **who())
    return jsonify(shapes.release_document(found))


@api.get("/drafts")
@describe(answer=listed(shapes.LISTING))
@require("releases.view")
def list_drafts() -> Response:
    """List what the marketplace says, or will say, of the organisation's blocks and packs."""
    found = keeping.list_listings(*_where())
    return jsonify(items=[shapes.listing_document(one) for one in found], next_cursor=None)


@api.patch("/drafts/<listing_id>")
@describe(body=bodies.DRAFTED, answer=shapes.LISTING)
@require("releases.edit")
def change_draft(listing_id: str) -> Response:
    """Change title, summary and support of a listing; what is left out stays."""
    body = json_body()
    bodies.DRAFTED.require(body, "a listing is changed by title, summary and support")
    known = keeping.get_listing(*_where(), listing_id)
    words = {"title": known.title, "summary": known.summary, "support": known.support, **body}
    found = keeping.change_listing(*_where(), listing_id, keeping.Words(**words), **who())
    return jsonify(shapes.listing_document(found))


def who() -> dict[str, Any]:
    """Give who acts, and when."""
    return {"by": Actor(name=acting().person_name, id=acting().vouched_by), "now": utc_now()}


def _channel() -> Channel | None:
    given = request.args.get("channel", "")
    if given and given not in {one.value for one in Channel}:
        told = f"channel: choose one of {', '.join(one.value for one in Channel)}"
        raise InvalidError(told, problems=[Problem("/channel", told)])
    return Channel(given) if given else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        told = "ends_on: write a day such as 2027-06-30"
        raise InvalidError(told, problems=[Problem("/ends_on", told)]) from None


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
