"""Messages of NETCONF come out whole, however the network cuts them (RFC 6242, 4)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.brokers._netconf_frames import MARK, FrameError, Frames, framed

messages = st.lists(
    st.binary(min_size=1, max_size=40).filter(lambda one: MARK not in one + b"]]>]]"), max_size=4
)


def read(data: bytes, cuts: list[int], *, chunked: bool) -> list[bytes]:
    frames = Frames(most=10_000)
    frames.chunked = chunked
    found, places = [], sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for begin, end in pairwise(places):
        frames.feed(data[begin:end])
        while (message := frames.next()) is not None:
            found.append(message)
    return found


@given(sent=messages, cuts=st.lists(st.integers(min_value=0), max_size=8), chunked=st.booleans())
def test_what_was_sent_is_read_however_it_is_cut(
    sent: list[bytes], cuts: list[int], chunked: bool
) -> None:
    data = b"".join(framed(one, chunked=chunked) for one in sent)

    assert read(data, cuts, chunked=chunked) == sent


@given(
    data=st.binary(max_size=60) | st.text(alphabet="\n#0123456789a", max_size=30).map(str.encode)
)
def test_whatever_comes_is_messages_or_an_error(data: bytes) -> None:
    try:
        found = read(data, [], chunked=True)
    except FrameError:
        return

    assert all(found)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\n#0\n", id="no bytes"),
        pytest.param(b"\n#01\na\n##\n", id="leading zero"),
        pytest.param(b"\n#-1\n", id="negative"),
        pytest.param(b"\n#4294967296\n", id="larger than a chunk may be"),
        pytest.param(b"\n#20000\n", id="larger than a message may be"),
        pytest.param(b"\n##\n", id="no chunk"),
        pytest.param(b"#4\n<a/>", id="no line feed"),
        pytest.param(b"\n#12345678901234", id="size without end"),
        pytest.param(b"\n#4\n<a/>x", id="more than it said"),
    ],
)
def test_what_breaks_the_rules_is_an_error(data: bytes) -> None:
    with pytest.raises(FrameError):
        read(data, [], chunked=True)


def test_a_message_without_end_is_an_error_before_it_fills_the_memory() -> None:
    with pytest.raises(FrameError, match="too large"):
        read(b"a" * 20_000, [], chunked=False)
