"""What becomes of a part: of what the pack said, what is there, and what the pack says now."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.packs.planning import ASKED, Verdict, changes_in, verdict_of

A, B, C = {"a": 1}, {"a": 2}, {"a": 3}
Said = dict[str, Any] | None
said = st.none() | st.sampled_from([A, B, C])


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "verdict"),
    [
        pytest.param(None, None, A, Verdict.NEW, id="nothing is there"),
        pytest.param(None, A, A, Verdict.SAME, id="the same is there already"),
        pytest.param(None, B, A, Verdict.TAKEN, id="something else has its name"),
        pytest.param(A, A, B, Verdict.UPDATED, id="nobody touched it"),
        pytest.param(A, B, A, Verdict.SAME, id="the pack does not change what was changed"),
        pytest.param(A, B, B, Verdict.SAME, id="both say the same now"),
        pytest.param(A, B, C, Verdict.CHANGED, id="both changed it"),
        pytest.param(A, None, B, Verdict.GONE, id="it was removed"),
        pytest.param(A, None, A, Verdict.GONE, id="it was removed, and the pack is as before"),
    ],
)
def test_the_three_are_weighed(base: Said, mine: Said, theirs: Any, verdict: Verdict) -> None:
    assert verdict_of(base, mine, theirs) is verdict


@given(base=said, mine=said, theirs=st.sampled_from([A, B, C]))
def test_what_a_tenant_made_is_never_written_over_unasked(
    base: Said, mine: Said, theirs: dict[str, Any]
) -> None:
    verdict = verdict_of(base, mine, theirs)

    would_write = verdict in (Verdict.NEW, Verdict.UPDATED)
    is_untouched = mine == base
    assert not would_write or is_untouched
    assert would_write or verdict is Verdict.SAME or verdict in ASKED


def test_changes_are_named_and_the_rest_counted() -> None:
    before = {"name": "a", "rows": {}, "same": 1}
    after = {"name": "b", "rows": {str(one): {} for one in range(7)}, "same": 1}

    assert changes_in(before, after) == ["name", "rows: 0, 1, 2, 3, 4, 2 more"]
