"""One connection to a broker; the only module that knows paho.

The session is persistent and messages come with QoS 1: what arrives while we are away waits at the
broker, and a message is acknowledged only once it is committed. After a lost connection the library
tries again, after one second and then twice as long each time, up to a minute.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from typing_extensions import override

from runtime.alarms.sources.mqtt.tls import tls_context

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1, 60
KEEPALIVE_S = 30
CONNECT_WITHIN_S = 10.0
QOS = 1
REFUSED = 128

Took = Callable[[], None]
OnMessage = Callable[[bytes, str, Took], None]
"""Given octets, topic and what acknowledges them; returns once there is room for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where to connect to, as whom, and what to listen to.

    Attributes:
        authority: Certificates (PEM) that the broker's is signed by; "" for this machine's.
    """

    client_id: str
    host: str
    port: int
    topics: Sequence[str]
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str = ""


class Subscription:
    """Listens to a broker until it is closed.

    Args:
        broker: Which.
        address_of: Gives the address to connect to; raises OSError where it may not be reached.
        on_message: Takes what comes.
        on_state: Told how the connection fares, in words, whenever that changes.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        address_of: Callable[[str, int], str],
        on_message: OnMessage,
        on_state: Callable[[str], None],
    ) -> None:
        self._broker = broker
        self._on_message = on_message
        self._on_state = on_state
        self._client = _Client(address_of, on_state, broker.client_id)
        self._client.reconnect_delay_set(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self._client.connect_timeout = CONNECT_WITHIN_S
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password or None)
        if broker.tls:
            self._client.tls_set_context(tls_context(broker.authority))
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._arrived

    def open(self) -> None:
        """Connect in the background."""
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def close(self) -> None:
        """End the connection; the broker keeps what comes from then on."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(
        self, client: paho.Client, _data: Any, _flags: Any, code: Any, _more: Any
    ) -> None:
        if code.is_failure:
            self._on_state(f"the broker refused us: {code}")
            return
        client.subscribe([(topic, QOS) for topic in self._broker.topics])

    def _subscribed(self, _client: Any, _data: Any, _mid: int, codes: Any, _more: Any) -> None:
        refused = [
            topic
            for topic, code in zip(self._broker.topics, codes, strict=False)
            if code.value >= REFUSED
        ]
        told = f"the broker does not let us listen to {', '.join(refused)}" if refused else ""
        self._on_state(told or "connected")

    def _disconnected(self, _client: Any, _data: Any, _flags: Any, code: Any, _more: Any) -> None:
        if code.is_failure:
            self._on_state(f"the connection was lost: {code}; it is tried again")

    def _arrived(self, client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        def took() -> None:
            client.ack(message.mid, message.qos)

        self._on_message(bytes(message.payload), message.topic, took)


class _Client(paho.Client):
    """paho's client, which asks for the address of each connection anew and by whom it may be."""

    def __init__(
        self,
        address_of: Callable[[str, int], str],
        on_state: Callable[[str], None],
        client_id: str,
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            manual_ack=True,
        )
        self._address_of = address_of
        self._tell = on_state

    @override
    def _create_socket_connection(self) -> socket.socket:
        try:
            address = self._address_of(self._host, self._port)
            return socket.create_connection((address, self._port), timeout=CONNECT_WITHIN_S)
        except OSError as error:
            told = error.strerror or str(error)
            self._tell(f"the broker cannot be reached ({told}); it is tried again")
            raise


def broker_of(
    config: Mapping[str, Any], *, client_id: str, open_secret: Callable[[str], str]
) -> Broker:
    """Read a source's settings."""
    sealed = config.get("password_sealed", "")
    return Broker(
        client_id=client_id,
        host=config["host"],
        port=config["port"],
        topics=tuple(config["topics"]),
        tls=bool(config.get("tls")),
        user=config.get("user", ""),
        password=open_secret(sealed) if sealed else "",
        authority=config.get("authority", ""),
    )
