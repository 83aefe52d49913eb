"""Whatever an answer says again of a secret is taken out, however it is written."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.sdk import HttpResponse
from runtime.connections.masking import SHORTEST, masked

SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=40
)
WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda one: one,
    "HTML": html.escape,
    "a URL": lambda one: quote(one, safe=""),
    "a path": quote,
    "JSON of PHP": lambda one: one.replace("/", "\\/"),
}


@pytest.mark.parametrize("writing", WRITINGS)
@given(SECRETS, st.binary(max_size=20))
def test_no_writing_of_a_secret_is_left(writing: str, secret: str, around: bytes) -> None:
    written = WRITINGS[writing](secret)
    answer = HttpResponse(
        status=400, headers={"x-said": written}, body=around + written.encode() + around
    )

    found = masked(answer, {secret})

    assert written not in found.headers["x-said"]
    assert found.body == answer.body.replace(written.encode(), b"***")


def test_an_answer_without_it_stays_as_it_is() -> None:
    answer = HttpResponse(status=200, body=json.dumps({"a": 1}).encode())

    assert masked(answer, {"canary-of-the-key"}) is answer


def test_a_word_that_may_be_any_is_left() -> None:
    answer = HttpResponse(status=200, body=b"public")

    assert masked(answer, {"public"}) is answer
