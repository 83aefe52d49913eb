"""The examples of a folder, run as workflows will run the block."""

from __future__ import annotations

import pytest

from blocks.authoring.trying import try_examples
from blocks.registry import STANDARD_FOLDER


@pytest.mark.parametrize(
    "name", ["create_trouble_ticket", "filter_list", "snmp_set", "send_trap", "parse_text"]
)
def test_a_block_that_comes_with_garland_finds_what_it_shares_with_others(name: str) -> None:
    tried = try_examples(STANDARD_FOLDER / name)

    assert [one for one in tried if not one.ok] == []
    assert len(tried) > 1
