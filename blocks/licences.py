"""Is a text a licence expression of SPDX, and if not, what was meant?"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from boolean.boolean import ParseError
from license_expression import ExpressionError, Licensing, get_spdx_licensing

_OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_STUMBLES = (AttributeError, LookupError, TypeError, ValueError)
"""What its parser raises besides its own errors: `()` is an IndexError in 30.4."""

_NEAR = 0.75
KEPT_MAX = 1_000
"""So many expressions a process keeps read."""
_USUAL = (
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "MPL-2.0",
    "EUPL-1.2",
    "GPL-3.0-only",
    "LGPL-3.0-only",
)


def licence_problem(text: str) -> str:
    """Say what is wrong with a licence expression (SPDX 2.3, annex D); "" when nothing is.

    >>> licence_problem("Apache-2.0 OR LicenseRef-Acme")
    ''
    >>> licence_problem("Apache 2")
    'Apache 2 is no SPDX licence: write Apache-2.0, or LicenseRef-… for one of your own'
    """
    wrong = _what_is_wrong(text)
    if wrong is None:
        return ""
    own = "LicenseRef-… for one of your own"
    near = _nearest(wrong)
    remedy = f"write {near}, or {own}" if near else f"see spdx.org/licenses, or write {own}"
    return f"{wrong.strip() or 'an empty text'} is no SPDX licence: {remedy}"


def is_open_to(text: str, fits: Callable[[str], bool]) -> bool:
    """Tell whether one may use something under licences that fit: one of each choice, all of both.

    A licence with an exception is asked about under its own name. False where the text cannot be
    read, for then nobody knows what one may do.

    >>> is_open_to("MIT OR GPL-3.0-only", lambda one: one == "MIT")
    True
    >>> is_open_to("MIT AND GPL-3.0-only", lambda one: one == "MIT")
    False
    """
    read = _read(text)
    return read is not None and _is_open(read, fits)


@lru_cache(maxsize=KEPT_MAX)
def _read(text: str) -> Any:
    """Read an expression, None where that cannot be; few are in use, and reading takes long."""
    try:
        return _plain().parse(text, simple=True)
    except (ExpressionError, ParseError, *_STUMBLES):
        return None


def _is_open(read: Any, fits: Callable[[str], bool]) -> bool:
    if isinstance(read, _plain().OR):
        return any(_is_open(one, fits) for one in read.args)
    if isinstance(read, _plain().AND):
        return all(_is_open(one, fits) for one in read.args)
    return fits(str(read))


def _what_is_wrong(text: str) -> str | None:
    """Give the one name that is not known, or the whole text where it cannot be read at all."""
    plain = _OWN.sub("MIT", text)
    try:
        found = _spdx().parse(plain)
        unknown = [] if found is None else _spdx().unknown_license_keys(found)
        if unknown:
            return str(unknown[0])
        return text if _spdx().parse(plain, strict=True) is None else None
    except (ExpressionError, ParseError, *_STUMBLES):
        return text


def _nearest(text: str) -> str:
    """Give the name that was most likely meant; of those that begin alike, one that is in use."""
    from difflib import get_close_matches  # only an error needs it

    words = "-".join(text.casefold().split())
    begin = [one for one in (*_USUAL, *_names()) if words and one.casefold().startswith(words)]
    near = begin or get_close_matches(words, _names(), n=1, cutoff=_NEAR)
    found = _names()[near[0].casefold()] if near else ""
    return "" if found.casefold() == words else found


@cache
def _names() -> dict[str, str]:
    """The names of SPDX's own list, by how they read in lower case."""
    return {one.casefold(): one for one in _spdx().known_symbols if not _OWN.match(one)}


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()


@cache
def _plain() -> Licensing:
    return Licensing()
