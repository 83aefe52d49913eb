"""TMF642 over HTTP: one blueprint for each version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from kernel.clock import utc_now
from kernel.errors import (
    ConflictError,
    InvalidError,
    NotDoneHereError,
    NotFoundError,
    TooLargeError,
    UnsupportedTypeError,
)
from kernel.http import acting, db_session, json_body, require
from kernel.http_tmf630 import (
    MERGE,
    created,
    fields_asked,
    filters_asked,
    in_form,
    listed,
    part_asked,
    sent_body,
)
from kernel.tmf630 import choose, read_fields
from runtime.alarms.intake.limits import TooManyEventsError
from runtime.alarms.journal import raw_of
from runtime.alarms.store import get_alarm
from runtime.alarms.tmf642 import changing, listing, tasks
from runtime.alarms.tmf642.dialect import V4, V5, Call, Dialect, TaskKind
from runtime.alarms.tmf642.filters import fits, paths_of, read_conditions
from runtime.alarms.tmf642.hub import store as hubs
from runtime.alarms.tmf642.mapping import read_key
from runtime.alarms.tmf642.patching import merged, operated
from runtime.alarms.tmf642.schemas import alarm_properties
from runtime.alarms.tmf642.senders import note_refused

_QUERY = ("fields", "offset", "limit", "sort")
_OPERATIONS = "application/json-patch+json"
_QUERIED = "application/json-patch-query+json"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def make_api(dialect: Dialect) -> Blueprint:
    """Make the blueprint of one version."""
    api = Blueprint(f"tmf642_{dialect.name}", __name__, url_prefix=dialect.base)
    _add_alarms(api, dialect)
    for name, kind in dialect.tasks.items():
        _add_task(api, dialect, name, kind)
    _add_hub(api, dialect)

    @api.route("/", defaults={"rest": ""}, methods=_METHODS)
    @api.route("/<path:rest>", methods=_METHODS)
    def refuse(rest: str) -> Response:
        """Tell an address that is none from one that does not take this method."""
        known = {"alarm", "hub", *dialect.tasks}
        raise MethodNotAllowed() if rest.partition("/")[0] in known else NotFound()

    @api.after_request
    def shape_error(response: Response) -> Response:
        """Give errors the form of the contract, whoever found them."""
        return in_form(response, is_typed=dialect.needs_type)

    return api


def _add_alarms(api: Blueprint, dialect: Dialect) -> None:
    @api.get("/alarm")
    @require("alarms.view")
    def list_alarms() -> Response:
        """List alarms; a filter, an order, a part of the list, chosen attributes."""
        offset, limit = part_asked()
        page = listing.list_alarms(
            db_session(),
            acting().tenant_id,
            read_conditions(filters_asked(beside=_QUERY), paths_of(dialect)),
            dialect=dialect,
            cut=listing.Cut(sort=_sort(), offset=offset, limit=limit),
        )
        return listed(page.items, page.total, _fields(dialect))

    @api.post("/alarm")
    @require("alarms.send")
    def create_alarm() -> Response:
        """Take an alarm in, as any source's event, and answer with the alarm it became."""
        body, fields = sent_body(), _fields(dialect)
        return created(_make(body, dialect), fields)

    @api.get("/alarm/<key>")
    @require("alarms.view")
    def get_one_alarm(key: str) -> Response:
        """Give one alarm; with `fields=raw` also what was sent for it."""
        where, fields = (db_session(), acting().tenant_id), _fields(dialect)
        alarm_id = _key(key, "alarm")
        document = listing.get_document(*where, alarm_id, dialect)
        if "raw" in fields:
            seq = get_alarm(*where, alarm_id).last_seq
            document["raw"] = raw_of(*where, seq) if seq is not None else None
        return jsonify(choose(document, fields))

    @api.patch("/alarm/<key>")
    @require("alarms.operate")
    def patch_alarm(key: str) -> Response:
        """Do what the patch asks, all of it or nothing."""
        alarm_id, body, fields = _key(key, "alarm"), _patch_body(dialect), _fields(dialect)
        where = (db_session(), acting().tenant_id, alarm_id)
        before = listing.get_document(*where, dialect)
        is_merge = request.mimetype in MERGE
        patch = merged(before, body) if is_merge else operated(before, body, dialect)
        done = changing.patch_alarm(*where, patch, call=_call(dialect))
        return jsonify(choose(done, fields))

    @api.delete("/alarm/<key>")
    @require("alarms.operate")
    def delete_alarm(key: str) -> Response:
        """Remove an alarm and its history."""
        who, where = acting(), (db_session(), acting().tenant_id)
        alarm_id = _key(key, "alarm")
        changing.delete_alarm(*where, alarm_id, by=who.person_name, now=utc_now())
        return _nothing()


def _make(body: Any, dialect: Dialect) -> dict[str, Any]:
    where = (db_session(), acting().tenant_id, body)
    try:
        return changing.create_alarm(*where, call=_call(dialect))
    except (InvalidError, ConflictError, TooLargeError, TooManyEventsError) as error:
        db_session().rollback()
        note_refused(*where, error, now=utc_now())
        db_session().commit()  # what was wrong is kept for the sender's page, though it is refused
        raise


def _add_task(api: Blueprint, dialect: Dialect, name: str, kind: TaskKind) -> None:
    def list_tasks() -> Response:
        """List the tasks of this kind that are kept, the newest first."""
        found = tasks.list_tasks(db_session(), acting().tenant_id, kind, dialect)
        names = {one for document in found for one in document}
        known = {one: {"type": "string"} for one in names}
        conditions = read_conditions(filters_asked(beside=_QUERY), known) if found else []
        chosen = [one for one in found if fits(one, conditions, known)]
        offset, limit = part_asked()
        fields = request.args.get("fields", "")
        part = chosen[offset : offset + limit]
        return listed(part, len(chosen), read_fields(fields, names) if found else [])

    def create_task() -> Response:
        """Carry a task out and answer with what became of it."""
        body, where = sent_body(), (db_session(), acting().tenant_id, kind)
        made = tasks.create_task(*where, body, call=_call(dialect))
        return created(made, [])

    def get_task(key: str) -> Response:
        """Give one task."""
        where = (db_session(), acting().tenant_id, kind)
        found = tasks.get_task(*where, _key(key, "task"), dialect)
        return jsonify(choose(found, read_fields(request.args.get("fields", ""), found)))

    rules: Sequence[tuple[str, str, Callable[..., Response], str]] = (
        ("GET", f"/{name}", list_tasks, "alarms.view"),
        ("POST", f"/{name}", create_task, "alarms.operate"),
        ("GET", f"/{name}/<key>", get_task, "alarms.view"),
    )
    for method, path, view, permission in rules:
        endpoint = f"{view.__name__}_{kind.name.lower()}"
        api.add_url_rule(path, endpoint, require(permission)(view), methods=[method])


def _add_hub(api: Blueprint, dialect: Dialect) -> None:
    @api.post("/hub")
    @require("sources.edit")
    def register() -> Response:
        """Register a listener, which is told of what happens from now on."""
        body = sent_body()
        settings = current_app.extensions["garland.services"].settings
        made = hubs.register_hub(
            db_session(),
            acting().tenant_id,
            body,
            call=_call(dialect),
            allow_private=settings.allow_private_network,
        )
        return created({"href": dialect.href("hub", made.id), **hubs.hub_document(made)}, [])

    @api.get("/hub/<key>")
    @require("sources.view")
    def get_hub(key: str) -> Response:
        """Give a listener's registration."""
        found = hubs.get_hub(db_session(), acting().tenant_id, _key(key, "listener"))
        return jsonify(hubs.hub_document(found))

    @api.delete("/hub/<key>")
    @require("sources.edit")
    def unregister(key: str) -> Response:
        """Remove a listener; what still waits for it is not sent."""
        key_of_hub = _key(key, "listener")
        hubs.remove_hub(db_session(), acting().tenant_id, key_of_hub, now=utc_now())
        return _nothing()


def _call(dialect: Dialect) -> Call:
    return Call(dialect=dialect, by=acting().person_name, now=utc_now())


def _patch_body(dialect: Dialect) -> Any:
    if request.mimetype in MERGE or (dialect.needs_type and request.mimetype == _OPERATIONS):
        return json_body()
    if dialect.needs_type and request.mimetype == _QUERIED:
        raise NotDoneHereError(
            f"{_QUERIED} is not done here: send {_OPERATIONS} with paths, or a merge patch"
        )
    raise UnsupportedTypeError(
        f"{request.mimetype} is not read here: send application/merge-patch+json"
    )


def _key(text: str, what: str) -> UUID:
    """Read an id; what is none is not found, as any other that is not there."""
    found = read_key(text)
    if found is None:
        raise NotFoundError(f"no such {what}", id=text[:80])
    return found


def _fields(dialect: Dialect) -> list[str]:
    known = {*alarm_properties(dialect), "count", "raw"}
    return fields_asked(known)


def _sort() -> Sequence[str]:
    text = request.args.get("sort", "").replace(" ", "+")
    return [one for one in text.split(",") if one] or listing.NEWEST


def _nothing() -> Response:
    return Response(status=204)


v4, v5 = make_api(V4), make_api(V5)
