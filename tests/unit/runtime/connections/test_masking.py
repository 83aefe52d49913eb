"""Whatever an answer says again of a secret is taken out, however it is written."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.sdk import BlockError, HttpRequest, HttpResponse
from runtime.connections.masking import SHORTEST, masked, masking
from tenancy.connections.model import Opened

SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=40
)
AROUND = st.binary(max_size=20).map(lambda one: one.replace(b"\\", b""))


def escaped(text: str, which: str, code: str) -> str:
    """Write some of the characters of a text as their codes."""
    return "".join(code.format(ord(one)) if one in which else one for one in text)


WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda one: one,
    "HTML": html.escape,
    "a URL": lambda one: quote(one, safe=""),
    "a path": quote,
    "JSON": lambda one: json.dumps(one)[1:-1],
    "JSON of PHP": lambda one: json.dumps(one)[1:-1].replace("/", "\\/"),
    "JSON of Go": lambda one: escaped(json.dumps(one)[1:-1], "<>&", "\\u{:04x}"),
    "JSON of .NET": lambda one: escaped(one.replace("\\", "\\\\"), "\"'<>&+`", "\\u{:04X}"),
    "JSON of codes alone": lambda one: "".join(f"\\u{ord(each):04x}" for each in one),
}


@pytest.mark.parametrize("writing", WRITINGS)
@given(SECRETS, AROUND)
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


def test_a_secret_of_many_backslashes_is_looked_for_in_no_time() -> None:
    answer = HttpResponse(status=200, body=b"\\" * 20_000)
    began = time.monotonic()

    masked(answer, {"\\" * 30 + "canary"})

    assert time.monotonic() - began < 1


@pytest.mark.parametrize("said", ["canary-of-the-Key", "canary-of-the-key.example"])
def test_an_error_of_a_call_says_no_secret_and_is_the_same_otherwise(said: str) -> None:
    def fail(_: HttpRequest) -> HttpResponse:
        raise BlockError("http.odd", f"{said} is odd.", 5.0, retryable=True, status=502)

    nobody = UUID(int=0)
    values: dict[str, Any] = {"key": "canary-of-the-Key"}
    facts: dict[str, Any] = {"hosts": (), "over_http": False, "values": values, "before": None}
    opened = Opened(id=nobody, tenant_id=nobody, name="Key", kind="api_key", **facts)

    with pytest.raises(BlockError) as told:
        masking(fail, opened)(HttpRequest(method="GET", url="https://a.example/"))

    error = told.value
    assert "canary" not in error.message
    assert error.message.endswith(" is odd.")
    assert (error.code, error.retry_after_s, error.retryable) == ("http.odd", 5.0, True)
    assert error.detail == {"status": 502}
