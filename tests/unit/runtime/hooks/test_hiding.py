"""What holds a secret that a block asks by is taken out before the block sees it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from runtime.hooks.hiding import without_secrets
from runtime.hooks.reading import Delivery
from tests.factories.tenancy import NOON

CANARY = "canary/of the sender"


def shown(text: str, secret: str = CANARY) -> Delivery:
    delivery = Delivery(
        body=b"",
        mimetype="",
        charset="",
        headers={"x-kind": text, "x-other": "down"},
        query=[("t", text), (text, ""), ("a", "1")],
        sender="",
        at=NOON,
    )
    return without_secrets(delivery, {secret, ""})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CANARY, id="itself"),
        pytest.param(f"Bearer {CANARY}", id="behind a prefix"),
        pytest.param(f"k={CANARY}; v=1", id="in the middle"),
        pytest.param(quote(CANARY, safe=""), id="as in a URL"),
    ],
)
def test_each_header_and_part_of_the_query_that_holds_it_is_left_out(text: str) -> None:
    found = shown(text)

    assert found.headers == {"x-other": "down"}
    assert found.query == [("a", "1")]


def test_one_that_is_not_ascii_is_found_as_its_bytes_are_read() -> None:
    said = "gehe\u00edm-canary"

    assert "x-kind" not in shown(said.encode().decode("latin-1"), said).headers


@pytest.mark.parametrize(("text", "stays"), [("v1=ab", False), ("ab", False), ("cabin", True)])
def test_a_short_one_counts_where_it_stands_behind_a_prefix(text: str, *, stays: bool) -> None:
    assert ("x-kind" in shown(text, "ab").headers) is stays
