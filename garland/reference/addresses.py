"""The addresses of the interface, as its document writes them. Pure but for the map it reads."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.http import is_reading_view
from kernel.rest import ID, TEXT, Operation, operation_of

PREFIXES = ("/api/v1/", "/in/", "/hooks/")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
_PART = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
_NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_KINDS: Mapping[str, Mapping[str, Any]] = {"uuid": ID, "int": _NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One method of one address, with the view that answers it.

    Attributes:
        path: As OpenAPI writes it.
        parts: The schema of each part of the path.
        chosen: Which of the address's choices this is, "" where it has none.
    """

    path: str
    method: str
    endpoint: str
    view: Callable[..., Any]
    parts: Mapping[str, Mapping[str, Any]]
    chosen: str = ""

    @property
    def operation(self) -> Operation:
        """Give what was said of the view.

        Raises:
            LookupError: nothing was: put `describe` on it.
        """
        found = operation_of(self.view)
        if found is None:
            raise LookupError(f"{self.endpoint} is not described: put kernel.rest.describe on it")
        return found

    @property
    def name(self) -> str:
        """Name the operation, uniquely."""
        package, _, view = self.endpoint.partition(".")
        end = f"_{re.sub(r'[^a-z0-9]+', '_', self.chosen)}" if self.chosen else ""
        return f"{package.removesuffix('_api')}.{view}{end}"

    @property
    def group(self) -> str:
        """Give the word that its address begins with."""
        if self.path.startswith(("/in/", "/hooks/")):
            return "intake"
        words = [one for one in self.path.split("/") if one and not one.startswith("{")]
        return words[2].partition(".")[0] if self.path.startswith("/api/") else words[-1]

    @property
    def permission(self) -> str:
        """Give what a token must be allowed, "" where none is wanted."""
        found: str = getattr(self.view, "permission", "")
        return found

    @property
    def is_reading(self) -> bool:
        """Tell whether it changes nothing, whatever its method."""
        return is_reading_view(self.view)

    @property
    def words(self) -> str:
        """Give what the view says of itself, or what was said of the choice."""
        return self.operation.words.get(self.chosen) or inspect.getdoc(self.view) or ""


def addresses(
    rules: Iterable[Any],
    views: Mapping[str, Callable[..., Any]],
    prefixes: Sequence[str] = PREFIXES,
) -> Iterator[Address]:
    """List the interface's addresses by path; one with choices once for each of them.

    What only tells an address that is none from one that takes another method is left out.
    """
    for rule in sorted(rules, key=lambda one: one.rule):
        if not rule.rule.startswith(tuple(prefixes)) or rule.endpoint.endswith(".refuse"):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for chosen in _choices(rule.rule):
                yield Address(
                    path=_path(rule.rule, chosen),
                    method=method,
                    endpoint=rule.endpoint,
                    view=views[rule.endpoint],
                    parts=_parts(rule.rule),
                    chosen=chosen,
                )


def _choices(rule: str) -> list[str]:
    for part in _PART.finditer(rule):
        if part["kind"] == "any":
            return [one.strip(" '\"") for one in part["choices"].split(",")]
    return [""]


def _path(rule: str, chosen: str) -> str:
    def written(part: re.Match[str]) -> str:
        return chosen if part["kind"] == "any" else f"{{{part['name']}}}"

    return _PART.sub(written, rule)


def _parts(rule: str) -> dict[str, Mapping[str, Any]]:
    return {
        part["name"]: _KINDS.get(part["kind"] or "", TEXT)
        for part in _PART.finditer(rule)
        if part["kind"] != "any"
    }
