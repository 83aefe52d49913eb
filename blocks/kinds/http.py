"""Blocks of kind `http`: their manifest says what is asked and what becomes of the answer.

No code of the block's runs. The format is described in docs/blocks.md; `_http_checks` has refused
what cannot be meant before anything gets here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from blocks.kinds._addresses import Address, read_address
from blocks.kinds._http_answers import failure, output_of, read_answer
from blocks.kinds._paging import next_address
from blocks.kinds._references import ABSENT, as_text, fill
from blocks.kinds._statuses import answer_for
from blocks.manifest import Manifest
from blocks.outcomes import Outcome
from blocks.schemas import value_at
from blocks.sdk import BlockError, Context, HttpResponse
from kernel.errors import InvalidError
from kernel.schema import path_of

FORM = "application/x-www-form-urlencoded"
PAGES_MAX = 10
UNEXPECTED = "http.unexpected_status"


def make_run(manifest: Manifest, folder: Path) -> Callable[[Context], Outcome]:  # noqa: ARG001  kinds are made alike
    """Make what runs the block.

    Raises:
        InvalidError: when the manifest is of another kind.
    """
    if manifest.request is None:
        raise InvalidError(f"{manifest.id} is no block of kind http")
    return _Asked(manifest, manifest.request, read_address(manifest.request["url"])).run


@dataclass(frozen=True, slots=True)
class _Asked:
    manifest: Manifest
    request: Mapping[str, Any]
    address: Address

    def run(self, ctx: Context) -> Outcome:
        """Ask, and end by the port the answer stands for."""
        given = {"config": ctx.config, "input": ctx.input}
        url = self._url(given)
        content = self._content(given)
        response = self._send(ctx, url, given, content)
        entry = self._entry(response)
        answer = read_answer(response)
        paging = self.request.get("paging")
        if paging is not None and response.ok:
            answer = self._all_pages(ctx, url, given, answer)
        return ctx.emit(entry["port"], output_of(entry, answer))

    def _entry(self, response: HttpResponse) -> Mapping[str, Any]:
        entry = answer_for(self.request["answers"], response.status)
        if entry is None:
            response.raise_if_busy()
        if entry is None or "error" in entry:
            code = UNEXPECTED if entry is None else entry["error"]
            raise failure(code, self.manifest.declared_error(code), response)
        return entry

    def _all_pages(
        self, ctx: Context, url: str, given: Mapping[str, Any], answer: dict[str, Any]
    ) -> dict[str, Any]:
        """Put the entries of all pages into the place of the first page's."""
        paging = self.request["paging"]
        page, gathered = answer, list(_entries(paging, answer))
        taken = len(gathered)
        most = fill(paging.get("pages_max", PAGES_MAX), given)
        for _ in range(most - 1 if isinstance(most, int) else 0):
            following = next_address(paging, url=url, answer=page, taken=taken)
            if following is None:
                break
            url = following
            response = self._send(ctx, url, given, None)
            self._entry(response)
            page = read_answer(response)
            found = _entries(paging, page)
            taken = len(found)
            gathered += found
        more = next_address(paging, url=url, answer=page, taken=taken) is not None
        return {**_replaced(answer, path_of(paging["items"]), gathered), "more": more}

    def _url(self, given: Mapping[str, Any]) -> str:
        pairs: list[tuple[str, str]] = []
        for name, template in self.request.get("query", {}).items():
            described = template if isinstance(template, Mapping) else {"value": template}
            value = fill(described["value"], given)
            if value is ABSENT:
                continue
            is_repeated = described.get("list") == "repeat" and isinstance(value, list)
            pairs += [(name, as_text(one, name)) for one in (value if is_repeated else [value])]
        url = self.address.fill(given)
        return f"{url}?{urlencode(pairs, quote_via=quote)}" if pairs else url

    def _send(self, ctx: Context, url: str, given: Mapping[str, Any], content: Any) -> HttpResponse:
        filled = {
            name: fill(template, given)
            for name, template in self.request.get("headers", {}).items()
        }
        headers = {name: as_text(one, name) for name, one in filled.items() if one is not ABSENT}
        if content is not None:
            headers["Content-Type"] = self._content_type
        return ctx.http.request(
            self.request["method"],
            url,
            headers=headers,
            connection=self.request.get("connection", ""),
            **(content or {}),
        )

    @property
    def _content_type(self) -> str:
        return str(self.request.get("content_type", "application/json"))

    def _content(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        if "body" not in self.request:
            return None
        body = fill(self.request["body"], given)
        if body is ABSENT:
            return None
        if self._content_type == FORM:
            return {"body": _form(body)}
        if isinstance(body, str) and "json" not in self._content_type:
            return {"body": body}
        return {"json": body}


def _form(body: Any) -> str:
    if not isinstance(body, Mapping):
        message = "A form is made of fields: give the body as an object."
        raise BlockError("http.bad_value", message, retryable=False)
    pairs = [
        (name, as_text(one, name))
        for name, value in body.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return urlencode(pairs)


def _entries(paging: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Any]:
    found = value_at(answer, paging["items"])
    return found if isinstance(found, list) else []


def _replaced(document: Any, path: list[str], value: Any) -> Any:
    """Give the document with another value at a path that leads through objects."""
    if not path:
        return value
    if not isinstance(document, dict):
        return document
    return {**document, path[0]: _replaced(document.get(path[0]), path[1:], value)}
