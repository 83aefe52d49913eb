"""W3C Trace Context: what is read, what is written, and what is kept with a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.trace import Traceparent, current, join, joined, keep_in, kept_in

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = Traceparent(int(TRACE, 16), int(SPAN, 16))

contexts = st.builds(
    Traceparent,
    st.integers(min_value=1, max_value=2**128 - 1),
    st.integers(min_value=1, max_value=2**64 - 1),
    st.booleans(),
)


@given(contexts)
def test_what_is_written_is_read_back(context: Traceparent) -> None:
    assert Traceparent.read(str(context)) == context


@given(st.text() | st.none() | st.integers())
def test_anything_else_is_no_context_and_no_crash(text: object) -> None:
    found = Traceparent.read(text)

    assert found is None or str(found)[3:52] == str(text)[3:52]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"00-{TRACE}-{SPAN}", id="no flags"),
        pytest.param(f"00-{TRACE.upper()}-{SPAN}-01", id="upper case"),
        pytest.param(f"00-{'0' * 32}-{SPAN}-01", id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", id="no span"),
        pytest.param(f"ff-{TRACE}-{SPAN}-01", id="forbidden version"),
        pytest.param(f"00-{TRACE}-{SPAN}-01-more", id="more than version 00 has"),
    ],
)
def test_refuses_what_the_standard_forbids(text: str) -> None:
    assert Traceparent.read(text) is None


def test_reads_what_it_knows_of_a_later_version() -> None:
    assert Traceparent.read(f"01-{TRACE}-{SPAN}-01-later") == PARENT


def test_reads_that_the_caller_does_not_record() -> None:
    assert Traceparent.read(f"00-{TRACE}-{SPAN}-00") == Traceparent(
        PARENT.trace_id, PARENT.span_id, sampled=False
    )


def test_a_document_keeps_the_present_span_and_no_earlier_one() -> None:
    earlier = {"kind": "manual", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}

    with joined(PARENT):
        kept = keep_in(earlier)

    assert kept_in(kept) == PARENT
    assert keep_in(earlier) == {"kind": "manual"}


def test_a_span_is_joined_for_what_is_inside() -> None:
    join(None)
    with joined(PARENT):
        inside = current()

    assert (inside, current()) == (PARENT, None)
