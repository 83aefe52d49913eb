"""Every block that comes with Garland does what its examples say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from blocks.registry import Block, standard_registry
from blocks.testing import run_example

BLOCKS = standard_registry().all()
EXAMPLES = [
    pytest.param(block, example, id=f"{block.manifest.id}: {example['title']}")
    for block in BLOCKS
    for example in block.manifest.examples
]


def test_the_ten_blocks_of_first_light_are_there() -> None:
    assert {block.manifest.id.removeprefix("garland.") for block in BLOCKS} >= {
        "acknowledge-alarm",
        "branch",
        "http-request",
        "look-up-table",
        "send-email",
        "set-alarm",
        "set-data",
        "switch",
        "wait",
        "write-log",
    }


@pytest.mark.parametrize(("block", "example"), EXAMPLES)
def test_an_example_comes_out_as_it_says(block: Block, example: Mapping[str, Any]) -> None:
    assert run_example(block, example) == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.manifest.id)
def test_a_block_has_examples_an_icon_and_a_page(block: Block) -> None:
    assert block.manifest.examples
    assert block.icon_path.read_text().startswith("<svg")
    assert len(block.readme) > 100


def test_no_two_blocks_have_the_same_title() -> None:
    titles = [block.manifest.title.casefold() for block in BLOCKS]

    assert sorted(titles) == sorted(set(titles))
