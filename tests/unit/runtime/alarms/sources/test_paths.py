"""Paths into what a source sent, and samples laid out for picking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.sources.paths import (
    ABSENT,
    NODES_MAX,
    Node,
    PathError,
    look_up,
    read_path,
    tree_of,
    write_path,
)

BODY = {"host": {"name": "pe1"}, "tags": {"info.host": "i-0"}, "alerts": [{"status": "firing"}]}
PARTS = st.lists(st.one_of(st.text(min_size=1, max_size=8), st.integers(0, 99)), max_size=5)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("host.name", "pe1"),
        ('tags["info.host"]', "i-0"),
        ("alerts[0].status", "firing"),
        ("$.host.name", "pe1"),
        ("", BODY),
        ("host.nothing", ABSENT),
        ("alerts[7]", ABSENT),
        ("host[0]", ABSENT),
    ],
)
def test_finds_what_lies_at_a_path(path: str, value: Any) -> None:
    assert look_up(read_path(path), BODY, BODY) == value


def test_a_path_with_a_dollar_begins_at_the_whole_body() -> None:
    assert look_up(read_path("$.host.name"), BODY["alerts"][0], BODY) == "pe1"  # type: ignore[index]


@pytest.mark.parametrize("path", ["a b", "a[", "a[x]", 'a["x]', ".a", "a..b", "x" * 400])
def test_refuses_what_is_no_path_and_shows_one(path: str) -> None:
    with pytest.raises(PathError, match=r"such as host\.name"):
        read_path(path)


@given(PARTS)
def test_a_path_that_is_written_is_read_back(parts: list[str | int]) -> None:
    assert list(read_path(write_path(["x", *parts]))) == ["x", *parts]


def every(nodes: tuple[Node, ...]) -> list[Node]:
    return [one for node in nodes for one in (node, *every(node.children))]


@pytest.mark.parametrize("folder", ["alerta", "keep"])
def test_each_value_of_a_real_body_can_be_picked(shared_data: Path, folder: str) -> None:
    for file in sorted((shared_data / "webhooks" / folder).glob("*.json")):
        body = json.loads(file.read_text())

        for node in every(tree_of(body)):
            assert look_up(read_path(node.path), body, body) is not ABSENT


def test_lays_out_no_more_than_a_page_can_show() -> None:
    assert len(every(tree_of({str(at): {"a": at} for at in range(5_000)}))) <= NODES_MAX
