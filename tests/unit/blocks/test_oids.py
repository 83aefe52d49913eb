"""Object identifiers: by the names of common MIBs, or in numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.oids import OIDS, name_of, read_oid
from blocks.sdk import BlockError

STARTER = Path(__file__).parents[3] / "runtime" / "alarms" / "sources" / "snmp" / "starter.json"


@pytest.mark.parametrize(
    ("text", "oid"),
    [
        ("sysUpTime.0", "1.3.6.1.2.1.1.3.0"),
        ("ifHighSpeed.12", "1.3.6.1.2.1.31.1.1.1.15.12"),
        ("bgpPeerState.10.0.0.1", "1.3.6.1.2.1.15.3.1.2.10.0.0.1"),
        ("laLoad.1", "1.3.6.1.4.1.2021.10.1.3.1"),
        (".1.3.6.1.4.1.9", "1.3.6.1.4.1.9"),
        ("2.999.4294967295", "2.999.4294967295"),
    ],
)
def test_a_name_stands_for_its_numbers(text: str, oid: str) -> None:
    assert read_oid(text) == oid


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "sysUpTimes.0", "sysUpTime.x", "sysUpTime.", "1..3", "1.3.", "3.1", "1.40",
        "1.3.01", "1.3.4294967296", "1.3.-1", "1.3.6 ", "1.3.٣", ".".join(["1"] * 129),
        "ifDescr" + ".1" * 200, "IF-MIB::ifDescr.1", "1.3\n",
    ],
)  # fmt: skip
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(BlockError) as told:
        read_oid(text)

    assert (told.value.code, told.value.retryable) == ("snmp.bad_oid", False)


@given(st.sampled_from(sorted(OIDS)), st.lists(st.integers(0, 2**32 - 1), max_size=4))
def test_a_name_and_its_index_come_back(name: str, index: list[int]) -> None:
    text = ".".join([name, *map(str, index)])

    assert read_oid(name_of(read_oid(text))) == read_oid(text)


@given(st.text(max_size=40))
def test_any_text_is_an_identifier_or_refused(text: str) -> None:
    try:
        oid = read_oid(text)
    except BlockError:
        return

    assert read_oid(oid) == oid


def test_the_names_agree_with_those_of_the_trap_catalogue() -> None:
    """Which was compiled from the MIBs: ours were written down by hand."""
    entries = json.loads(STARTER.read_text(encoding="utf-8"))["entries"]
    compiled = {name: oid for one in entries for name, oid in one.get("objects", {}).items()}
    compiled |= {one["name"]: one["oid"] for one in entries}

    shared = OIDS.keys() & compiled.keys()
    assert {name: OIDS[name] for name in shared} == {name: compiled[name] for name in shared}
    assert len(shared) >= 15
