"""The addresses alarms are sent to: `/api/v1/alarms` with a token, `/in/<key>` for sources."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError, TooLargeError, UnsupportedTypeError
from kernel.http import acting, db_session, problem, problems_json, require
from kernel.json_text import read_json
from kernel.rest import ANYTHING, JSON, choice, describe
from runtime.alarms import shapes
from runtime.alarms.intake.full_lists import take_full_list
from runtime.alarms.intake.limits import TooManyEventsError
from runtime.alarms.intake.taking import (
    refuse_if_nothing_taken,
    take_from_api,
    take_from_source,
)
from runtime.alarms.sources.cloudevents import BATCHED, STRUCTURED, envelope_of
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.store import SourceView, find_source, get_source
from runtime.metrics import INTAKE_REFUSED
from tenancy.scope import bind, system

api = Blueprint("intake_api", __name__)

BODY_MAX_BYTES = 5 * 1024 * 1024
CLOUDEVENTS = "cloudevents"
_OF_SOURCES = (STRUCTURED, BATCHED)


@api.post("/api/v1/alarms")
@describe(body=shapes.EVENTS, answer=shapes.TAKEN, status=202)
@require("alarms.send")
def send_alarms() -> Response:
    """Take canonical events: good ones are journalled, bad ones reported by index."""
    body = _body()
    batch = take_from_api(db_session(), acting().tenant_id, body, now=utc_now())
    return _answer(batch)


@api.post("/in/<key>")
@describe(body=ANYTHING, takes=(JSON, *_OF_SOURCES), answer=shapes.TAKEN_EITHER, status=202)
def send_to_source(key: str) -> Response:
    """Take what a source of the tenant sends; the key in the address is the credential."""
    body = _body(_OF_SOURCES)
    session = db_session()
    with system(session):
        source = find_source(session, key)
    if source is None:
        raise NotFoundError("no source has this address")
    bind(session, source.tenant_id)
    if isinstance(body, dict) and body.get("resync") is True:
        return _resync(source, body, allow_empty=False)
    if source.kind == CLOUDEVENTS:
        body = envelope_of(dict(request.headers), body) or body
    try:
        batch = take_from_source(session, source, body, now=utc_now())
    except (InvalidError, TooManyEventsError) as error:
        session.commit()  # what was wrong is kept for somebody to look at, though it is refused
        return problem(error)
    return _answer(batch)


@api.post("/api/v1/sources/<uuid:source_id>/resync")
@describe(
    body=ANYTHING,
    query={"allow_empty": choice("true", "false")},
    answer=shapes.TAKEN_WHOLE,
    status=202,
)
@require("alarms.send")
def resync_source(source_id: UUID) -> Response:
    """Take a source's full list: what is new is raised, what is missing is cleared."""
    body = _body()
    source = get_source(db_session(), acting().tenant_id, source_id)
    return _resync(source, body, allow_empty=request.args.get("allow_empty") == "true")


def _resync(source: SourceView, body: Any, *, allow_empty: bool) -> Response:
    allowed = isinstance(body, dict) and body.get("allow_empty") is True
    said = _without(body, "resync", "allow_empty")
    now, may_be_empty = utc_now(), allow_empty or allowed
    batch, missing = take_full_list(db_session(), source, said, now=now, allow_empty=may_be_empty)
    response = jsonify(accepted=len(batch.events), cleared=missing)
    response.status_code = 202
    return response


def _without(body: Any, *names: str) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in names}


@api.after_request
def count_refused(response: Response) -> Response:
    """Count the bodies of which nothing was taken."""
    if response.status_code >= 400:  # noqa: PLR2004  the edge of success
        INTAKE_REFUSED.labels(str(response.status_code)).inc()
    return response


def _body(also: tuple[str, ...] = ()) -> Any:
    """Read the body; before the session, whose lock nobody should hold while a sender is slow."""
    if (request.content_length or 0) > BODY_MAX_BYTES:
        raise TooLargeError("the body is larger than 5 MB: send fewer events in one call")
    if request.mimetype not in ("application/json", "", *also):
        raise UnsupportedTypeError(f"{request.mimetype} is not read here: send application/json")
    return read_json(request.get_data(cache=True))  # each event is taken or refused by itself


def _answer(batch: Batch) -> Response:
    try:
        refuse_if_nothing_taken(batch)
    except InvalidError as error:
        db_session().commit()  # what was wrong is kept for the source's page
        return problem(error)
    rejected = [
        {"index": bad.index, "errors": problems_json(bad.error.problems)} for bad in batch.rejected
    ]
    known = {"duplicates": batch.duplicates} if batch.duplicates else {}
    response = jsonify(accepted=len(batch.events), rejected=rejected, **known)
    response.status_code = 202
    return response
