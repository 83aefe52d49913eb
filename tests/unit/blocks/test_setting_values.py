"""Setting values by SNMP: what counts as kept, and what is told when no answer comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.brokers._snmp_values import read, written
from blocks.host import perform
from blocks.registry import standard_registry
from blocks.sdk import BlockError, SnmpValue, read_oid
from blocks.standard._variables import is_same
from blocks.testing import MockedWorld
from tests.unit.blocks.test_desk import FACTS

SET: Any = standard_registry().find("garland.snmp-set", "1.0.0")


def octets_as_people_write_them(octets: bytes) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [octets.hex(), octets.hex(":"), octets.hex(":").upper(), octets.hex(" ")]
    )


SPELT = st.one_of(
    st.tuples(st.just("integer"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("gauge32"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("text"), st.text(st.characters(codec="utf-8"), max_size=8)),
    st.tuples(st.just("text"), st.sampled_from(["to BRN-2\0", "\0", "", "a\0\0"])),
    st.tuples(st.just("octets"), st.binary(max_size=6).flatmap(octets_as_people_write_them)),
    st.tuples(st.just("ip"), st.ip_addresses(v=4).map(str)),
    st.tuples(st.just("oid"), st.sampled_from(["ifOperStatus.3", ".1.3.6.1", "1.3.6.1.4.1.9"])),
)


@given(spelt=SPELT)
def test_a_value_that_was_written_is_known_again_however_it_is_spelt(
    spelt: tuple[Any, int | str],
) -> None:
    kind, value = spelt
    wanted = SnmpValue(oid="1.3.6.1.2.1.1.6.0", kind=kind, value=value)
    sent = replace(wanted, value=read_oid(str(value)) if kind == "oid" else value)

    [found] = read(written([sent]))

    assert is_same(wanted, found)


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        pytest.param("integer", 2, SnmpValue(oid="1.3", kind="integer", value=1), id="number"),
        pytest.param("text", "a", SnmpValue(oid="1.3", kind="text", value="b"), id="text"),
        pytest.param(
            "octets", "AA:BB", SnmpValue(oid="1.3", kind="octets", value="aa"), id="bytes"
        ),
        pytest.param("text", "", SnmpValue(oid="1.3", kind="missing"), id="missing"),
    ],
)
def test_another_value_is_told_from_what_was_written(
    kind: Any, value: int | str, found: SnmpValue
) -> None:
    assert not is_same(SnmpValue(oid="1.3", kind=kind, value=value), found)


@pytest.mark.parametrize(
    ("after", "code", "retryable"),
    [
        pytest.param({"values": [3]}, "snmp.unsure", False, id="another value"),
        pytest.param({"error": "snmp.timeout"}, "snmp.unsure", False, id="no answer again"),
        pytest.param({"values": [1]}, "snmp.timeout", True, id="the old value"),
    ],
)
def test_a_change_without_an_answer_never_loses_what_was_before(
    after: dict[str, Any], code: str, retryable: bool
) -> None:
    def read_as(value: int) -> dict[str, Any]:
        return {"oid": "ifAdminStatus.3", "kind": "integer", "value": value}

    end = {**after, "values": [read_as(one) for one in after.get("values", [])]}
    services = {
        "snmp": [
            {"do": "get", "host": "r1", "values": [read_as(1)]},
            {"do": "set", "host": "r1", "error": "snmp.timeout"},
            {"do": "get", "host": "r1", **end},
        ]
    }
    config = {"host": "r1", "changes": [{"object": "ifAdminStatus.3", "value": 2}]}

    with pytest.raises(BlockError) as caught:
        perform(SET, config=config, input={}, services=MockedWorld(services), facts=FACTS)

    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert "ifAdminStatus.3 = 1" in str(caught.value.logs)
    assert retryable or "Before: ifAdminStatus.3 = 1." in str(caught.value)
