"""JSON as text, read strictly: what one reader takes and another refuses is refused here."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import isfinite, isinf
from typing import Any

from kernel.errors import MalformedError

_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
DEPTH_MAX = 100


def read_json(text: str | bytes, *, what: str = "the body") -> Any:
    """Read JSON (RFC 8259); no NaN, no endless number, no name twice in one object.

    Args:
        text: What was sent or typed; bytes are UTF-8, -16 or -32.
        what: How the messages call it.

    Raises:
        MalformedError: naming line and column, or the duplicate name, or the number that is none.

    >>> read_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            counts = Counter(name for name, _ in pairs)
            twice = next(name for name, count in counts.items() if count > 1)
            raise MalformedError(f"{what} names {twice!r} twice in one object: keep one")
        return found

    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=_refuse_constant,
            parse_float=_read_float,
        )
    except json.JSONDecodeError as error:
        raise MalformedError(
            f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except (ValueError, RecursionError) as error:  # not UTF-8, or a number without end
        raise MalformedError(f"{what} is not JSON that can be read: {error}") from None


def _refuse_constant(name: str) -> Any:
    raise MalformedError(f"{name} is not a JSON number: send a number or leave the field out")


def _read_float(digits: str) -> float:
    if isinf(number := float(digits)):
        raise MalformedError(f"{digits[:20]} is beyond the numbers that JSON is read with")
    return number


def leaves_of(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield what in a JSON value is no object and no array, each with the path to it.

    >>> list(leaves_of({"position": [0, 1]}))
    [(('position', 0), 0), (('position', 1), 1)]
    """
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    for path, one in waiting:
        if isinstance(one, dict):
            waiting += [((*path, name), part) for name, part in one.items()]
        elif isinstance(one, list):
            waiting += [((*path, index), part) for index, part in enumerate(one)]
        else:
            yield path, one


def no_number_at(value: Any) -> tuple[str | int, ...]:
    """Give the path to the first number that JSON has no form for; () where there is none.

    >>> no_number_at({"position": [0, float("nan")]})
    ('position', 1)
    """
    found = (path for path, one in leaves_of(value) if isinstance(one, float) and not isfinite(one))
    return next(found, ())


def why_not_kept(value: Any, text: str) -> str:
    r"""Say why no database of ours could keep a JSON value; "" when it can.

    PostgreSQL's JSON has neither NUL nor half a character, and what nests too deep is read by
    nobody. One look at the text finds most values clean.

    Args:
        value: Plain JSON.
        text: The same, in ASCII, as `json.dumps` writes it by default.

    >>> why_not_kept({"t": "a\0b"}, json.dumps({"t": "a\0b"}))
    'a text holds a NUL character'
    """
    is_deep = text.count("[") + text.count("{") > DEPTH_MAX
    if not is_deep and ("\\" not in text or _SUSPECT.search(text) is None):
        return ""
    level: list[Any] = [value]
    for _ in range(DEPTH_MAX + 1):
        for one in level:
            if isinstance(one, str) and (wrong := _why_not_text(one)):
                return wrong
        inner = [one for one in level if isinstance(one, dict | list | tuple)]
        level = [each for one in inner for each in one]
        level += [each for one in inner if isinstance(one, dict) for each in one.values()]
        if not level:
            return ""
    return f"it is nested over {DEPTH_MAX} deep"


def kept_text(text: str) -> str:
    r"""Give a text as every database keeps it: NUL and half characters are spelled out.

    >>> kept_text("a\0b")
    'a\\u0000b'
    """
    return text.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()


def _why_not_text(text: str) -> str:
    if "\x00" in text:
        return "a text holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "a text holds half a character (a lone surrogate)"
    return ""
