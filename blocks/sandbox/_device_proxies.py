"""What stands behind `ctx.snmp` and `ctx.mqtt` inside a child."""

from __future__ import annotations

from typing import Any

from blocks.permissions.mqtt import MqttMessage
from blocks.permissions.snmp import SnmpValue
from blocks.sandbox import _wire
from blocks.sandbox._asking import Part


class SnmpProxy(Part):
    """`ctx.snmp`."""

    def get(
        self,
        host: str,
        oids: list[str],
        *,
        connection: str,
        port: int = 161,
        timeout_s: float | None = None,
        retries: int = 2,
    ) -> list[SnmpValue]:
        """See `sdk.Snmp.get`."""
        given = {"host": host, "oids": list(oids), "connection": connection, "port": port}
        return self._values("snmp.get", **given, timeout_s=timeout_s, retries=retries)

    def walk(  # noqa: PLR0913  as the SDK has it
        self,
        host: str,
        oid: str,
        *,
        connection: str,
        values_max: int = 1000,
        port: int = 161,
        timeout_s: float | None = None,
        retries: int = 2,
    ) -> list[SnmpValue]:
        """See `sdk.Snmp.walk`."""
        given = {"host": host, "oid": oid, "connection": connection, "port": port}
        more = {"values_max": values_max, "timeout_s": timeout_s, "retries": retries}
        return self._values("snmp.walk", **given, **more)

    def set(
        self,
        host: str,
        values: list[SnmpValue],
        *,
        connection: str,
        port: int = 161,
        timeout_s: float | None = None,
        retries: int = 0,
    ) -> None:
        """See `sdk.Snmp.set`."""
        written = [_wire.write_variable(one) for one in values]
        given = {"host": host, "values": written, "connection": connection, "port": port}
        self._asking.ask("snmp.set", **given, timeout_s=timeout_s, retries=retries)

    def notify(  # noqa: PLR0913  as the SDK has it
        self,
        host: str,
        trap: str,
        values: list[SnmpValue],
        *,
        connection: str,
        inform: bool = False,
        port: int = 162,
        timeout_s: float | None = None,
        retries: int = 2,
    ) -> None:
        """See `sdk.Snmp.notify`."""
        written = [_wire.write_variable(one) for one in values]
        given = {"host": host, "trap": trap, "values": written, "connection": connection}
        more = {"port": port, "inform": inform, "timeout_s": timeout_s, "retries": retries}
        self._asking.ask("snmp.notify", **given, **more)

    def _values(self, what: str, **arguments: Any) -> list[SnmpValue]:
        return [_wire.read_variable(one) for one in self._asking.ask(what, **arguments)]


class MqttProxy(Part):
    """`ctx.mqtt`."""

    def publish(  # noqa: PLR0913  as the SDK has it
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
        sent = payload.encode() if isinstance(payload, str) else payload
        self._asking.ask(
            "mqtt.publish",
            host=host,
            topic=topic,
            payload=_wire.write_bytes(sent),
            port=port,
            tls=tls,
            qos=qos,
            retain=retain,
            connection=connection,
            timeout_s=timeout_s,
        )

    def read(  # noqa: PLR0913  as the SDK has it
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
        given = {"host": host, "topic": topic, "port": port, "tls": tls}
        more = {"wait_s": wait_s, "connection": connection, "timeout_s": timeout_s}
        answer = self._asking.ask("mqtt.read", **given, **more)
        return None if answer is None else _wire.read_message(answer)
