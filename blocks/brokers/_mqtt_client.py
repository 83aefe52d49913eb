"""One errand at an MQTT broker; beside the listener's subscriptions the only module with paho.

MQTT 5 is spoken first, because there the broker says when it does not let us publish; one that
knows 3.1.1 alone is asked again in that. Nothing runs in the background: the errand turns paho's
loop itself, until it is done or its time is up.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt import MQTTException
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode
from typing_extensions import override

from blocks.brokers._mqtt_errors import mqtt_error, of_reason, of_refusal
from blocks.permissions.mqtt import MqttMessage, MqttRequest

ANSWERS_MAX_BYTES = 1024 * 1024 + 128 * 1024
KEEPALIVE_S = 60
_CHUNK = 64 * 1024
_TURN_S = 0.5
_UNREADABLE = (MQTTException, ValueError, TypeError, LookupError, struct.error, OSError)
V5, V311 = paho.MQTTv5, paho.MQTTv311
_NUMBER_BYTES, _FAILURE = 2, 128  # MQTT 5.0, 3.5.2: the message's number, then the reason
_OLD = 132  # MQTT 5.0, 3.2.2.2: it does not know this version


class OldBrokerError(Exception):
    """The broker knows MQTT 3.1.1 alone."""


@dataclass(slots=True)
class _State:
    """How far an errand is."""

    is_done: bool = False
    subscribed_at: float | None = None
    message: MqttMessage | None = None
    error: Exception | None = None
    received: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether it went well or ill already."""
        return self.is_done or self.error is not None

    def take(self, code: Any, host: str) -> None:
        """Note a broker's reason, if it is one for failing; the first one counts."""
        if code.is_failure and self.error is None:
            self.error = of_reason(code, host)


def carry_out(
    request: MqttRequest, address: str, *, deadline: float, version: int
) -> MqttMessage | None:
    """Connect, do what is asked, and leave.

    Raises:
        BlockError: see `sdk.Mqtt`.
        OldBrokerError: it has to be asked in 3.1.1.
    """
    state = _State()
    client = _Client(address, version, state, deadline)
    _answer(client, request, state)
    try:
        _prove(client, request)
        _connect(client, request, deadline)
        _turn(client, request, state, deadline)
    finally:
        client.leave()
    return state.message


def _prove(client: _Client, request: MqttRequest) -> None:
    """Say who we are, and whom we trust."""
    credential = request.credential
    if credential and credential.user:
        client.username_pw_set(credential.user, credential.password)
    if request.tls:
        own = credential.tls if credential else None
        client.tls_set_context(own or ssl.create_default_context())


def _answer(client: _Client, request: MqttRequest, state: _State) -> None:
    """Tell paho what to do with what the broker says."""

    def connected(_client: Any, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            is_old = code.value == _OLD
            state.error = OldBrokerError() if is_old else of_refusal(code, request.host)
        elif request.do == "publish":
            client.publish(request.topic, request.payload, request.qos, request.retain)
        else:
            client.subscribe(request.topic, 0)

    def published(_client: Any, _data: Any, _mid: int, code: Any, _more: Any) -> None:
        state.take(code, request.host)
        state.is_done = True

    client.on_connect, client.on_publish = connected, published
    _listen(client, request, state)


def _listen(client: _Client, request: MqttRequest, state: _State) -> None:
    """Tell paho what to do with what the broker keeps."""

    def subscribed(_client: Any, _data: Any, _mid: int, codes: Any, _more: Any) -> None:
        state.subscribed_at = time.monotonic()
        for code in codes:
            state.take(code, request.host)

    def arrived(_client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        if message.retain and message.topic == request.topic:
            state.message = MqttMessage(topic=message.topic, payload=bytes(message.payload))
            state.is_done = True

    client.on_subscribe, client.on_message = subscribed, arrived


def _connect(client: _Client, request: MqttRequest, deadline: float) -> None:
    client.connect_timeout = max(deadline - time.monotonic(), 0.1)
    try:
        client.connect(request.host, request.port, KEEPALIVE_S)
    except ssl.SSLCertVerificationError as error:
        message = f"{request.host} shows a certificate that is not trusted: {error.verify_message}."
        raise mqtt_error("untrusted", message) from None
    except TimeoutError:
        raise mqtt_error("timeout", f"{request.host} did not answer in time.") from None
    except OSError as error:
        if time.monotonic() >= deadline:
            raise mqtt_error("timeout", f"{request.host} did not answer in time.") from None
        why = error.strerror or type(error).__name__
        raise mqtt_error("unreachable", f"{request.host} could not be reached: {why}.") from None


def _turn(client: _Client, request: MqttRequest, state: _State, deadline: float) -> None:
    """Let paho work until the errand is done."""
    while True:
        if state.error is not None:
            raise state.error
        if state.is_done or _is_over(request, state):
            return
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise mqtt_error("timeout", f"{request.host} did not confirm in time.")
        try:
            code = client.loop(min(left_s, _TURN_S, request.wait_s or _TURN_S))
        except _UNREADABLE:
            code = MQTTErrorCode.MQTT_ERR_PROTOCOL
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS and not state.has_ended:
            raise _broken(request, state, deadline)


def _is_over(request: MqttRequest, state: _State) -> bool:
    """Tell whether a reader has waited long enough."""
    since = state.subscribed_at
    return since is not None and time.monotonic() - since >= request.wait_s


def _broken(request: MqttRequest, state: _State, deadline: float) -> Exception:
    if time.monotonic() >= deadline:
        return mqtt_error("timeout", f"{request.host} did not confirm in time.")
    if state.received > ANSWERS_MAX_BYTES:
        return mqtt_error("too_large", f"What {request.host} sends is larger than 1 MB.")
    if not state.received:
        message = f"{request.host} hung up without a word: is it MQTT, and does it take us?"
        return mqtt_error("unreachable", message)
    message = f"{request.host} broke off, or answered what is not MQTT."
    return mqtt_error("bad_answer", message)


class _Client(paho.Client):
    """paho's client, connected to one judged address until a deadline, reading no more than told.

    The deadline cuts the line itself: a server that sends a byte now and then would otherwise hold
    each single wait open.
    """

    def __init__(self, address: str, version: int, state: _State, deadline: float) -> None:
        more = {} if version == V5 else {"clean_session": True}
        super().__init__(CallbackAPIVersion.VERSION2, protocol=version, **more)  # type: ignore[arg-type]
        self._pinned, self._errand = address, state
        self._cut = threading.Timer(max(deadline - time.monotonic(), 0.1), self._end_line)
        self._cut.daemon = True
        self._raw: socket.socket | None = None

    def leave(self) -> None:
        """Say goodbye where that is possible, and close."""
        self._cut.cancel()
        self.disconnect()
        self._reset_sockets()
        if self._raw is not None:
            self._raw.close()

    @override
    def _create_socket_connection(self) -> socket.socket:
        timeout_s = self.connect_timeout
        self._raw = socket.create_connection((self._pinned, self._port), timeout=timeout_s)
        self._cut.start()
        return self._raw

    @override
    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """Wrap it as paho does, but so that the line is known, and closed, if they do not agree."""
        context = self._ssl_context or ssl.create_default_context()
        line = context.wrap_socket(
            tcp_sock, server_hostname=self._host, do_handshake_on_connect=False
        )
        self._raw = line
        line.settimeout(self.connect_timeout)
        line.do_handshake()
        return line

    @override
    def _handle_pubrec(self) -> MQTTErrorCode:
        """Read the reason, which paho passes over: a refused message would count as published."""
        packet = bytes(self._in_packet["packet"])
        if len(packet) > _NUMBER_BYTES and packet[_NUMBER_BYTES] >= _FAILURE:
            code = ReasonCode(PacketTypes.PUBREC, identifier=packet[_NUMBER_BYTES])
            self._errand.take(code, self._host)
        return super()._handle_pubrec()

    @override
    def _sock_recv(self, bufsize: int) -> bytes:
        octets = super()._sock_recv(min(bufsize, _CHUNK))
        self._errand.received += len(octets)
        if self._errand.received > ANSWERS_MAX_BYTES:
            raise ConnectionError("too much")
        return octets

    def _end_line(self) -> None:
        if self._raw is not None:
            try:
                self._raw.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
