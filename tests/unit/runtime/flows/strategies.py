"""Any JSON a person or a source may send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kernel.numbers import EXACT_MOST

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def values_of(whole: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    """Give JSON values whose whole numbers are of a strategy."""
    fractions = st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        st.none() | st.booleans() | whole | fractions | texts,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    )


json_values = values_of(st.integers(-(2**63), 2**63 - 1))
exact_values = values_of(st.integers(-EXACT_MOST, EXACT_MOST))
"""Those that no browser rounds."""
