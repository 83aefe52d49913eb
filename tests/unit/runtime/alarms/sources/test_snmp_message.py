"""Notifications of v1 and v2c are read as real agents send them; any other bytes are refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.sources.snmp import ber
from runtime.alarms.sources.snmp.ber import BerError
from runtime.alarms.sources.snmp.message import (
    V1,
    V2C,
    answer_to,
    read_message,
    trap_name,
    version_of,
)
from tests.support.captures import SNMP, captured

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
TRAP = bytes.fromhex(
    "304302010104067075626c6963a736020451952f810201000201003028300d06082b060102010103004301013017060a"
    "2b06010603010104010006092b0601060301010501"
)


def test_reads_a_trap_of_v2c(shared_data: Path) -> None:
    message = read_message(captured(shared_data, SNMP)["v2c linkDown"])

    assert message.community == b"public"
    said = message.notification
    assert (said.version, said.oid, said.uptime, said.inform) == (V2C, LINK_DOWN, 12345, False)
    assert said.variables == (
        ("1.3.6.1.2.1.2.2.1.1.7", 7),
        ("1.3.6.1.2.1.2.2.1.7.7", 1),
        ("1.3.6.1.2.1.2.2.1.8.7", 2),
        ("1.3.6.1.2.1.2.2.1.2.7", "GigabitEthernet0/7"),
    )


def test_reads_a_standard_trap_of_v1_by_its_name_in_v2(shared_data: Path) -> None:
    said = read_message(captured(shared_data, SNMP)["v1 linkDown"]).notification

    assert (said.version, said.oid, said.agent) == (V1, LINK_DOWN, "192.0.2.7")
    assert said.enterprise == "1.3.6.1.4.1.8072.3.2.10"


def test_reads_an_enterprises_trap_of_v1_by_its_name_in_v2(shared_data: Path) -> None:
    datagrams = captured(shared_data, SNMP)
    said = read_message(datagrams["v1 enterprise 6/1 ciscoEnvMonShutdown"]).notification

    assert said.oid == "1.3.6.1.4.1.9.9.13.3.0.1"


def test_reads_every_type_of_variable(shared_data: Path) -> None:
    said = read_message(captured(shared_data, SNMP)["v2c every varbind type"]).notification

    assert [value for _, value in said.variables] == [
        -129, 4294967295, 77, 360000, "192.0.2.9", "1.3.6.1.4.1.9.1.1", "0x00ff10", "café 电",
        18446744073709551615,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("generic", "specific", "name"),
    [
        pytest.param(0, 0, "1.3.6.1.6.3.1.1.5.1", id="coldStart"),
        pytest.param(5, 9, "1.3.6.1.6.3.1.1.5.6", id="egpNeighborLoss, specific not counted"),
        pytest.param(6, 0, "1.3.6.1.4.1.9.0.0", id="an enterprise's own, 0"),
        pytest.param(6, 7, "1.3.6.1.4.1.9.0.7", id="an enterprise's own"),
    ],
)
def test_names_traps_of_v1_as_rfc_3584_does(generic: int, specific: int, name: str) -> None:
    assert trap_name("1.3.6.1.4.1.9", generic, specific) == name


def test_knows_no_generic_trap_beyond_six() -> None:
    with pytest.raises(BerError):
        trap_name("1.3.6.1.4.1.9", 7, 0)


def test_answers_an_inform_with_the_same_as_a_response(shared_data: Path) -> None:
    inform = captured(shared_data, SNMP)["v2c inform linkDown"]

    answer = answer_to(inform)

    assert read_message(inform).notification.inform
    changed = [place for place in range(len(inform)) if inform[place] != answer[place]]
    assert [(inform[place], answer[place]) for place in changed] == [(0xA6, 0xA2)]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_clear_refusal(data: bytes) -> None:
    _read_or_refused(data)


@given(st.data())
def test_a_broken_trap_is_a_message_or_a_clear_refusal(draw: st.DataObject) -> None:
    broken = bytearray(TRAP)
    for _ in range(draw.draw(st.integers(1, 4))):
        broken[draw.draw(st.integers(0, len(broken) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(broken)))

    _read_or_refused(bytes(broken))
    _read_or_refused(bytes(broken[:cut]))


def _read_or_refused(data: bytes) -> None:
    with suppress(BerError):
        version_of(data)
        read_message(data)


@given(st.integers(-(2**63), 2**64 - 1))
def test_numbers_are_read_as_they_were_written(number: int) -> None:
    written = ber.write_integer(number)

    start, stop = ber.expect(written, 0, len(written), ber.INTEGER)
    assert ber.integer(written, start, stop) == number


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30), st.integers(0, 39))
def test_identifiers_are_read_as_they_were_written(arcs: list[int], second: int) -> None:
    dotted = ".".join(map(str, (1, second, *arcs)))
    written = ber.write_oid(dotted)

    start, stop = ber.expect(written, 0, len(written), ber.OID)
    assert ber.oid(written, start, stop) == dotted


def test_more_variables_than_may_be_are_refused() -> None:
    one = ber.element(ber.SEQUENCE, ber.write_oid("1.3.6.1") + ber.element(ber.NULL, b""))
    head = b"".join(ber.write_integer(number) for number in (1, 0, 0))
    pdu = ber.element(0xA7, head + ber.element(ber.SEQUENCE, one * 201))
    community = ber.element(ber.OCTETS, b"public")

    with pytest.raises(BerError, match="more than 200"):
        read_message(ber.element(ber.SEQUENCE, ber.write_integer(1) + community + pdu))
