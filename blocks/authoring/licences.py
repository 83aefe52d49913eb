"""Is a licence one that everybody knows by the same name?"""

from __future__ import annotations

from difflib import get_close_matches


def why_no_licence(text: str) -> str:
    """Say why a text is no SPDX licence expression, with the remedy; "" when it is one."""
    # The table of licences is large: only who asks reads it.
    from license_expression import get_spdx_licensing

    licensing = get_spdx_licensing()
    known = licensing.known_symbols
    found = licensing.validate(text)
    if not found.errors:
        return ""
    near = get_close_matches(text, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "write one such as Apache-2.0 or MIT"
    return f"{text} is no SPDX licence: {hint}"
