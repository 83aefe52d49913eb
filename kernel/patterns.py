"""Patterns with named groups in linear time; the only module that knows RE2.

A pattern comes from a tenant, the text from the network: a backtracking engine would let one pair
of them freeze a listener or a worker for all. Schemas match in linear time too, and do not say
what a group held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import re2

from kernel.errors import InvalidError, Problem

PATTERN_MAX = 500
MEMORY_MAX = 1 << 22
COMPILED_KEPT = 4_096


def _options(*, ignores_case: bool = True) -> Any:
    options = re2.Options()
    options.case_sensitive = not ignores_case
    options.log_errors = False  # it would write them to the standard error output
    options.max_mem = MEMORY_MAX
    return options


def pattern_problem(pattern: str) -> str | None:
    """Say what is wrong with a pattern, or None.

    >>> pattern_problem("link (?P<port>[^ ]+) down"), pattern_problem("(a")
    (None, 'is no pattern we can use: missing ): (a')
    """
    if len(pattern) > PATTERN_MAX:
        return f"is longer than {PATTERN_MAX} characters: shorten it"
    try:
        groups_of(pattern)
    except InvalidError as error:
        return error.message
    return None


def groups_of(pattern: str) -> frozenset[str]:
    """Name the groups of a pattern; raises InvalidError where it is none."""
    return frozenset(_compiled(pattern).groupindex)


def find(pattern: str, text: str) -> Mapping[str, str] | None:
    """Give what a pattern's named groups hold where it is found in a text, ignoring case.

    >>> find("link (?P<port>[^ ]+) down", "Link ge-0/0/1 down")
    {'port': 'ge-0/0/1'}
    """
    found = _compiled(pattern).search(text)
    if found is None:
        return None
    return {name: value for name, value in found.groupdict().items() if value is not None}


def find_all(
    pattern: str, text: str, *, ignores_case: bool, by_line: bool
) -> Iterator[Mapping[str, str | None]]:
    r"""Give what a pattern's groups hold at each place where it is found in a text.

    Groups go by their names; where none has one by their numbers, and where there are none the
    whole place is group 0. With `by_line`, ^ and $ are the ends of each line.

    Raises:
        InvalidError: it is no pattern.

    >>> list(find_all("^([a-z]+)", "up\ndown", ignores_case=False, by_line=True))
    [{'1': 'up'}, {'1': 'down'}]
    """
    known = _compiled(pattern, ignores_case=ignores_case)  # so that an error tells what was written
    if by_line:
        known = _compiled(f"(?m){pattern}", ignores_case=ignores_case)
    return (_groups(found) for found in known.finditer(text))


def _groups(found: Any) -> Mapping[str, str | None]:
    named: Mapping[str, str | None] = found.groupdict()
    numbered = {str(number): text for number, text in enumerate(found.groups(), start=1)}
    return named or numbered or {"0": found[0]}


class PatternSet:
    """Many patterns looked for in one pass: the price hardly grows with their number."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set: Any = re2.Set.SearchSet(_options())
        self._is_empty = not patterns
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def matching(self, text: str) -> list[int]:
        """List the places of the patterns that are found in a text, ascending."""
        return [] if self._is_empty else sorted(self._set.Match(text) or ())


@lru_cache(maxsize=COMPILED_KEPT)
def _compiled(pattern: str, *, ignores_case: bool = True) -> Any:
    try:
        return re2.compile(pattern, _options(ignores_case=ignores_case))
    except re2.error as error:
        told = error.args[0]
        reason = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        message = f"is no pattern we can use: {reason}"
        raise InvalidError(message, problems=[Problem("", message)]) from None
