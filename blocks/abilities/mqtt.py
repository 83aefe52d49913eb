"""`ctx.mqtt` in the host."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.abilities.places import changes, place_of
from blocks.permissions.mqtt import MqttMessage, MqttRequest
from blocks.sdk import BlockError

PORT, TLS_PORT = 1883, 8883
PAYLOAD_MAX_BYTES = 1024 * 1024
TOPIC_MAX_BYTES = 65_535  # MQTT 5.0, 1.5.4
QOS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class MqttAbility:
    """`ctx.mqtt`."""

    attempt: Attempt

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
        """See `sdk.Mqtt.publish`."""
        place = self._place(host, port, tls)
        changes(self.attempt, "mqtt.publish")
        sent = payload.encode() if isinstance(payload, str) else payload
        if len(sent) > PAYLOAD_MAX_BYTES:
            message = f"The message has {len(sent):,} bytes; at most {PAYLOAD_MAX_BYTES:,}."
            raise BlockError("mqtt.too_large", message, retryable=False)
        if qos not in QOS:
            raise BlockError("mqtt.bad_qos", f"{qos} is no QoS: use 0, 1 or 2.", retryable=False)
        more = {"payload": sent, "qos": qos, "retain": retain}
        self._ask(_errand("publish", place, topic, tls=tls, **more), connection, timeout_s)

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
        """See `sdk.Mqtt.read`."""
        place = self._place(host, port, tls)
        errand = _errand("read", place, topic, tls=tls, wait_s=max(0.0, wait_s))
        return self._ask(errand, connection, timeout_s)

    def _place(self, host: str, port: int | None, tls: bool) -> tuple[str, int]:  # noqa: FBT001
        usual = TLS_PORT if tls else PORT
        return place_of(self.attempt, "mqtt", host, usual if port is None else port)

    def _ask(self, errand: MqttRequest, slot: str, timeout_s: float | None) -> MqttMessage | None:
        self.attempt.permit_slot(slot)
        limit_s = self.attempt.within(timeout_s)
        return self.attempt.services.mqtt(replace(errand, slot=slot, timeout_s=limit_s))


def _errand(do: Any, place: tuple[str, int], topic: str, **more: Any) -> MqttRequest:
    size = len(topic.encode("utf-8", "replace"))
    if not topic or size > TOPIC_MAX_BYTES or set(topic) & set("+#\0"):
        message = (
            f"{topic[:80]} is no topic to publish at: leave out + and #, which stand for many."
        )
        raise BlockError("mqtt.bad_topic", message, retryable=False)
    return MqttRequest(do=do, host=place[0], port=place[1], topic=topic, **more)
