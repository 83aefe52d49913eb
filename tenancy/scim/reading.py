"""Reads filters and paths of SCIM (RFC 7644, 3.4.2.2 and 3.5.2): the whole grammar. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from tenancy.scim.errors import FilterError, PathError
from tenancy.scim.filters import Attribute, Both, Compare, Either, Filter, Not, Path, Within

LENGTH_MAX = 2_000
DEPTH_MAX = 20
COMPARES = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])
    |(?P<word>[A-Za-z$][\w\-$:.]*)
    |(?P<bracket>[()\[\]]))""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"(?:(?P<urn>urn:\S+):)?(?P<name>[A-Za-z][\w-]*)(?:\.(?P<sub>[$\w-]+))?")
_WORDS = {"true": True, "false": False, "null": None}


def read_filter(text: str) -> Filter:
    """Read a filter.

    >>> read_filter('userName eq "anna"').operator
    'eq'

    Raises:
        FilterError: saying where it cannot be read.
    """
    if len(text) > LENGTH_MAX:
        raise FilterError(f"filter: write {LENGTH_MAX:,} characters at most")
    reader = _Reader(text)
    found = reader.either(0)
    if reader.kind:
        raise FilterError(f"filter: nothing was expected at {reader.seen!r}")
    return found


def read_path(text: str) -> Path:
    """Read the path of an operation.

    >>> path = read_path('emails[type eq "work"].value')
    >>> path.attribute.key, path.where.value
    ('emails.value', 'work')

    Raises:
        PathError: it is none.
        FilterError: what stands in its brackets is no filter.
    """
    head, bracket, rest = text.strip().partition("[")
    inner, closing, tail = rest.rpartition("]")
    is_whole = (not bracket or closing) and (not tail or tail.startswith("."))
    found = _ATTRIBUTE.fullmatch(head + tail) if is_whole else None
    if found is None or (bracket and "." in head.rpartition(":")[2]):
        raise PathError(f"path: {text[:80]!r} leads to no attribute")
    where = read_filter(inner) if bracket else None
    return Path(attribute=_attribute(found), where=where)


def _attribute(found: re.Match[str]) -> Attribute:
    return Attribute(name=found["name"], sub=found["sub"] or "", urn=found["urn"] or "")


class _Reader:
    """Reads tokens one by one; `kind` is "" at the end, `seen` the token that is next."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self.kind, self.seen = "", ""
        self._next()

    def either(self, depth: int) -> Filter:
        """Read what is joined by `or`."""
        if depth > DEPTH_MAX:
            raise FilterError("filter: it is nested too deep")
        found = self._both(depth)
        while self._takes("or"):
            found = Either(left=found, right=self._both(depth))
        return found

    def _both(self, depth: int) -> Filter:
        found = self._one(depth)
        while self._takes("and"):
            found = Both(left=found, right=self._one(depth))
        return found

    def _one(self, depth: int) -> Filter:
        if self._takes("("):
            return self._closed(")", depth)
        if self.kind != "word":
            raise self._unexpected("an attribute")
        word, attribute = self.seen.lower(), _ATTRIBUTE.fullmatch(self.seen)
        self._next()
        if word == "not" and self._takes("("):
            return Not(inner=self._closed(")", depth))
        if attribute is None:
            raise FilterError(f"filter: {word[:80]!r} is no attribute")
        return self._asked(_attribute(attribute), depth)

    def _asked(self, attribute: Attribute, depth: int) -> Filter:
        if self._takes("["):
            return Within(attribute=attribute, inner=self._closed("]", depth))
        operator = self.seen.lower()
        if operator != "pr" and operator not in COMPARES:
            raise self._unexpected("pr, " + ", ".join(COMPARES))
        self._next()
        if operator == "pr":
            return Compare(attribute=attribute, operator="pr")
        return Compare(attribute=attribute, operator=operator, value=self._value())

    def _closed(self, bracket: str, depth: int) -> Filter:
        found = self.either(depth + 1)
        if not self._takes(bracket):
            raise self._unexpected(bracket)
        return found

    def _value(self) -> Any:
        kind, seen = self.kind, self.seen
        if kind in ("text", "number"):
            self._next()
            try:
                return json.loads(seen)
            except ValueError:
                raise FilterError(f"filter: {seen[:80]} is no value") from None
        if kind == "word" and seen.lower() in _WORDS:
            self._next()
            return _WORDS[seen.lower()]
        raise self._unexpected('a value, such as "anna" or true')

    def _takes(self, word: str) -> bool:
        is_next = self.kind in ("word", "bracket") and self.seen.lower() == word
        if is_next:
            self._next()
        return is_next

    def _next(self) -> None:
        rest = self._text[self._at :]
        found = _TOKEN.match(rest)
        if found is None or found.lastgroup is None:
            if rest.strip():
                raise FilterError(f"filter: {rest.strip()[:80]!r} cannot be read")
            self.kind, self.seen = "", ""
            return
        self._at += found.end()
        self.kind, self.seen = found.lastgroup, found[found.lastgroup]

    def _unexpected(self, wanted: str) -> FilterError:
        there = repr(self.seen[:80]) if self.kind else "the end"
        return FilterError(f"filter: {wanted} was expected at {there}")
