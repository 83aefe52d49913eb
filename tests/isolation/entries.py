"""Whether everything that an application answers has an entry, and so is crawled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Flask

from tests.isolation.crawl import Call, calls_of
from tests.isolation.endpoints import BY_ID, OPEN, PLAIN, named
from tests.isolation.routes import IDS

_BY_ID, _PLAIN = named(BY_ID), named(PLAIN)


def without_entry(app: Flask) -> dict[str, str]:
    """Give the endpoints whose entry is missing or says too little, each with what is wanted."""
    asked: dict[str, list[Call]] = {}
    for call in calls_of(app):
        asked.setdefault(call.endpoint, []).append(call)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    found = {one: _wanted(one, asked.get(one, [])) for one in sorted(endpoints)}
    return {endpoint: wanted for endpoint, wanted in found.items() if wanted}


def _wanted(endpoint: str, calls: Iterable[Call]) -> str:
    if endpoint in OPEN:
        return ""
    if endpoint not in _BY_ID | _PLAIN:
        return "name it in BY_ID, PLAIN or OPEN of tests/isolation/endpoints.py"
    names = sorted({name for call in calls for name in call.names})
    if bool(names) != (endpoint in _BY_ID):
        return f"its address has ids: {', '.join(names)}" if names else "its address has no id"
    known = {*IDS, "thing_id"}  # of that one, `kind` says what it is
    unknown = [one for one in names if not known & {one, f"{endpoint}.{one}"}]
    return f"IDS of tests/isolation/routes.py lacks {', '.join(unknown)}" if unknown else ""


def entries_of_nothing(app: Flask) -> list[str]:
    """Give the entries of which there is no endpoint any more, or of which there are two."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    listed = sorted([*_BY_ID, *_PLAIN, *OPEN])
    twice = {one for one in listed if listed.count(one) > 1}
    return sorted({*listed} - endpoints | twice)


def not_crawled(paths: Mapping[str, Any], calls: Iterable[Call], *, base: str = "") -> list[str]:
    """Give the operations of a document that no request of the crawl asks, as `GET /things`."""
    crawled = {(one.method, one.begins) for one in calls}
    return sorted(
        f"{method} {path}"
        for method, path in _operations(paths)
        if (method, base + path.partition("{")[0]) not in crawled
    )


def _operations(paths: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, methods in paths.items():
        yield from ((method.upper(), path) for method in methods)
