"""Licences by their SPDX names: is it one, or an expression of some, and if not, what was meant."""

from __future__ import annotations

from functools import cache

from license_expression import ExpressionError, Licensing, get_spdx_licensing


def licence_problem(text: str) -> str:
    """Say what is wrong with a licence; "" when it is an SPDX expression.

    >>> licence_problem("MIT OR Apache-2.0")
    ''
    >>> licence_problem("Apache 2")
    'Apache 2 is no SPDX licence: did you mean Apache-2.0?'
    """
    if text.startswith("LicenseRef-") and text.isascii() and " " not in text:
        return ""
    try:
        unknown = [str(one) for one in _spdx().unknown_license_keys(text)]
        found = _spdx().validate(text, strict=True)
    except (ExpressionError, AttributeError, TypeError):
        unknown, found = [text], None
    if found is not None and not found.errors and not unknown:
        return ""
    near = _nearest(unknown[0] if unknown else text)
    what = unknown[0] if unknown else text
    advice = f"did you mean {near}?" if near else "see spdx.org/licenses, or name a LicenseRef-…"
    return f"{what} is no SPDX licence: {advice}"


def _nearest(text: str) -> str:
    from difflib import get_close_matches  # only an error needs it

    names = {name.casefold(): name for name in _spdx().known_symbols}
    words = text.casefold().replace(" ", "-")
    starts = [name for name in names if name.startswith(words) and words]
    near = sorted(starts, key=len) or get_close_matches(words, names, n=1, cutoff=0.6)
    return names[near[0]] if near else ""


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()
