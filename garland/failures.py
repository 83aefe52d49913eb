"""What a failed request is answered: problem+json for programs, a page for people."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, g, make_response, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from kernel.db import is_taken, is_transient
from kernel.errors import (
    ConflictError,
    GarlandError,
    MalformedError,
    TooManyError,
    UnauthorizedError,
    UnavailableError,
)
from kernel.http import acting_or_none, is_machine_request, logged_path, problem, see_other

log = structlog.get_logger(__name__)

_CODES = {
    400: "core.malformed",
    403: "core.forbidden",
    404: "core.not_found",
    405: "core.method_not_allowed",
    413: "core.too_large",
    415: "core.unsupported_type",
}
_NUL = ("NUL", r"\u0000")
_TAKEN = (
    "Somebody saved something of the same name or key at the same moment. Nothing was changed: "
    "look what is there now."
)
_HALF = "a text that was sent holds half a character (a lone surrogate): remove it"
_WORDS = {
    404: "There is nothing at this address, or it is not yours to see.",
    405: "This address does not take that kind of request.",
}
_TOO_LARGE = "The body is larger than {} MB: send it in smaller parts."
_MEGABYTE = 1 << 20


def install_failures(app: Flask) -> None:
    """Register the handlers: our errors, Werkzeug's, and bugs."""
    app.register_error_handler(GarlandError, _answer_ours)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(RateLimitExceeded, _answer_limit)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(UnicodeEncodeError, _answer_half)
    app.register_error_handler(Exception, _answer_bug)


def _answer_ours(error: GarlandError) -> AnyResponse:
    if error.status >= 500:  # noqa: PLR2004  server errors are for somebody to look at
        log.warning("request_failed", code=error.code, path=logged_path(), reason=error.message)
    if is_machine_request():
        return problem(error)
    if isinstance(error, UnauthorizedError) and acting_or_none() is None:
        wanted = request.full_path if request.method == "GET" else None
        return see_other(url_for("sign_ins.sign_in", next=wanted))
    return _page(error)


def _answer_csrf(error: CSRFError) -> AnyResponse:
    failure = GarlandError(
        f"This form is no longer valid ({error.description}): go back, load the page again and "
        "repeat what you did."
    )
    failure.code, failure.status = "core.stale_form", 400
    return _answer_ours(failure)


def _answer_limit(error: RateLimitExceeded) -> AnyResponse:
    wait_s = int(error.limit.limit.get_expiry())
    failure = TooManyError(
        f"Too many attempts: wait {wait_s} seconds and try again.", retry_after_s=wait_s
    )
    response = _answer_ours(failure)
    response.headers["Retry-After"] = str(wait_s)
    return response


def _answer_http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004  a redirect Werkzeug asks for
        return error.get_response()
    words = _WORDS.get(status, error.description or error.name)
    if isinstance(error, RequestEntityTooLarge):
        words = _TOO_LARGE.format((request.max_content_length or 0) // _MEGABYTE)
    failure = GarlandError(words)
    failure.code, failure.status = _CODES.get(status, "core.http"), status
    return _answer_ours(failure)


def _answer_half(_error: UnicodeEncodeError) -> AnyResponse:
    """Say what no UTF-8 holds, and so no database, log or page of ours."""
    return _answer_ours(MalformedError(_HALF))


def _answer_database(error: DBAPIError) -> AnyResponse:
    """Tell what no database takes, and one that is away, from a fault of ours."""
    refusal = _refusal_of(error)
    if refusal is not None:
        return _answer_ours(refusal)
    if not is_transient(error):
        return _answer_bug(error)
    response = _answer_ours(
        UnavailableError("The database did not answer in time. Nothing was changed: try again.")
    )
    response.headers["Retry-After"] = "1"
    return response


def _refusal_of(error: DBAPIError) -> GarlandError | None:
    said, is_text = str(error.orig), isinstance(error, DataError)
    if is_text and any(one in said for one in _NUL):
        return MalformedError("a text that was sent holds a NUL character: remove it")
    if is_text and "surrogate" in said:
        return MalformedError(_HALF)
    if "pattern too complex" in said:  # SQLite's LIKE takes 50,000 bytes
        return MalformedError("what is searched for is too long: shorten it")
    return ConflictError(_TAKEN) if is_taken(error) else None


def _answer_bug(error: Exception) -> AnyResponse:
    log.error("request_crashed", path=logged_path(), exc_info=error)
    failure = GarlandError(
        "This could not be done because of a fault of ours. Nothing was changed. "
        "Try again; if it stays, tell your operator the time and what you did."
    )
    failure.code, failure.__cause__ = "core.fault", error
    return problem(failure) if is_machine_request() else _page(failure)


def _page(error: GarlandError) -> Response:
    facts: dict[str, Any] = {"status": error.status, "message": error.message, "code": error.code}
    problems = getattr(error, "problems", ())
    if "db_session" in g:
        g.db_session.rollback()  # what failed may have broken it, and the page asks for its brand
    return make_response(
        render_template("garland/error.html", problems=problems, **facts), error.status
    )
