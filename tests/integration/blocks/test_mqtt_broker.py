"""The MQTT broker of blocks against Mosquitto, and against servers that mean harm."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from blocks.brokers.mqtt import MqttBroker
from blocks.permissions.mqtt import MqttCredential, MqttMessage, MqttRequest
from blocks.sdk import BlockError
from tests.support.mosquitto import PASSWORD, USER, Mosquitto, has_mosquitto
from tests.support.peers import free_port
from tests.support.raw_server import running_raw_server

ACCESS = f"user {USER}\ntopic readwrite noc/#\ntopic read secret/#\n"
OPEN = MqttBroker(allow_private=True, resolver=lambda _host, _port: ["127.0.0.1"])
GOOD = MqttCredential(user=USER, password=PASSWORD)
CONNACK_5, CONNACK_311 = b"\x20\x03\x00\x00\x00", b"\x20\x02\x00\x00"
needs_mosquitto = pytest.mark.skipif(not has_mosquitto(), reason="mosquitto is not installed")


def done(port: int, *, broker: MqttBroker = OPEN, **what: Any) -> MqttMessage | None:
    given = {"do": "publish", "host": "localhost", "topic": "noc/alarms", "tls": False}
    return broker.carry(MqttRequest(port=port, **{**given, "timeout_s": 5.0, **what}))


def refusal(port: int, **what: Any) -> BlockError:
    with pytest.raises(BlockError) as caught:
        done(port, **what)
    return caught.value


def served(answer: Callable[[socket.socket], None], **what: Any) -> BlockError:
    with running_raw_server(answer) as server:
        return refusal(server.port, **{"timeout_s": 0.5, **what})


@dataclass(frozen=True, slots=True)
class Two:
    """A broker without encryption, and one with."""

    plain: Mosquitto
    tls: Mosquitto


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    plain = Mosquitto(tmp_path_factory.mktemp("plain"), free_port(), access=ACCESS)
    tls = Mosquitto(tmp_path_factory.mktemp("tls"), free_port(), tls=True)
    plain.start()
    tls.start()
    yield Two(plain, tls)
    plain.stop()
    tls.stop()


def trusting(broker: Mosquitto) -> MqttCredential:
    context = ssl.create_default_context(cadata=broker.authority)
    return MqttCredential(user=USER, password=PASSWORD, tls=context)


@needs_mosquitto
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_listener_gets_what_is_published(brokers: Two, qos: int) -> None:
    topic, port = f"noc/qos{qos}", brokers.plain.port
    done(port, topic=topic, payload=b"r1 is down", qos=qos, retain=True, credential=GOOD)

    access = ["-u", USER, "-P", PASSWORD, "-p", str(port), "-h", "localhost"]
    command = ["mosquitto_sub", *access, "-t", topic, "-C", "1", "-q", "2", "-W", "10"]
    heard = subprocess.run([*command, "-F", "%q %p"], check=True, capture_output=True, text=True)

    assert heard.stdout == f"{qos} r1 is down\n"


@needs_mosquitto
def test_what_is_retained_is_read_and_an_empty_message_takes_it_away(brokers: Two) -> None:
    port = brokers.plain.port
    what: dict[str, Any] = {"topic": "noc/kept", "credential": GOOD}

    done(port, payload=b"up", retain=True, **what)
    kept = done(port, do="read", **what)
    done(port, payload=b"", retain=True, **what)
    gone = done(port, do="read", wait_s=0.1, **what)

    assert kept == MqttMessage(topic="noc/kept", payload=b"up")
    assert gone is None


@needs_mosquitto
def test_an_encrypted_line_is_to_the_named_broker_at_the_judged_address(brokers: Two) -> None:
    port, credential = brokers.tls.port, trusting(brokers.tls)

    assert done(port, tls=True, credential=credential) is None
    other = refusal(port, tls=True, credential=credential, host="broker.example")
    unknown = refusal(port, tls=True, credential=GOOD)

    assert (other.code, unknown.code) == ("mqtt.untrusted", "mqtt.untrusted")


@needs_mosquitto
@pytest.mark.parametrize(
    ("what", "code"),
    [
        pytest.param({"credential": None}, "mqtt.wrong_credentials", id="nobody"),
        pytest.param(
            {"credential": MqttCredential(user=USER, password="other")},
            "mqtt.wrong_credentials",
            id="password",
        ),
        pytest.param({"topic": "secret/plans"}, "mqtt.not_allowed", id="topic"),
        pytest.param({"topic": "secret/plans", "qos": 2}, "mqtt.not_allowed", id="topic, QoS 2"),
        pytest.param({"tls": True}, "mqtt.unreachable", id="not encrypted"),
    ],
)
def test_a_broker_that_refuses_is_told_apart(brokers: Two, what: dict[str, Any], code: str) -> None:
    error = refusal(brokers.plain.port, **{"credential": GOOD, **what})

    assert (error.code, error.retryable) == (code, code == "mqtt.unreachable")
    assert PASSWORD not in str(error)


def test_nobody_at_the_port_is_unreachable() -> None:
    assert refusal(free_port()).code == "mqtt.unreachable"


def test_a_broker_that_knows_3_1_1_alone_is_asked_again_in_that() -> None:
    seen: list[int] = []

    def answer(line: socket.socket) -> None:
        seen.append(server.requests[-1][8])
        if seen == [5]:
            line.sendall(b"\x20\x02\x00\x01")
            return
        line.sendall(CONNACK_311)
        published = line.recv(4096)
        line.sendall(b"\x40\x02" + published[-2:])

    with running_raw_server(answer) as server:
        assert done(server.port, payload=b"", qos=1) is None

    assert seen == [5, 4]


def after_hello(content: bytes) -> Callable[[socket.socket], None]:
    """Let the client in, and send it something of which it did not ask."""

    def answer(line: socket.socket) -> None:
        line.sendall(CONNACK_5)
        line.recv(4096)
        line.sendall(content)
        line.recv(1)

    return answer


def large(line: socket.socket) -> None:
    """Retain 200 megabytes, or so it says."""
    line.sendall(CONNACK_5)
    line.recv(4096)
    line.sendall(b"\x31\xff\xff\xff\x5f" + b"\x00\x0anoc/alarms\x00")
    for _ in range(200):
        line.sendall(b"a" * 1_048_576)


def drip(line: socket.socket) -> None:
    """Send a byte now and then of an answer that never ends."""
    line.sendall(CONNACK_5 + b"\x31\xff\xff\x03")
    for _ in range(30):
        line.sendall(b"a")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "what", "codes"),
    [
        pytest.param(lambda _: None, {}, {"mqtt.unreachable"}, id="hangs up"),
        pytest.param(
            lambda line: line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {},
            {"mqtt.bad_answer", "mqtt.unreachable"}, id="another protocol",
        ),
        pytest.param(
            after_hello(b"\x40" + b"\xff" * 6), {}, {"mqtt.bad_answer"}, id="a long length"
        ),
        pytest.param(
            after_hello(b"\x40\x02\x00\x63"), {}, {"mqtt.timeout"}, id="confirms another message"
        ),
        pytest.param(after_hello(b"\x40\x00"), {}, {"mqtt.bad_answer"}, id="confirms nothing"),
        pytest.param(drip, {}, {"mqtt.timeout"}, id="drips"),
        pytest.param(
            large, {"do": "read", "timeout_s": 5.0, "wait_s": 4.0}, {"mqtt.too_large"}, id="200 MB"
        ),
        pytest.param(lambda _: time.sleep(0.7), {}, {"mqtt.timeout"}, id="says nothing"),
        pytest.param(
            lambda _: time.sleep(0.7), {"tls": True}, {"mqtt.timeout"}, id="no handshake"
        ),
    ],
)  # fmt: skip
def test_a_server_that_means_harm_is_left_in_time(
    answer: Callable[[socket.socket], None], what: dict[str, Any], codes: set[str]
) -> None:
    began = time.monotonic()

    assert served(answer, **what).code in codes

    assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    ("addresses", "allow_private"),
    [
        pytest.param(["127.0.0.1"], False, id="loopback"),
        pytest.param(["1.1.1.1", "10.0.0.1"], False, id="one of two"),
        pytest.param(["169.254.169.254"], True, id="a cloud's credentials"),
    ],
)
def test_addresses_are_judged_before_anybody_connects(
    addresses: list[str], *, allow_private: bool
) -> None:
    broker = MqttBroker(allow_private=allow_private, resolver=lambda _host, _port: addresses)

    assert refusal(1883, broker=broker).code == "mqtt.forbidden_address"
