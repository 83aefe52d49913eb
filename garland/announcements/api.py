"""Announcements over REST: written by who looks after others, read by those they reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from garland.announcements import shapes
from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, expected_revision, json_body, page_of, require
from kernel.http_located import located
from kernel.rest import TEXT, choice, describe, listed
from kernel.revisions import told_as_moved
from tenancy.announcements import reading, store, writing
from tenancy.announcements.model import State, said_document
from tenancy.announcements.reading import ReceivedView
from tenancy.announcements.store import AnnouncementView, UpdateView

api = Blueprint("announcements_api", __name__, url_prefix="/api/v1/announcements")
_STATES = choice(*(one.value for one in State))


@api.get("")
@describe(query={"state": _STATES, "q": TEXT}, pages=True, answer=listed(shapes.ANNOUNCEMENT))
@require("announcements.edit")
def list_announcements() -> Response:
    """List what the acting organisation wrote, the newest first; by state and words of a title."""
    args, now = request.args, utc_now()
    asked = {"state": args.get("state", ""), "q": args.get("q", "")}
    found, more = page_of(
        lambda limit, after: store.list_written(
            db_session(), acting(), **asked, limit=limit, after=after, now=now
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return jsonify(items=[_document(one, now) for one in found], next_cursor=more)


@api.post("")
@describe(body=shapes.WRITTEN, answer=shapes.ANNOUNCEMENT, status=201, is_tagged=True)
@require("announcements.edit")
def write_announcement() -> Response:
    """Write a draft; nobody sees it before it is published."""
    said = json_body()
    shapes.WRITTEN.require(said, "an announcement takes kind, title, text, and more if you say so")
    made = writing.write_announcement(db_session(), acting(), said, now=utc_now())
    return located(
        _answer(made), url_for("announcements_api.get_announcement", announcement_id=made.id)
    )


@api.get("/received")
@describe(query={"q": TEXT}, pages=True, answer=listed(shapes.RECEIVED))
@require("organisation.view")
def list_received() -> Response:
    """List what the acting organisation was told, the newest first."""
    who, now, q = acting(), utc_now(), request.args.get("q", "")
    found, more = page_of(
        lambda limit, after: reading.list_received(
            db_session(), who.tenant_id, who.person_id, q=q, limit=limit, after=after, now=now
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return jsonify(items=[_received(one) for one in found], next_cursor=more)


@api.get("/received/<uuid:announcement_id>")
@describe(answer=shapes.RECEIVED)
@require("organisation.view")
def get_received(announcement_id: UUID) -> Response:
    """Give one that the acting organisation was told, with what was added to it."""
    who = acting()
    where = (db_session(), who.tenant_id, who.person_id, announcement_id)
    return jsonify(_received(reading.get_received(*where, now=utc_now())))


@api.get("/<uuid:announcement_id>")
@describe(answer=shapes.ANNOUNCEMENT, is_tagged=True)
@require("announcements.edit")
def get_announcement(announcement_id: UUID) -> Response:
    """Give one that the acting organisation wrote; its `ETag` is its revision."""
    return _answer(store.get_written(db_session(), acting(), announcement_id))


@api.put("/<uuid:announcement_id>")
@describe(body=shapes.WRITTEN, answer=shapes.ANNOUNCEMENT, is_tagged=True, needs_tag=True)
@require("announcements.edit")
def change_announcement(announcement_id: UUID) -> Response:
    """Replace what one says; `If-Match` says which revision that builds on."""
    said = json_body()
    shapes.WRITTEN.require(said, "an announcement takes kind, title, text, and more if you say so")
    where = (db_session(), acting(), announcement_id)
    store.get_written(*where)
    revision = expected_revision("announcement")
    with told_as_moved(writing.AnnouncementChangedError):
        writing.change_announcement(*where, said, revision=revision, now=utc_now())
    return _answer(store.get_written(*where))


@api.delete("/<uuid:announcement_id>")
@describe(status=204)
@require("announcements.edit")
def delete_announcement(announcement_id: UUID) -> Response:
    """Delete a draft; 409 where it was published."""
    writing.delete_draft(db_session(), acting(), announcement_id)
    return Response(status=204)


@api.post("/<uuid:announcement_id>/publish")
@describe(answer=shapes.ANNOUNCEMENT, is_tagged=True)
@require("announcements.edit")
def publish(announcement_id: UUID) -> Response:
    """Publish a draft: at once, or from `shown_from` on."""
    return _done(announcement_id, writing.publish)


@api.post("/<uuid:announcement_id>/withdraw")
@describe(answer=shapes.ANNOUNCEMENT, is_tagged=True)
@require("announcements.edit")
def withdraw(announcement_id: UUID) -> Response:
    """Withdraw one: nobody sees it any more."""
    return _done(announcement_id, writing.withdraw)


@api.post("/<uuid:announcement_id>/bring-back")
@describe(answer=shapes.ANNOUNCEMENT, is_tagged=True)
@require("announcements.edit")
def bring_back(announcement_id: UUID) -> Response:
    """Undo that one was withdrawn."""
    return _done(announcement_id, writing.bring_back)


@api.post("/<uuid:announcement_id>/end")
@describe(answer=shapes.ANNOUNCEMENT, is_tagged=True)
@require("announcements.edit")
def end(announcement_id: UUID) -> Response:
    """End what is live; 409 where it is not."""
    return _done(announcement_id, writing.end_now)


@api.post("/<uuid:announcement_id>/updates")
@describe(body=shapes.ADDED, answer=shapes.ANNOUNCEMENT, is_tagged=True)
@require("announcements.edit")
def add_update(announcement_id: UUID) -> Response:
    """Add to what is live; `resolves` says that a disruption is over, and it stays for a day."""
    said = json_body()
    shapes.ADDED.require(said, "what is added takes a text, and more where you say so")
    where = (db_session(), acting(), announcement_id)
    writing.add_update(*where, **said, now=utc_now())
    return _answer(store.get_written(*where))


def _done(announcement_id: UUID, verb: Any) -> Response:
    where = (db_session(), acting(), announcement_id)
    verb(*where, now=utc_now())
    return _answer(store.get_written(*where))


def _answer(one: AnnouncementView) -> Response:
    response = jsonify(_document(one, utc_now()))
    response.headers["ETag"] = f'"{one.revision}"'
    return response


def _document(one: AnnouncementView, now: datetime) -> dict[str, Any]:
    return {
        "id": str(one.id),
        **said_document(one.said),
        "state": one.state(now).value,
        "revision": one.revision,
        "updates": _updates(store.updates_of(db_session(), one.id)),
        "published_at": format_instant(one.published_at) if one.published_at else None,
        "withdrawn_at": format_instant(one.withdrawn_at) if one.withdrawn_at else None,
        "changed_at": format_instant(one.changed_at),
        "changed_by": one.changed_by,
        "reached": one.counts.reached,
        "seen": one.counts.seen,
        "people": one.counts.people,
    }


def _received(one: ReceivedView) -> dict[str, Any]:
    said = said_document(one.said)
    for name in ("audience", "mails"):  # who else got it is nobody's business here
        del said[name]
    return {
        "id": str(one.id),
        **said,
        "state": one.state.value,
        "revision": one.revision,
        "updates": _updates(one.updates),
        "published_at": format_instant(one.published_at),
        "sender": one.sender,
    }


def _updates(found: list[UpdateView]) -> list[dict[str, str]]:
    return [{"at": format_instant(one.at), "text": one.text} for one in found]
