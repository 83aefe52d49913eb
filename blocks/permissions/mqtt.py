"""`ctx.mqtt`: publishing messages at a broker, and reading what it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from blocks.permissions.place import url_of

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttMessage:
    """One message.

    Attributes:
        topic: Where it was published.
        payload: Its octets.
    """

    topic: str
    payload: bytes = b""

    @property
    def text(self) -> str:
        """The payload as text: UTF-8, with what is not UTF-8 replaced."""
        return self.payload.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttCredential:
    """What the host proves itself with; a block never gets one.

    Attributes:
        user, password: Of a connection of the kind `basic`; "" for none.
        tls: What shows a client's certificate, of the kind `mtls`; None for what is usual.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttRequest:
    """One errand at a broker, as Garland carries it out.

    Attributes:
        tls: Whether the line is encrypted.
        payload: `publish`: what is sent.
        qos: 0, 1 or 2: sent once, taken at least once, taken exactly once.
        retain: Whether the broker keeps it for those who come later.
        wait_s: `read`: how long to wait for what the broker keeps.
        slot: Of the block's manifest: the connection it is made with; "" for none.
        credential: Of that connection; put in by the host.
    """

    do: Literal["publish", "read"]
    host: str
    port: int
    topic: str
    tls: bool = True
    payload: bytes = b""
    qos: int = 1
    retain: bool = False
    wait_s: float = 2.0
    timeout_s: float = 20.0
    slot: str = ""
    credential: MqttCredential | None = field(default=None, repr=False, compare=False)

    @property
    def url(self) -> str:
        """Where it goes, for counting calls."""
        return url_of("mqtt", self.host, self.port)


class Mqtt(Protocol):
    """Speaking MQTT with a broker; needs the permission `mqtt`.

    Args of every method:
        host: Name or address of the broker; the manifest's hosts and ports bind.
        port: None takes 8883, or 1883 without encryption.
        tls: Whether the line is encrypted. Without, a connection's secret goes only where the
            connection allows that.
        connection: A slot that the manifest names under `secrets`, for connections of the kinds
            `basic` and `mtls`; "" for a broker that asks for nothing.
        timeout_s: For the whole errand; never beyond the step's limit.

    Raises:
        BlockError: `mqtt.timeout`, `mqtt.unreachable` or `mqtt.bad_answer` (retryable),
            `mqtt.bad_address`, `mqtt.bad_topic`, `mqtt.forbidden_address`, `mqtt.untrusted`,
            `mqtt.wrong_credentials`, `mqtt.not_allowed`, `mqtt.too_large`, `connections.missing`,
            `connections.unknown`, `connections.wrong_kind`, `connections.wrong_host`.
    """

    def publish(  # noqa: PLR0913  what is sent, where, and how surely
        self,
        host: str,
        topic: str,
        payload: str | bytes,
        *,
        port: int | None = None,
        tls: bool = True,
        qos: int = 1,
        retain: bool = False,
        connection: str = "",
        timeout_s: float | None = None,
    ) -> None:
        """Publish one message of at most 1 MB, and come back when the broker has taken it.

        With `qos` 0 nobody confirms: it comes back when the message is on its way. Only for blocks
        whose manifest says `"effects": "write"`.
        """
        ...

    def read(  # noqa: PLR0913  likewise
        self,
        host: str,
        topic: str,
        *,
        port: int | None = None,
        tls: bool = True,
        wait_s: float = 2.0,
        connection: str = "",
        timeout_s: float | None = None,
    ) -> MqttMessage | None:
        """Give the message that the broker keeps for a topic; None when none comes in `wait_s`."""
        ...
