"""The HTTP edge: who acts, the request's one transaction, pages and parts, problem+json.

The only module outside views that knows Flask, and the only one that knows htmx-flask, whose
gaps under htmx 4 it mends: the partial header, `Vary`, and swap modifiers.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response as AnyResponse

from kernel.acting import Acting, note_acting
from kernel.clock import utc_now
from kernel.cursors import decode_cursor, encode_cursor
from kernel.errors import (
    ForbiddenError,
    GarlandError,
    InvalidError,
    Problem,
    TooManyError,
    UnauthorizedError,
)
from kernel.json_text import read_json
from kernel.numbers import whole_number
from kernel.revisions import read_revision
from kernel.schema import half_character_in
from kernel.secrets import Vault

P = ParamSpec("P")
Item = TypeVar("Item")
DATABASE = "garland.database"
_ONLY_READS = "only_reads"
MACHINE_PATHS = ("/api/", "/in/", "/hooks/", "/tmf-api/", "/scim/")
KEY_PATHS = (
    "/in/",
    "/hooks/",
    "/join/",
    "/new-password/",
    "/confirm-address/",
    "/welcome/",
)
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")

htmx = Htmx()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The sessions of one application.

    `writing` takes SQLite's write lock at once, `reading` never does; `bind` ties a session to
    the acting tenant.
    """

    writing: sessionmaker[Session]
    reading: sessionmaker[Session]
    bind: Callable[[Session, UUID], None]


def install(app: Flask, database: Database) -> None:
    """Fit the edge to an application: transaction, CSRF, rate limits, htmx headers."""
    app.extensions[DATABASE] = database
    htmx.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(_settle)
    app.after_request(_vary)
    app.teardown_request(_close)


def acting() -> Acting:
    """Give who acts; raises UnauthorizedError where nobody does."""
    found = acting_or_none()
    if found is None:
        raise UnauthorizedError("sign in, or send an API token as `Authorization: Bearer …`")
    return found


def who_acts() -> dict[str, Any]:
    """Say who changes something, who answers for it, and when: `by`, `by_id` and `now`."""
    return {"by": acting().person_name, "by_id": acting().vouched_by, "now": utc_now()}


def acting_or_none() -> Acting | None:
    """Give who acts, or None before sign-in."""
    found: Acting | None = g.get("acting")
    return found


def act_as(who: Acting) -> None:
    """Record who acts for the rest of this request and bind its session to their tenant."""
    g.acting = who
    if "db_session" in g:
        _database().bind(g.db_session, who.tenant_id)
        note_acting(g.db_session, who)


def db_session() -> Session:
    """Give the request's session; the edge commits it when the answer is below 400."""
    if "db_session" not in g:
        database = _database()
        g.db_session = (database.reading if is_reading() else database.writing)()
        who = acting_or_none()
        if who is not None:
            database.bind(g.db_session, who.tenant_id)
            note_acting(g.db_session, who)
    session: Session = g.db_session
    return session


def only_reads(view: Callable[P, Any]) -> Callable[P, Any]:
    """Let a view that is asked by POST only read: nobody waits for it, however long it takes.

    On SQLite the session of any other POST holds the one write lock to the request's end.
    """
    setattr(view, _ONLY_READS, True)
    return view


def is_reading() -> bool:
    """Tell whether what is asked changes nothing, so that its session only reads."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in ("GET", "HEAD", "OPTIONS") or is_reading_view(view)


def is_reading_view(view: Callable[..., Any] | None) -> bool:
    """Tell whether a view was said to read only; see `only_reads`."""
    return hasattr(view, _ONLY_READS)


@contextmanager
def own_transaction() -> Iterator[Session]:
    """Write in a transaction of its own, which holds whatever the request is answered.

    The view has to be one that only reads: on SQLite two writers of one request wait for ever.
    """
    with _database().writing.begin() as session:
        yield session


def after_answer(response: AnyResponse, write: Callable[[Session], None]) -> None:
    """Write in a transaction of its own once the answer is sent, so that nobody waits for it."""
    writing = _database().writing

    def write_now() -> None:
        with writing.begin() as session:
            write(session)

    response.call_on_close(write_now)


def reading_session() -> Session:
    """Give a session of the acting tenant that outlives the request, for an answer in pieces.

    Who asks for it closes it.
    """
    session = _database().reading()
    _database().bind(session, acting().tenant_id)
    return session


@contextmanager
def writing_apart() -> Iterator[Session]:
    """Give a session of the acting tenant that is committed at the end of the block.

    For the audit of what a GET gives out: its own session only reads.
    """
    with _database().writing() as session, session.begin():
        _database().bind(session, acting().tenant_id)
        note_acting(session, acting())
        yield session


def vault() -> Vault:
    """Give what seals and opens stored secrets."""
    found: Vault = current_app.extensions["garland.services"].vault
    return found


def logged_path() -> str:
    """Give the request's path for the log: without the key where an address holds one."""
    for prefix in KEY_PATHS:
        if request.path.startswith(prefix):
            return f"{prefix}…"
    return request.path


def _database() -> Database:
    database: Database = current_app.extensions[DATABASE]
    return database


def _settle(response: Response) -> Response:
    session: Session | None = g.get("db_session")
    if session is not None:
        if response.status_code < 400:  # noqa: PLR2004  the edge of success
            session.commit()
        else:
            session.rollback()
    return response


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("db_session", None)
    if session is not None:
        session.close()


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(("HX-Request", "HX-Request-Type"))
    return response


def require(permission: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Let only those act whose role grants the permission; others get 401 or 403."""

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not acting().may(permission):
                raise ForbiddenError(
                    f"your role ({acting().role_called}) does not allow this: ask an admin of "
                    f"{acting().tenant_name}",
                    permission=permission,
                )
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # for the reference
        return guarded

    return decorate


def wants_part() -> bool:
    """Tell whether htmx asks for a fragment rather than a whole page."""
    headers = request.headers
    if headers.get("HX-Request") != "true" or headers.get("HX-Boosted") == "true":
        return False
    return headers.get("HX-Request-Type", "partial") == "partial"


def render(page: str, part: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """Render the page, or the part alone where htmx asks for it."""
    template = part if part is not None and wants_part() else page
    return make_response(render_template(template, **context), status)


def see_other(url: str) -> AnyResponse:
    """Answer a write with 303 to a page; htmx follows it as a whole-page visit."""
    if request.headers.get("HX-Request") == "true":
        response = make_response("", 200)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, code=303)


def is_machine_request() -> bool:
    """Tell whether a program, not a person's page, waits for the answer."""
    if request.path.startswith(MACHINE_PATHS):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def problem(error: GarlandError) -> Response:
    """Write an error as problem+json (RFC 9457) with `code`, `detail` and `errors`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.code,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
    }
    if isinstance(error, InvalidError):
        body["errors"] = problems_json(error.problems)
    if isinstance(error, TooManyError) and "resets_at" in error.detail:
        body |= {name: error.detail[name] for name in ("limit", "resets_at")}
    response = make_response(json.dumps(body), error.status)
    response.content_type = "application/problem+json"
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, UnauthorizedError):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problems_json(problems: tuple[Problem, ...] | list[Problem]) -> list[dict[str, str]]:
    """Write problems as the `errors` of a problem document."""
    return [{"pointer": one.pointer, "message": one.message} for one in problems]


def json_body() -> Any:
    """Read the request's JSON, strictly.

    Raises:
        MalformedError: naming line and column, or the duplicate key, or the number that is none.
        InvalidError: naming the text that holds half a character.
    """
    content = request.get_data(cache=True)
    body = read_json(content)
    half = half_character_in(body) if _ESCAPED_HALF.search(content) else None
    if half is not None:
        raise InvalidError("the body holds a text that nobody can read", problems=[half])
    return body


def optional_body() -> Any:
    """Read it likewise; {} when nothing was sent."""
    return json_body() if request.get_data(cache=True) else {}


def expected_revision(what: str) -> int:
    """Read the revision that a write builds on from `If-Match`; see `read_revision`."""
    return read_revision(request.if_match.as_set(), what)


def page_limit(default: int = 50, most: int = 500) -> int:
    """Read `limit` from the query; outside 1…`most` it is an error that says so."""
    text = request.args.get("limit", "")
    if not text:
        return default
    number = whole_number(text, most=most)
    if not number:
        raise InvalidError(
            f"limit must be a whole number from 1 to {most}",
            problems=[Problem("/limit", f"limit must be a whole number from 1 to {most}")],
        )
    return number


def languages() -> list[str]:
    """List the languages that the reader's browser asks for (BCP 47), the best first."""
    return list(request.accept_languages.values())


def page_of(
    fetch: Callable[[int, list[str] | None], Sequence[Item]],
    place_of: Callable[[Item], Sequence[str]],
    *,
    parts: int = 2,
    default: int = 50,
) -> tuple[list[Item], str | None]:
    """Give the page that `limit` and `cursor` ask for, and the next page's cursor.

    One more than the page is fetched: there is a next page only where something stands on it.

    Args:
        fetch: Lists at most so many from a place on, None for the start.
        place_of: Says where a page that ends with an item ended.
        parts: How many parts a place has.
        default: The page's length where `limit` is not given.

    Raises:
        InvalidError: the limit or the cursor is none.
    """
    limit = page_limit(default)
    found = list(fetch(limit + 1, decode_cursor(request.args.get("cursor"), parts=parts)))
    more = encode_cursor(*place_of(found[limit - 1])) if len(found) > limit else None
    return found[:limit], more


def address_with(path: str | None = None, **changes: str | None) -> str:
    """Give this address with some of its query changed; None leaves a part out.

    The cursor is left out unless it is among the changes: with another filter or order it would
    lead to a place in another list. `path` takes the query to another address.
    """
    asked: dict[str, Any] = request.args.to_dict(flat=False) | {"cursor": None, **changes}
    query = urlencode({name: one for name, one in asked.items() if one}, doseq=True)
    here = path or request.script_root + request.path
    return f"{here}?{query}" if query else here
