"""The SNMP broker against Net-SNMP's agent and receiver, and Garland's own reading of traps."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from blocks.brokers.snmp import SnmpBroker
from blocks.permissions.snmp import SnmpCredential, SnmpRequest, SnmpValue
from blocks.sdk import BlockError, read_oid
from runtime.alarms.sources.snmp.message import read_message
from runtime.alarms.sources.snmp.usm import User, is_from, read_frame, said_by
from tests.support.devices import running_snmptrapd
from tests.support.peers import find_program, running_snmpd

SECRET = "a-long-secret"  # noqa: S105  of a test
ENGINE = UUID("0190f3a2-0000-7000-8000-000000000007").bytes
USER = {"user": "garland", "auth_secret": SECRET, "priv_secret": SECRET}
COMMUNITY = {"version": "2c", "community": "public"}
WRITING = {"version": "2c", "community": "private"}
BROKER = SnmpBroker(allow_private=True)
NAME, LOCATION = read_oid("sysName.0"), read_oid("sysLocation.0")
TEXT = SnmpValue(oid=read_oid("ifDescr.7"), kind="text", value="Gi0/1")
BOTH = pytest.mark.parametrize(
    "who", [pytest.param(COMMUNITY, id="v2c"), pytest.param(USER, id="v3")]
)
needs_snmpd = pytest.mark.skipif(not find_program("snmpd"), reason="snmpd is not installed")
needs_snmptrapd = pytest.mark.skipif(
    not find_program("snmptrapd"), reason="snmptrapd is not installed"
)


def errand(port: int, who: Mapping[str, Any], **what: Any) -> SnmpRequest:
    credential = SnmpCredential(values=who, engine=ENGINE)
    given = {"host": "127.0.0.1", "timeout_s": 5.0, "retries": 0, "credential": credential}
    return SnmpRequest(port=port, **{**given, **what})


def refusal(request: SnmpRequest) -> BlockError:
    with pytest.raises(BlockError) as caught:
        BROKER.ask(request)
    return caught.value


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_snmpd(tmp_path_factory.mktemp("snmpd"), secret=SECRET) as port:
        yield port


@needs_snmpd
@BOTH
def test_values_come_in_order_and_what_is_not_there_is_missing(
    agent: int, who: Mapping[str, Any]
) -> None:
    oids = (NAME, "1.3.6.1.4.1.32473.1.0", read_oid("sysUpTime.0"))

    found = BROKER.ask(errand(agent, who, do="get", oids=oids))

    assert [one.oid for one in found] == list(oids)
    assert [one.kind for one in found] == ["text", "missing", "timeticks"]
    assert found[0].value == "probe-7"


@needs_snmpd
@BOTH
def test_a_walk_gives_what_lies_below_and_stops_when_it_is_told(
    agent: int, who: Mapping[str, Any]
) -> None:
    root = read_oid("system")

    whole = BROKER.ask(errand(agent, who, do="walk", oids=(root,), values_max=5000))
    part = BROKER.ask(errand(agent, who, do="walk", oids=(root,), values_max=3))

    assert NAME in {one.oid for one in whole}
    assert all(one.oid.startswith(root + ".") for one in whole)
    assert [one.oid for one in part] == [one.oid for one in whole[:3]]


@needs_snmpd
def test_what_is_set_is_there_afterwards(agent: int) -> None:
    wanted = SnmpValue(oid=LOCATION, kind="text", value="Bern, Güterstraße")

    BROKER.ask(errand(agent, WRITING, do="set", values=(wanted,)))

    assert BROKER.ask(errand(agent, COMMUNITY, do="get", oids=(LOCATION,))) == [wanted]


@needs_snmpd
@pytest.mark.parametrize(
    ("who", "what", "code"),
    [
        pytest.param(
            {**USER, "auth_secret": "another-secret"}, {}, "snmp.wrong_credentials", id="secret"
        ),
        pytest.param({**USER, "user": "nobody"}, {}, "snmp.wrong_credentials", id="user"),
        pytest.param(
            {"user": "garland", "auth_protocol": "none", "priv_protocol": "none"},
            {},
            "snmp.not_allowed",
            id="level",
        ),
        pytest.param(
            {"version": "2c", "community": "other"}, {"timeout_s": 0.3}, "snmp.timeout",
            id="community",
        ),
        pytest.param(
            COMMUNITY,
            {"do": "set", "values": (SnmpValue(oid=LOCATION, kind="text", value="x"),)},
            "snmp.not_allowed",
            id="may only read",
        ),
        pytest.param(
            WRITING,
            {"do": "set", "values": (SnmpValue(oid=LOCATION, kind="integer", value=1),)},
            "snmp.bad_value",
            id="type",
        ),
    ],
)  # fmt: skip
def test_a_device_that_refuses_is_told_apart(
    agent: int, who: Mapping[str, Any], what: Mapping[str, Any], code: str
) -> None:
    error = refusal(errand(agent, who, **{"do": "get", "oids": (NAME,), **what}))

    assert error.code == code
    assert error.retryable is (code == "snmp.timeout")
    assert "secret" not in str(error).replace("secrets", "")


@needs_snmpd
def test_users_of_one_name_with_other_secrets_do_not_meet(agent: int) -> None:
    """Two tenants may both have a user garland; the second's secret must not be the first's."""
    other = {**USER, "priv_secret": "another-secret"}
    wrong = errand(agent, other, do="get", oids=(NAME,), timeout_s=0.5)
    right = errand(agent, USER, do="get", oids=(NAME,))

    assert BROKER.ask(right)[0].value == "probe-7"
    assert refusal(wrong).code in ("snmp.wrong_credentials", "snmp.timeout", "snmp.bad_answer")
    assert BROKER.ask(right)[0].value == "probe-7"


@needs_snmpd
def test_whoever_has_a_loop_running_may_ask_too(agent: int) -> None:
    async def ask() -> list[SnmpValue]:
        return BROKER.ask(errand(agent, USER, do="get", oids=(NAME,)))

    assert asyncio.run(ask())[0].value == "probe-7"


@needs_snmptrapd
@BOTH
@pytest.mark.parametrize("do", ["trap", "inform"])
def test_a_notification_arrives_at_net_snmp(
    tmp_path: Path, who: Mapping[str, Any], do: str
) -> None:
    config = (
        "authCommunity log public\nauthUser log garland priv\n"
        f"createUser garland SHA-256 {SECRET} AES {SECRET}\n"
        f"createUser -e 0x8000000005{ENGINE.hex()} garland SHA-256 {SECRET} AES {SECRET}\n"
    )
    with running_snmptrapd(tmp_path, config) as receiver:
        for name in ("linkDown", "linkUp"):
            sent = {"do": do, "oids": (read_oid(name),), "values": (TEXT,)}
            BROKER.ask(errand(receiver.port, who, **sent))
        log = receiver.wait_for(read_oid("linkUp"))

    assert f".{read_oid('linkDown')}" in log
    assert log.count("Gi0/1") == 2


@BOTH
def test_garlands_own_listener_reads_what_is_sent(who: Mapping[str, Any]) -> None:
    sent = {"do": "trap", "oids": (read_oid("linkDown"),), "values": (TEXT,)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        BROKER.ask(errand(ear.getsockname()[1], who, **sent))
        datagram = ear.recv(65_535)

    if who is COMMUNITY:
        said = read_message(datagram).notification
    else:
        frame = read_frame(datagram)
        user = User(
            name="garland", auth="sha256", auth_secret=SECRET, priv="aes", priv_secret=SECRET
        )
        assert frame.engine == bytes.fromhex("8000000005") + ENGINE
        assert is_from(datagram, frame, user)
        said = said_by(datagram, frame, user)
    assert said.oid == read_oid("linkDown")
    assert dict(said.variables) == {TEXT.oid: "Gi0/1"}


def test_an_inform_that_nobody_confirms_is_no_success() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        port = ear.getsockname()[1]
        what = {"do": "inform", "oids": (read_oid("coldStart"),), "timeout_s": 0.3, "retries": 2}
        error = refusal(errand(port, COMMUNITY, **what))
        ear.settimeout(0)
        sent = [ear.recv(65_535) for _ in range(3)]

    assert (error.code, error.retryable) == ("snmp.timeout", True)
    assert len(set(sent)) == 1


def test_without_a_connection_nothing_is_asked() -> None:
    request = replace(errand(9, COMMUNITY, do="get", oids=(NAME,)), credential=None)

    assert refusal(request).code == "connections.missing"
