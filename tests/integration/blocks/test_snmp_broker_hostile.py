"""Devices, names and datagrams that mean harm: what the SNMP broker makes of them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v2c

from blocks.brokers.snmp import ANSWER_MAX_BYTES, SnmpBroker
from blocks.permissions.snmp import SnmpCredential, SnmpRequest
from blocks.sdk import BlockError
from runtime.alarms.sources.snmp.authority import Authority
from runtime.alarms.sources.snmp.usm import read_frame
from tests.support.devices import Agent, Answer, running_agent
from tests.support.name_server import running_name_server

COMMUNITY = SnmpCredential(values={"version": "2c", "community": "public"}, engine=bytes(16))
USER = SnmpCredential(
    values={"user": "garland", "auth_secret": "a-long-secret", "priv_secret": "a-long-secret"},
    engine=bytes(16),
)
OPEN = SnmpBroker(allow_private=True)
ROOT = "1.3.6.1.4.1.32473.1"
Change = Callable[[Any, Any], None]
"""Changes an answer before it is sent; given its PDU and the question's."""


def asked(
    agent: Agent | int,
    *,
    broker: SnmpBroker = OPEN,
    do: Any = "get",
    credential: SnmpCredential = COMMUNITY,
    **more: Any,
) -> Any:
    port = agent if isinstance(agent, int) else agent.port
    given = {"host": "127.0.0.1", "oids": (ROOT,), "timeout_s": 0.4, "retries": 0, **more}
    return broker.ask(SnmpRequest(do=do, port=port, credential=credential, **given))


def refusal(agent: Agent | int, **what: Any) -> BlockError:
    with pytest.raises(BlockError) as caught:
        asked(agent, **what)
    return caught.value


def answering(change: Change) -> Answer:
    """Answer well-formed questions by a response that a function changes."""

    def answer(question: bytes) -> list[bytes]:
        message, _ = decoder.decode(question, asn1Spec=v2c.Message())
        wanted = v2c.apiMessage.get_pdu(message)
        pdu = v2c.ResponsePDU()
        v2c.apiPDU.set_defaults(pdu)
        v2c.apiPDU.set_request_id(pdu, v2c.apiPDU.get_request_id(wanted))
        change(pdu, wanted)
        v2c.apiMessage.set_pdu(message, pdu)
        return [encoder.encode(message)]

    return answer


def first_name(wanted: Any) -> str:
    return str(v2c.apiPDU.get_varbinds(wanted)[0][0])


def bind(pdu: Any, *pairs: tuple[str, Any]) -> None:
    v2c.apiPDU.set_varbinds(pdu, [(v2c.ObjectIdentifier(oid), value) for oid, value in pairs])


def nested(depth: int) -> bytes:
    """Nest sequences in each other, whose lengths are right as far as they go."""
    content = b""
    for _ in range(depth):
        size = len(content)
        content = b"\x30" + b"\x83" + size.to_bytes(3, "big") + content
    return content


BROKEN = [
    pytest.param(b"\xff" * 1_400, id="no BER"),
    pytest.param(b"", id="empty"),
    pytest.param(b"\x30", id="a tag alone"),
    pytest.param(b"\x30\x84\xff\xff\xff\xff\x02\x01\x01", id="four gigabytes announced"),
    pytest.param(b"\x30\x80" * 700, id="indefinite lengths in each other"),
    pytest.param(nested(12_000), id="twelve thousand sequences in each other"),
    pytest.param(b"\x30\x06\x02\x01\x01\x06\x82" + b"\xff" * 60_000, id="endless identifier"),
    pytest.param(b"\x30\x82\xff\x00" + b"\x06\x01\x7f" * 20_000, id="many small ones"),
]


@pytest.mark.parametrize("datagram", BROKEN)
def test_what_is_not_snmp_ends_in_time_and_breaks_nothing(datagram: bytes) -> None:
    began = time.monotonic()
    with running_agent(lambda _: [datagram]) as agent:
        error = refusal(agent)

    assert (error.code, error.retryable) == ("snmp.bad_answer", True)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("datagram", BROKEN[-3:])
def test_a_user_who_asks_gets_no_further(datagram: bytes) -> None:
    """Pysnmp reads these; on a busy machine the time may be up before it has asked."""
    began = time.monotonic()
    with running_agent(lambda _: [datagram]) as agent:
        error = refusal(agent, credential=USER)

    assert error.code in ("snmp.bad_answer", "snmp.timeout")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("change", "what", "code"),
    [
        pytest.param(
            lambda pdu, _: bind(pdu, (f"{ROOT}.9", v2c.Integer(1))), {}, "snmp.bad_answer",
            id="another variable",
        ),
        pytest.param(
            lambda pdu, _: bind(pdu, *[(ROOT, v2c.Integer(1))] * 3), {}, "snmp.bad_answer",
            id="more than was asked",
        ),
        pytest.param(lambda pdu, _: bind(pdu), {}, "snmp.bad_answer", id="less than was asked"),
        pytest.param(
            lambda pdu, _: v2c.apiPDU.set_request_id(pdu, 7), {}, "snmp.bad_answer",
            id="to another question",
        ),
        pytest.param(
            lambda pdu, _: pdu.setComponentByPosition(1, 99, verifyConstraints=False), {},
            "snmp.bad_answer", id="an error that there is not",
        ),
        pytest.param(
            lambda pdu, _: pdu.setComponentByPosition(1, 5), {}, "snmp.failed", id="genErr"
        ),
        pytest.param(
            lambda pdu, _: bind(pdu, (f"{ROOT}.1", v2c.Integer(1))),
            {"do": "walk", "values_max": 50_000}, "snmp.bad_answer", id="a walk that stands still",
        ),
        pytest.param(
            lambda pdu, _: bind(
                pdu, (f"{ROOT}.2", v2c.Integer(1)), (f"{ROOT}.1", v2c.Integer(1))
            ),
            {"do": "walk", "values_max": 50_000}, "snmp.bad_answer", id="a walk that goes back",
        ),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_the_question_is_refused(
    change: Change, what: dict[str, Any], code: str
) -> None:
    with running_agent(answering(change)) as agent:
        assert refusal(agent, **{"timeout_s": 5.0, **what}).code == code


def test_a_walk_without_an_end_stops_where_the_block_said() -> None:
    def on(pdu: Any, wanted: Any) -> None:
        number = int(first_name(wanted).removeprefix(ROOT).removeprefix(".") or 0)
        bind(pdu, *((f"{ROOT}.{number + one}", v2c.Integer(1)) for one in range(1, 51)))

    with running_agent(answering(on)) as agent:
        found = asked(agent, do="walk", values_max=120, timeout_s=5.0)

    assert [one.oid for one in found] == [f"{ROOT}.{one}" for one in range(1, 121)]
    assert len(agent.asked) == 3


def test_a_walk_of_large_values_stops_at_two_megabytes() -> None:
    def on(pdu: Any, wanted: Any) -> None:
        number = int(first_name(wanted).removeprefix(ROOT).removeprefix(".") or 0)
        bind(pdu, (f"{ROOT}.{number + 1}", v2c.OctetString(b"a" * 60_000)))

    with running_agent(answering(on)) as agent:
        error = refusal(agent, do="walk", values_max=50_000, timeout_s=10.0)

    assert error.code == "snmp.too_large"
    assert len(agent.asked) <= ANSWER_MAX_BYTES // 60_000 + 2


def test_a_device_that_answers_a_little_now_and_then_does_not_outlast_the_step() -> None:
    def on(pdu: Any, wanted: Any) -> None:
        time.sleep(0.1)
        number = int(first_name(wanted).removeprefix(ROOT).removeprefix(".") or 0)
        bind(pdu, (f"{ROOT}.{number + 1}", v2c.Integer(1)))

    with running_agent(answering(on)) as agent:
        began = time.monotonic()
        error = refusal(agent, do="walk", values_max=50_000, timeout_s=0.5)

    assert error.code in ("snmp.timeout", "snmp.bad_answer")
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("credential", [COMMUNITY, USER], ids=["v2c", "v3"])
def test_what_others_send_in_the_devices_name_is_not_heard(credential: SnmpCredential) -> None:
    """Another socket of this machine answers at once, with the right number but another port."""
    well = answering(lambda pdu, _: bind(pdu, (ROOT, v2c.Integer(666))))
    sent: list[int] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(("127.0.0.1", 0))
        device.settimeout(20)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:

            def spoof() -> None:
                question, caller = device.recvfrom(65_535)
                answer = well(question)[0] if credential is COMMUNITY else b"x"
                sent.append(other.sendto(answer, caller))

            thread = Thread(target=spoof, daemon=True)
            thread.start()
            error = refusal(device.getsockname()[1], credential=credential, timeout_s=2.0)
            thread.join()

    assert error.code == "snmp.timeout"
    assert sent


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "10.1.2.3", "192.168.0.1", "169.254.169.254"]
)
def test_private_networks_are_closed_until_the_operator_opens_them(host: str) -> None:
    error = refusal(161, broker=SnmpBroker(), host=host)

    assert (error.code, error.retryable) == ("snmp.forbidden_address", False)


def test_a_name_with_one_address_inside_is_not_asked_at_the_other() -> None:
    broker = SnmpBroker(resolver=lambda _host, _port: ["1.1.1.1", "10.0.0.1"])

    assert refusal(161, broker=broker, host="two.example").code == "snmp.forbidden_address"


def test_a_name_that_changes_its_address_is_looked_up_once() -> None:
    def on(pdu: Any, wanted: Any) -> None:
        bind(pdu, (first_name(wanted), v2c.Integer(1)))

    with running_agent(answering(on)) as agent, running_name_server("127.0.0.1", "10.0.0.1") as dns:
        broker = SnmpBroker(allow_private=True, resolver=dns.resolver())
        found = asked(agent, broker=broker, host="rebinds.example")

    assert found[0].value == 1
    assert dns.asked == ["127.0.0.1"]


def test_what_a_connection_holds_stands_in_no_error() -> None:
    with running_agent(lambda _: []) as agent:
        told = str(refusal(agent)) + repr(refusal(agent, credential=USER)) + repr(COMMUNITY)

    assert not [word for word in ("public", "a-long-secret") if word in told]


def test_a_device_that_changes_its_name_with_each_answer_ends_in_time() -> None:
    """Each report says that another engine is meant; whoever believed it would ask for ever."""
    names = iter(range(10_000))

    def answer(question: bytes) -> list[bytes]:
        authority = Authority(next(names).to_bytes(8, "big"), time.time)
        return [authority.report_unknown(read_frame(question))]

    began = time.monotonic()
    with running_agent(answer) as agent:
        error = refusal(agent, credential=USER, timeout_s=1.0)

    assert error.code.startswith("snmp.")
    assert time.monotonic() - began < 5
    assert len(agent.asked) < 100
