"""Writes over REST and TMF642 under an `Idempotency-Key`: done once, answered alike each time.

Here for every address at once. Those that start something under a key of their own are left to
themselves (`keeps_key`): there the run or workflow answers, however it fares by then.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, g, make_response, request

from garland.sign_in import TOKEN_PATHS
from kernel.clock import utc_now
from kernel.http import acting, acting_or_none, db_session, is_reading, vault
from kernel.ids import sha256_of
from kernel.rest import operation_of
from tenancy.repeats.store import Answer, Asked, claim_key, keep_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_HEADERS = ("Content-Type", "Location", "ETag", "X-Total-Count", "X-Result-Count")


def install(app: Flask) -> None:
    """Fit it to an application, after who acts is known and before the transaction ends."""
    app.before_request(_claim)
    app.after_request(_keep)


def _claim() -> Response | None:
    """Give the earlier answer, or note that this one is to be kept.

    The body is read before the session opens: nobody should hold its lock while a sender is slow.
    """
    key = request.headers.get(HEADER)
    if key is None or acting_or_none() is None or not _is_kept_here():
        return None
    asked = Asked(
        token_digest=sha256_of(request.headers.get("Authorization", "")),
        key=key,
        request_digest=_digest(request.get_data(cache=True)),
    )
    where = (db_session(), acting().tenant_id)
    answer = claim_key(*where, asked, vault=vault(), now=utc_now())
    if answer is None:
        g.asked_under_key = asked
        return None
    response = make_response(answer.body, answer.status)
    response.headers.update(answer.headers)
    response.headers[REPLAYED] = "true"
    return response


def _is_kept_here() -> bool:
    if is_reading() or not request.path.startswith(TOKEN_PATHS):
        return False
    view = current_app.view_functions.get(request.endpoint or "")
    operation = operation_of(view) if view is not None else None
    return operation is None or not operation.keeps_key


def _digest(body: bytes) -> str:
    said = "\n".join((request.method, request.full_path, request.mimetype, str(request.if_match)))
    return sha256_of(said + "\n" + sha256_of(body))


def _keep(response: Response) -> Response:
    asked: Asked | None = g.pop("asked_under_key", None)
    if asked is not None and response.status_code < 400:  # noqa: PLR2004  the edge of success
        answer = Answer(
            status=response.status_code,
            headers={one: response.headers[one] for one in _HEADERS if one in response.headers},
            body=response.get_data(as_text=True),
        )
        keep_answer(db_session(), acting().tenant_id, asked, answer, vault=vault())
    return response
