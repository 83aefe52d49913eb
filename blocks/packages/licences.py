"""Licences by their SPDX names: is it one, or an expression of some, and if not, what was meant."""

from __future__ import annotations

import re
from functools import cache

from license_expression import (
    ExpressionError,
    Licensing,
    get_spdx_licensing,
)

_WORD = re.compile(r"[^\s()]+")
_JOINS = frozenset({"and", "or", "with"})
_OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


def licence_problem(text: str) -> str:
    """Say what is wrong with a licence; "" when it is an SPDX expression.

    >>> licence_problem("MIT OR Apache-2.0")
    ''
    >>> licence_problem("Apache 2")
    'Apache 2 is no SPDX licence: did you mean Apache-2.0?'
    """
    words = [one for one in _WORD.findall(text) if one.casefold() not in _JOINS]
    unknown = [one for one in words if one.casefold() not in _names() and not _OWN.fullmatch(one)]
    if not unknown and _is_expression(text):
        return ""
    what = unknown[0] if unknown and len(unknown) < len(words) else text
    near = _nearest(what) if unknown else ""
    advice = f"did you mean {near}?" if near else "see spdx.org/licenses, or name a LicenseRef-…"
    return f"{what or 'nothing'} is no SPDX licence: {advice}"


def _is_expression(text: str) -> bool:
    try:
        return _spdx().parse(_OWN.sub("MIT", text)) is not None
    except (ExpressionError, AttributeError, TypeError):
        return False


def _nearest(text: str) -> str:
    from difflib import get_close_matches  # only an error needs it

    words = text.casefold().replace(" ", "-")
    begin = sorted((one for one in _names() if one.startswith(words) and words), key=len)
    near = begin or get_close_matches(words, _names(), n=1, cutoff=0.6)
    return _names()[near[0]] if near else ""


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in _spdx().known_symbols}


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()
