"""Devices and MQTT brokers as an example's `services` describes them: each errand, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.oids import read_oid
from blocks.sdk import BlockError, MqttMessage, MqttRequest, SnmpRequest, SnmpValue

_COMPARED = frozenset({"do", "host", "port", "tls", "topic", "qos", "retain"})
_LASTING = frozenset(
    {
        "bad_address",
        "bad_oid",
        "bad_topic",
        "bad_value",
        "forbidden_address",
        "no_such_object",
        "not_allowed",
        "too_large",
        "untrusted",
        "wrong_credentials",
    }
)


@dataclass(slots=True)
class MockedDevices:
    """Answers one errand after the other; another than is expected is an error.

    Attributes:
        described: The example's `services`.
        done: How many errands of each protocol there were.
    """

    described: Mapping[str, Any]
    done: dict[str, int] = field(default_factory=dict)

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Answer a question to a device, or take what it is told."""
        mock = self._next("snmp", f"{request.do} {request.host}", request.slot)
        oids = tuple(read_oid(one) for one in mock.get("oids", request.oids))
        _compare("oids", oids, request.oids)
        if "expect_values" in mock:
            sent = [
                {"oid": one.oid, "kind": one.kind, "value": one.value} for one in request.values
            ]
            wanted = [{**one, "oid": read_oid(one["oid"])} for one in mock["expect_values"]]
            _compare("values", wanted, sent)
        _compare("place", (mock["do"], mock["host"]), (request.do, request.host))
        _fail(mock)
        values = [_variable(one) for one in mock.get("values", ())]
        return values[: request.values_max] if request.do == "walk" else values

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Take a message, or give the one that is kept."""
        mock = self._next("mqtt", f"{request.do} {request.topic}", request.slot)
        for name in _COMPARED & mock.keys():
            _compare(name, mock[name], getattr(request, name))
        if "payload" in mock:
            _compare("payload", mock["payload"], request.payload.decode())
        _fail(mock)
        if "kept" not in mock:
            return None
        return MqttMessage(topic=request.topic, payload=mock["kept"].encode())

    def _next(self, protocol: str, told: str, slot: str) -> Mapping[str, Any]:
        if self.described.get("connections", {}).get(slot) == "missing":
            message = f"The step names no connection for {slot}."
            raise BlockError("connections.missing", message, retryable=False)
        expected, number = self.described.get(protocol, []), self.done.get(protocol, 0)
        if number >= len(expected):
            raise BlockError("example.unexpected_call", told)
        self.done[protocol] = number + 1
        found: Mapping[str, Any] = expected[number]
        return found


def _variable(mock: Mapping[str, Any]) -> SnmpValue:
    return SnmpValue(oid=read_oid(mock["oid"]), kind=mock["kind"], value=mock.get("value"))


def _fail(mock: Mapping[str, Any]) -> None:
    if "error" in mock:
        passes = mock["error"].rpartition(".")[2] not in _LASTING
        raise BlockError(mock["error"], "as the example says", retryable=passes)


def _compare(name: str, wanted: Any, came: Any) -> None:
    if wanted != came:
        raise BlockError("example.other_call", f"{name}: expected {wanted}, came {came}")
