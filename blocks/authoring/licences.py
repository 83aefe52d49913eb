"""A licence that nobody knows by that name, and the one that may be meant."""

from __future__ import annotations

from difflib import get_close_matches

from blocks._licences import licence_problem


def why_no_licence(text: str) -> str:
    """Say why a text is no SPDX licence expression, with the remedy; "" when it is one.

    >>> why_no_licence("Apache-2.0 OR MIT"), why_no_licence("Apache2.0")
    ('', 'Apache2.0 is no SPDX licence: did you mean Apache-2.0?')
    """
    problem = licence_problem(text)
    near = get_close_matches(text, USUAL, n=1, cutoff=0.6) if problem else []
    return f"{text} is no SPDX licence: did you mean {near[0]}?" if near else problem


USUAL = (
    "Apache-2.0",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MPL-2.0",
    "EPL-2.0",
    "EUPL-1.2",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "CC0-1.0",
    "Unlicense",
)
"""The names that are misspelt most; any other of SPDX's is taken just as well."""
