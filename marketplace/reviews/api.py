"""Review over REST, for the vendor alone: its permissions mean nothing anywhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import describe, listed
from marketplace.releases import bodies, publishers, reviewing, shapes, store
from marketplace.releases._tables import TEXT_MAX, Verdict
from marketplace.releases.api import who
from marketplace.releases.pages import whole_of
from marketplace.releases.words import require_text

api = Blueprint("reviews_api", __name__, url_prefix="/api/v1/marketplace")


@api.get("/claims")
@describe(answer=listed(shapes.PUBLISHER))
@require("reviews.view")
def list_claims() -> Response:
    """List the claims of namespaces that wait, the oldest first."""
    found = publishers.list_claims(db_session())
    return jsonify(items=[shapes.publisher_document(one) for one in found], next_cursor=None)


@api.post("/claims/<namespace>/decide")
@describe(body=bodies.ANSWERED, answer=shapes.PUBLISHER)
@require("reviews.decide")
def decide_claim(namespace: str) -> Response:
    """Verify a namespace, or refuse its claim with a reason."""
    body = json_body()
    bodies.ANSWERED.require(body, "a claim is decided by verified, and a reason where it is not")
    reason = body.get("reason", "")
    if body["verified"] and reason:
        told = "reason: a claim that is verified needs none"
        raise InvalidError(told, problems=[Problem("/reason", told)])
    reason = "" if body["verified"] else require_text("reason", reason, TEXT_MAX)
    found = publishers.decide_claim(*_where(), namespace, reason, **who())
    return jsonify(shapes.publisher_document(found))


@api.get("/reviews")
@describe(pages=True, answer=listed(shapes.RELEASE))
@require("reviews.view")
def list_reviews() -> Response:
    """List the releases that wait for reviewers or to be listed, the oldest first."""

    def fetch(limit: int, after: list[str] | None) -> list[store.ReleaseView]:
        return reviewing.list_queue(db_session(), limit=limit, after=after)

    found, more = page_of(fetch, store.place_of)
    return jsonify(items=[shapes.release_document(one) for one in found], next_cursor=more)


@api.get("/reviews/<uuid:release_id>")
@describe(answer=shapes.REVIEW)
@require("reviews.view")
def get_review(release_id: UUID) -> Response:
    """Give a release as reviewers see it: checks, messages, verdicts and the checklist."""
    return jsonify(_review(release_id))


@api.get("/reviews/<uuid:release_id>/difference")
@describe(answer=shapes.DIFFERENCE)
@require("reviews.view")
def get_difference(release_id: UUID) -> Response:
    """Say what is otherwise since the release that it follows: files, permissions, schemas."""
    found = reviewing.difference_of(db_session(), release_id)
    return jsonify(shapes.difference_document(found))


@api.get("/reviews/<uuid:release_id>/package")
@describe(answer={"type": "string"}, gives=("application/octet-stream",))
@require("reviews.view")
def get_package(release_id: UUID) -> Response:
    """Give the package itself, to look at it elsewhere."""
    return package_file(reviewing.get_reviewed(db_session(), release_id))


@api.post("/reviews/<uuid:release_id>/questions")
@describe(body=bodies.SAID, answer=shapes.RELEASE)
@require("reviews.decide")
def ask(release_id: UUID) -> Response:
    """Ask the publisher something; the release waits for the answer."""
    body = json_body()
    bodies.SAID.require(body, "a question has text")
    found = reviewing.ask(*_where(), release_id, body["text"], **who())
    return jsonify(shapes.release_document(found))


@api.post("/reviews/<uuid:release_id>/decide")
@describe(body=bodies.DECIDED, answer=shapes.REVIEW)
@require("reviews.decide")
def decide(release_id: UUID) -> Response:
    """Approve or reject as one of two reviewers; neither may belong to the publisher."""
    body = json_body()
    bodies.DECIDED.require(body, "a decision has verdict, reasons and checklist")
    decision = reviewing.Decision(
        verdict=Verdict(body["verdict"]),
        reasons=body.get("reasons", ""),
        checklist=tuple(body.get("checklist", ())),
    )
    reviewing.decide(*_where(), release_id, decision, **who())
    return jsonify(_review(release_id))


@api.post("/reviews/<uuid:release_id>/list")
@describe(answer=shapes.RELEASE)
@require("reviews.decide")
def list_publicly(release_id: UUID) -> Response:
    """List an approved release; 409 while the installation's index does not vouch for it."""
    found = reviewing.list_publicly(*_where(), release_id, **who())
    return jsonify(shapes.release_document(found))


def package_file(release: store.ReleaseView) -> Response:
    """Give a release's package as a file to keep."""
    response = Response(store.archive_of(db_session(), release))
    response.mimetype = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{package_name(release)}"'
    return response


def package_name(release: store.ReleaseView) -> str:
    """Give the name of the file that a release's package is kept as."""
    return f"{release.listing_id}-{release.version}.gblk"


def _review(release_id: UUID) -> dict[str, Any]:
    session = db_session()
    found = reviewing.get_reviewed(session, release_id)
    publisher = publishers.get_own(session, found.owner_id, found.namespace)
    verdicts = reviewing.verdicts_of(session, release_id)
    return shapes.review_document(whole_of(session, found), publisher, verdicts)


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
