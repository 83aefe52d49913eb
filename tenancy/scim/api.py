"""SCIM 2.0 over HTTP: users and groups of the organisation that a token belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from kernel.acting import acting_as
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, require
from kernel.http_located import located
from kernel.http_tags import unless_known
from kernel.rest import TEXT, WHOLE, describe
from kernel.revisions import RevisionMovedError
from tenancy.life_cycle.standing import StoppedError, why_stopped
from tenancy.life_cycle.states import Ability, State, allows
from tenancy.members import roles_of
from tenancy.roles import possible_in
from tenancy.scim import changing, directory, groups, patching, shapes
from tenancy.scim import documents as written
from tenancy.scim.discovered.api import (
    PERMISSION,
    answer,
    base_address,
    checked_body,
    read_number,
    shape_error,
)
from tenancy.scim.discovery import RESULTS_MAX
from tenancy.scim.errors import ReadOnlyError
from tenancy.scim.filters import Filter, matches
from tenancy.scim.reading import read_filter

api = Blueprint("scim", __name__, url_prefix="/scim/v2")
api.after_request(shape_error)

COUNT = 100
START_MAX = 10_000_000
_LISTING = {"filter": TEXT, "startIndex": WHOLE, "count": WHOLE}
_CHOOSING = {"attributes": TEXT, "excludedAttributes": TEXT}


@api.get("/Users")
@describe(query={**_LISTING, **_CHOOSING}, answer=shapes.USERS, gives=(shapes.MEDIA_TYPE,))
@require(PERMISSION)
def list_users() -> Response:
    """List users by their names; those that a filter finds."""
    start, count = _cut()
    found = directory.find_users(*_where(), _filter(), start=start, count=count, now=utc_now())
    write = _user_writer()
    listed = [_chosen(write(one)) for one in found.entries]
    return answer(written.list_document(listed, total=found.total, start=start))


@api.post("/Users")
@describe(body=shapes.NEW_USER, answer=shapes.USER, status=201, **shapes.TAKES, **shapes.TAGGED)
@require(PERMISSION)
def create_user() -> Response:
    """Add a user: they are invited to the address that the directory says."""
    said = written.read_user(patching.whole(checked_body(shapes.NEW_USER), patching.USER))
    with _as_directory():
        made = changing.create_user(*_where(), said, now=utc_now())
    document = _user_writer()(made)
    return located(_told(document), document["meta"]["location"])


@api.get("/Users/<user_id>")
@describe(query=_CHOOSING, answer=shapes.USER, also=(304,), **shapes.TAGGED)
@require(PERMISSION)
def get_user(user_id: str) -> Response:
    """Give one user."""
    return unless_known(_told(_user_writer()(_user(user_id))))


@api.put("/Users/<user_id>")
@describe(body=shapes.NEW_USER, answer=shapes.USER, takes_tag=True, **shapes.TAKES, **shapes.TAGGED)
@require(PERMISSION)
def replace_user(user_id: str) -> Response:
    """Let a user be as the document says; without `active` that stays as it is."""
    said = patching.whole(checked_body(shapes.NEW_USER), patching.USER)
    return _changed(user_id, lambda _before: said)


@api.patch("/Users/<user_id>")
@describe(body=shapes.PATCH, answer=shapes.USER, takes_tag=True, **shapes.TAKES, **shapes.TAGGED)
@require(PERMISSION)
def patch_user(user_id: str) -> Response:
    """Do what the operations say, all or none; `active` ends or brings in, and stays if removed."""
    operations = _operations()
    return _changed(user_id, lambda one: patching.patched(one, operations, patching.USER))


@api.delete("/Users/<user_id>")
@describe(status=204, takes_tag=True)
@require(PERMISSION)
def delete_user(user_id: str) -> Response:
    """End a membership at once, and forget what the directory said; the last admin stays."""
    entry = _user(user_id)
    _require_unchanged(_user_writer()(entry))
    with _as_directory():
        changing.delete_user(*_where(), entry, now=utc_now())
    return Response(status=204)


@api.get("/Groups")
@describe(query={**_LISTING, **_CHOOSING}, answer=shapes.GROUPS, gives=(shapes.MEDIA_TYPE,))
@require(PERMISSION)
def list_groups() -> Response:
    """List the roles as groups, with those who have them."""
    (start, count), wanted = _cut(), _filter()
    found = [_group_document(one) for one in groups.list_groups(*_where(), now=utc_now())]
    fitting = [one for one in found if wanted is None or matches(wanted, one)]
    part = [_chosen(one) for one in fitting[start - 1 :][:count]]
    return answer(written.list_document(part, total=len(fitting), start=start))


@api.get("/Groups/<group_id>")
@describe(query=_CHOOSING, answer=shapes.GROUP, also=(304,), **shapes.TAGGED)
@require(PERMISSION)
def get_group(group_id: str) -> Response:
    """Give one role as a group."""
    return unless_known(_told(_group_document(_group(group_id))))


@api.put("/Groups/<group_id>")
@describe(
    body=shapes.NEW_GROUP, answer=shapes.GROUP, takes_tag=True, **shapes.TAKES, **shapes.TAGGED
)
@require(PERMISSION)
def replace_group(group_id: str) -> Response:
    """Let a role have the members that the document says, and no others."""
    said = patching.whole(checked_body(shapes.NEW_GROUP), patching.GROUP)
    return _regrouped(group_id, lambda _before: said)


@api.patch("/Groups/<group_id>")
@describe(body=shapes.PATCH, answer=shapes.GROUP, takes_tag=True, **shapes.TAKES, **shapes.TAGGED)
@require(PERMISSION)
def patch_group(group_id: str) -> Response:
    """Give the role to those who are added; who is taken out is a viewer."""
    operations = _operations()
    return _regrouped(group_id, lambda one: patching.patched(one, operations, patching.GROUP))


def _where() -> tuple[Session, UUID]:
    return db_session(), acting().tenant_id


@contextmanager
def _as_directory() -> Iterator[None]:
    """Let a directory give any role, though its token may do little else itself."""
    who = acting()
    with acting_as(db_session(), replace(who, permissions=possible_in(who.tenant_kind))):
        yield


def _user(text: str) -> directory.Entry:
    user_id = directory.read_id(text)
    if user_id is None:
        raise NotFoundError("no such user")
    return directory.get_user(*_where(), user_id, now=utc_now())


def _group(group_id: str) -> groups.Group:
    return groups.get_group(*_where(), group_id, now=utc_now())


def _changed(user_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    entry, write = _user(user_id), _user_writer()
    _require_unchanged(write(entry))
    before = written.written_user(entry)
    said = written.read_user({"active": before["active"], **change(before)})
    _require_at_work(said)
    with _as_directory():
        return _told(write(changing.change_user(*_where(), entry, said, now=utc_now())))


def _require_at_work(said: written.Said) -> None:
    """Let a directory only end members while the organisation is not at work."""
    who = acting()
    if said.is_active and not allows(State(who.tenant_state), Ability.CHANGE):
        raise StoppedError(why_stopped(db_session(), who.tenant_id, Ability.CHANGE))


def _regrouped(group_id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    group = _group(group_id)
    before = _group_document(group)
    _require_unchanged(before)
    said = change({name: before[name] for name in ("displayName", "members")})
    if said.get("displayName", group.name) != group.name:
        raise ReadOnlyError("displayName: a role is renamed on the page Roles")
    ids = [str(one["value"]) for one in said.get("members", [])]
    with _as_directory():
        groups.set_members(*_where(), group, ids, now=utc_now())
    return _told(_group_document(_group(group_id)))


def _operations() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = checked_body(shapes.PATCH)["Operations"]
    return found


def _filter() -> Filter | None:
    text = request.args.get("filter", "")
    return read_filter(text) if text.strip() else None


def _cut() -> tuple[int, int]:
    """Read which part of a list is asked for; less than 1 is 1 (RFC 7644, 3.4.2.4)."""
    start = read_number("startIndex", 1, START_MAX)
    return max(start, 1), min(read_number("count", COUNT, START_MAX), RESULTS_MAX)


def _chosen(document: dict[str, Any]) -> dict[str, Any]:
    args = request.args
    return written.chosen(document, args.get("attributes", ""), args.get("excludedAttributes", ""))


def _user_writer() -> Callable[[directory.Entry], dict[str, Any]]:
    base, roles = base_address(), dict(roles_of(*_where()))
    return lambda entry: written.user_document(entry, base=base, roles=roles)


def _group_document(group: groups.Group) -> dict[str, Any]:
    facts = (group.word, group.name, group.members)
    return written.group_document(*facts, base=base_address())


def _told(document: dict[str, Any]) -> Response:
    response = answer(_chosen(document))
    response.set_etag(written.tag_in(document), weak=True)
    return response


def _require_unchanged(document: dict[str, Any]) -> None:
    tags = request.if_match
    if tags and not tags.contains_weak(written.tag_in(document)):
        raise RevisionMovedError("it was changed since: read it again")
