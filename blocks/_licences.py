"""Is a text a licence expression of SPDX? The only user of the library that knows them."""

from __future__ import annotations

from functools import cache

from boolean.boolean import ParseError
from license_expression import ExpressionError, Licensing, get_spdx_licensing

OWN = "LicenseRef-"
_STUMBLES = (AttributeError, LookupError, TypeError, ValueError)
"""What its parser raises besides its own errors: `()` is an IndexError in 30.4."""


def licence_problem(text: str) -> str:
    """Say what is wrong with a licence expression (SPDX 2.3, annex D); "" when nothing is.

    >>> licence_problem("Apache-2.0 OR LicenseRef-Acme"), licence_problem("Apache 2")
    ('', 'Apache 2 is no SPDX licence: write it as Apache-2.0, or LicenseRef-… for one of your own')
    """
    remedy = "write it as Apache-2.0, or LicenseRef-… for one of your own"
    try:
        found = _spdx().parse(text)
        keys = [] if found is None else _spdx().unknown_license_keys(found)
    except (ExpressionError, ParseError, *_STUMBLES):
        return f"{text} is no SPDX licence: {remedy}"
    unknown = [key for key in keys if not key.startswith(OWN)]
    if found is None or unknown:
        return f"{', '.join(unknown) or 'an empty text'} is no SPDX licence: {remedy}"
    return ""


@cache
def _spdx() -> Licensing:
    return get_spdx_licensing()
