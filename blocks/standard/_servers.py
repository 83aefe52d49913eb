"""Another system's interface over HTTP: calls, pages of lists, and refusals told in words.

What the blocks share that speak JSON to ticket systems, inventories and Alertmanager. Nothing
here keeps anything: a block makes a `Server` for each attempt.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

from blocks.sdk import BlockError, Http, HttpResponse

PAGE, PAGE_LEAST, PAGES_MAX = 50, 20, 40
SAID_MAX = 300
_NOT_SIGNED_IN, _NOT_ALLOWED, _NOT_FOUND, _FAILED = 401, 403, 404, 500
_CHANGED = frozenset({409, 412})
_WORDS_FOR_IT = ("message", "detail", "reason", "error", "title", "description")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where another system is, and how messages call it.

    Attributes:
        http: The step's own ability.
        url: What every path is below.
        name: In the middle of a sentence, such as `the ticket system`.
        connection: The slot it is called with.
        settings: By field of the other system, the setting that fills it: named when the field is.
    """

    http: Http
    url: str
    name: str
    connection: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Read JSON; see `call` for what is raised."""
        return self.read(self.call("GET", path, query=query))

    def find(self, path: str, query: Mapping[str, Any] | None = None) -> HttpResponse | None:
        """Ask for one thing; None where the other system has none of that id."""
        response = self.send("GET", path, query=query)
        if response.status == _NOT_FOUND:
            return None
        self.check(response)
        return response

    def call(self, method: str, path: str, **sent: Any) -> HttpResponse:
        """Call and give an answer that says yes.

        Raises:
            BlockError: `http.busy`, `server.not_signed_in`, `server.not_allowed`,
                `server.not_found`, `server.changed`, `server.refused` or `server.failed`.
        """
        response = self.send(method, path, **sent)
        self.check(response)
        return response

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> HttpResponse:
        """Call and give the answer, whatever it is but busy."""
        asked = {
            name: value for name, value in (query or {}).items() if value not in (None, "", [])
        }
        where = self.url.rstrip("/") + path + ("?" + urlencode(asked, doseq=True) if asked else "")
        sent = {"Accept": "application/json", **(headers or {})}
        response = self.http.request(
            method, where, headers=sent, connection=self.connection, **body
        )
        response.raise_if_busy()
        return response

    def check(self, response: HttpResponse) -> None:
        """Raise what an answer that does not say yes means."""
        if not response.ok:
            self._refuse(response)

    def read(self, response: HttpResponse) -> Any:
        """Read the JSON of an answer; raises BlockError `server.not_understood`."""
        try:
            return response.json()
        except BlockError:
            raise self.strange("it is not JSON") from None

    def entries(self, found: Any, *, at: str = "") -> list[dict[str, Any]]:
        """Give the entries of a list; raises BlockError `server.not_understood`."""
        listed = found.get(at) if at and isinstance(found, dict) else found
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise self.strange("there is no list of objects in it")
        return listed

    def entry(self, response: HttpResponse) -> dict[str, Any]:
        """Give the one object that an answer is; raises BlockError `server.not_understood`."""
        found = self.read(response)
        if not isinstance(found, dict):
            raise self.strange("it is no object")
        return found

    def strange(self, why: str) -> BlockError:
        """Say that an answer is not what the interface promises."""
        message = (
            f"What {self.name} answered cannot be used: {why}. "
            "See whether the address leads to the interface itself."
        )
        return BlockError("server.not_understood", message)

    def _refuse(self, response: HttpResponse) -> NoReturn:
        status, said = response.status, said_by(response)
        told = f"{self.name} answered {status}" + (f": {said}" if said else "")
        told = told[0].upper() + told[1:]
        if status == _NOT_SIGNED_IN:
            raise BlockError("server.not_signed_in", _ended(told, "See the step's connection."))
        if status == _NOT_ALLOWED:
            raise BlockError(
                "server.not_allowed", _ended(told, "Its account lacks the right to do that.")
            )
        if status == _NOT_FOUND:
            raise BlockError("server.not_found", _ended(told, "Check the step's address."))
        if status in _CHANGED:
            raise BlockError(
                "server.changed", _ended(told, "Somebody else changed it in the meantime.")
            )
        if status >= _FAILED:
            raise BlockError("server.failed", _ended(told, "Its operator has to look."))
        raise BlockError("server.refused", _ended(told, self._remedy(said)))

    def _remedy(self, said: str) -> str:
        """Name the settings whose fields are named."""
        words = set(re.findall(r"[A-Za-z@]+", said))
        named = [title for name, title in self.settings.items() if name in words]
        return f"Correct {' and '.join(named) if named else 'what the step sends'}."


@dataclass(slots=True, kw_only=True)
class Listing:
    """A list read page by page (TMF630, 4.4: offset, limit, X-Total-Count).

    Servers differ: some give fewer than were asked for, do not say how many there are, or pay no
    heed to `offset` and answer the same page again.

    Attributes:
        size: How many to ask for at once.
        is_whole: Whether all was read, as far as can be told; known when the pages have ended.
    """

    server: Server
    path: str
    query: Mapping[str, Any]
    size: int = PAGE
    is_whole: bool = False

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """Read page after page, up to forty."""
        seen, total, last = 0, None, None
        for _ in range(PAGES_MAX):
            page, said = self._page(seen)
            total = total if said is None else said
            if not page or page == last:
                fewer = not page or len(page) < self.size
                self.is_whole = fewer if total is None else seen >= total
                return
            yield page
            seen, last = seen + len(page), page
            if total is not None and seen >= total:
                self.is_whole = True
                return

    def _page(self, offset: int) -> tuple[list[dict[str, Any]], int | None]:
        """Give a page, and how many there are as the other system says."""
        asked = {**self.query, "offset": offset or None, "limit": self.size}
        response = self.server.call("GET", self.path, query=asked)
        page = self.server.entries(self.server.read(response))
        return page, _count(response.headers.get("x-total-count", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Entries that were gathered from pages; `more` tells whether some may have been left."""

    entries: list[dict[str, Any]]
    more: bool


def gather(
    server: Server,
    path: str,
    query: Mapping[str, Any],
    *,
    most: int,
    fits: Callable[[dict[str, Any]], bool] = lambda _: True,
) -> Pages:
    """Gather what fits of a list, whether or not the server heeded what was asked."""
    found: list[dict[str, Any]] = []
    listing = Listing(server=server, path=path, query=query, size=min(PAGE, max(most, PAGE_LEAST)))
    for page in listing.pages():
        found += filter(fits, page)
        if len(found) > most:
            break
    return Pages(entries=found[:most], more=len(found) > most or not listing.is_whole)


def said_by(response: HttpResponse) -> str:
    """Give what a refusal says, as one line of at most 300 characters; "" for a page of HTML.

    >>> said_by(HttpResponse(status=400, body=b'{"code": "20", "reason": "severity: is missing"}'))
    'severity: is missing'
    """
    if "html" in response.headers.get("content-type", "") or response.text.lstrip()[:1] == "<":
        return ""
    try:
        found = response.json()
    except BlockError:
        found = response.text
    return " ".join(_words(found).split())[:SAID_MAX]


def _words(found: Any) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, list):
        return "; ".join(filter(None, map(_words, found[:3])))
    if not isinstance(found, dict):
        return ""
    fields = [one for one in (found.get("field"), found.get("pointer")) if isinstance(one, str)]
    said = [_words(found[name]) for name in _WORDS_FOR_IT if found.get(name)]
    more = _words(found["errors"]) if isinstance(found.get("errors"), list) else ""
    return ": ".join([*fields[:1], *dict.fromkeys(one for one in [*said[:2], more] if one)])


def segment(text: str) -> str:
    """Write a text as one part of a path.

    >>> segment("T/7 ü")
    'T%2F7%20%C3%BC'
    """
    if text in (".", ".."):
        raise BlockError("server.bad_id", f"{text} is no id: correct it.")
    return quote(text, safe="")


def once(*said: Any) -> dict[str, str]:
    """Give the Idempotency-Key of one request: another one under the same key would be refused.

    >>> once("run/step", {"a": 1}) == once("run/step", {"a": 1}) != once("run/step", {"a": 2})
    True
    """
    text = json.dumps(said, sort_keys=True)
    return {"Idempotency-Key": hashlib.sha256(text.encode()).hexdigest()[:40]}


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _ended(text: str, remedy: str) -> str:
    return f"{text.rstrip('. ')}. {remedy}"
