"""Carries out a block's errands at MQTT brokers, within limits of address, size and time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from blocks.brokers.addresses import Allowed, Resolver, pick_address, resolve
from blocks.permissions.mqtt import MqttMessage, MqttRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttBroker:
    """Speaks to MQTT brokers for blocks.

    Attributes:
        allow_private: Whether, or which, private and loopback addresses may be reached.
        resolver: Gives a host's addresses.
    """

    allow_private: Allowed = False
    resolver: Resolver = resolve

    def carry(self, request: MqttRequest, /) -> MqttMessage | None:
        """Publish, or give what the broker keeps.

        Raises:
            BlockError: see `sdk.Mqtt`.
        """
        # paho is read when somebody asks
        from blocks.brokers._mqtt_client import V5, V311, OldBrokerError, carry_out

        deadline = time.monotonic() + request.timeout_s
        address = pick_address(
            request.host,
            request.port,
            allow_private=self.allow_private,
            resolver=self.resolver,
            timeout_s=request.timeout_s,
            protocol="mqtt",
        )
        try:
            return carry_out(request, address, deadline=deadline, version=V5)
        except OldBrokerError:
            return carry_out(request, address, deadline=deadline, version=V311)
