"""Connections for errands over SNMP and MQTT: what the brokers prove themselves with.

A secret goes only to the hosts that its connection names, on an encrypted line where the protocol
has one and the connection asks for it. What is made here never reaches a block.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from blocks.permissions.mqtt import MqttCredential
from blocks.permissions.snmp import SnmpCredential
from blocks.sdk import BlockError, MqttMessage, MqttRequest, SnmpRequest, SnmpValue
from runtime.connections.injecting import client_context
from tenancy.connections.checking import why_not_there
from tenancy.connections.model import Opened


class CarriesSnmp(Protocol):
    """Carries errands to devices: `blocks.brokers.snmp`."""

    def ask(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Carry out an errand; raises BlockError, see `blocks.sdk.Snmp`."""
        ...


class CarriesMqtt(Protocol):
    """Carries errands to MQTT brokers: `blocks.brokers.mqtt`."""

    def carry(self, request: MqttRequest, /) -> MqttMessage | None:
        """Carry out an errand; raises BlockError, see `blocks.sdk.Mqtt`."""
        ...


def for_device(request: SnmpRequest, opened: Opened | None) -> SnmpRequest:
    """Give the errand with what the connection holds.

    Raises:
        BlockError: `connections.wrong_host`; `connections.wrong_kind` where it is not for SNMP.
    """
    if opened is None:
        return request
    if opened.kind != "snmp_v3":
        raise _wrong_kind(opened, "SNMP")
    _check_place(opened, _written(request.host, request.port), request.host)
    credential = SnmpCredential(values=opened.values, engine=opened.id.bytes)
    return replace(request, credential=credential)


def for_broker(request: MqttRequest, opened: Opened | None) -> MqttRequest:
    """Give the errand with what the connection holds; raises like `for_device`."""
    if opened is None:
        return request
    if opened.kind not in ("basic", "mtls"):
        raise _wrong_kind(opened, "MQTT")
    scheme = "mqtts" if request.tls else "mqtt"
    _check_place(opened, f"{scheme}://{_written(request.host, request.port)}", request.host)
    if opened.kind == "basic":
        user, password = opened.values["user"], opened.values["password"]
        return replace(request, credential=MqttCredential(user=user, password=password))
    if not request.tls:
        message = f"The connection {opened.name} is a certificate: encrypt the line to show it."
        raise BlockError("connections.wrong_kind", message, retryable=False)
    return replace(request, credential=MqttCredential(tls=client_context(opened.values, ())))


def _check_place(opened: Opened, address: str, host: str) -> None:
    hosts = tuple(opened.hosts)
    if why := why_not_there(opened.kind, hosts, address, over_http=opened.over_http):
        message = f"The connection {opened.name} does not go there: {host} {why}."
        raise BlockError("connections.wrong_host", message, retryable=False)


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _wrong_kind(opened: Opened, protocol: str) -> BlockError:
    message = f"The connection {opened.name} is not for {protocol}: choose another."
    return BlockError("connections.wrong_kind", message, retryable=False)
