"""What is said about an error: the block's own words first, then advice by its code."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.runs.remedies import remedy_for


def said(code: str, **parts: Any) -> str:
    return remedy_for({"code": code, "message": "…", **parts})


def test_no_error_needs_no_remedy() -> None:
    assert remedy_for(None) == ""
    assert remedy_for({}) == ""


def test_an_unknown_code_of_an_unknown_area_says_nothing() -> None:
    assert said("acme.odd") == ""


@pytest.mark.parametrize(
    ("code", "part"),
    [
        pytest.param("http.401", "credentials of the connection", id="not known there"),
        pytest.param("http.status_404", "nothing at this address", id="written the long way"),
        pytest.param("http.418", "refuses the request", id="any other refusal"),
        pytest.param("http.503", "broken or down", id="the other side's fault"),
        pytest.param("http.odd", "The call went wrong", id="the area alone"),
        pytest.param("limit.runs", "A limit of your organisation", id="a limit"),
        pytest.param("block.timeout", "longer than it may", id="a code of its own"),
    ],
)
def test_advice_goes_by_the_code(code: str, part: str) -> None:
    assert part in said(code)


def test_what_the_block_says_of_its_error_comes_first() -> None:
    block = standard_registry().find("garland.http-request", "1.0.0")
    assert block is not None

    text = remedy_for({"code": "http.unreachable"}, block.manifest)

    assert text.startswith("The other side could not be reached. No connection came about")
