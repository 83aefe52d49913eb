"""`ctx.netconf` in the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.abilities.places import changes
from blocks.abilities.ssh import reached
from blocks.commands import filled_document
from blocks.permissions.netconf import PORT, Store
from blocks.sdk import BlockError, NetconfAnswer, NetconfCall

DOCUMENT_MAX = 512 * 1024
CONFIRM_MAX_S = 600


@dataclass(frozen=True, slots=True)
class NetconfAbility:
    """`ctx.netconf`."""

    attempt: Attempt

    def get(
        self,
        host: str,
        filter: str = "",  # noqa: A002  the protocol's
        *,
        values: Mapping[str, str] | None = None,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """See `sdk.Netconf.get`."""
        facts: dict[str, Any] = {"what": "get", "document": _filled(filter, values)}
        return self._ask(host, port, connection, timeout_s, facts)

    def get_config(  # noqa: PLR0913  the protocol's
        self,
        host: str,
        filter: str = "",  # noqa: A002  the protocol's
        *,
        source: Store = "running",
        values: Mapping[str, str] | None = None,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """See `sdk.Netconf.get_config`."""
        document = _filled(filter, values)
        facts = {"what": "get-config", "document": document, "store": source}
        return self._ask(host, port, connection, timeout_s, facts)

    def edit_config(  # noqa: PLR0913  the protocol's
        self,
        host: str,
        config: str,
        *,
        values: Mapping[str, str] | None = None,
        checks_only: bool = False,
        confirm_s: int = 0,
        port: int = PORT,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> NetconfAnswer:
        """See `sdk.Netconf.edit_config`."""
        if not checks_only:
            changes(self.attempt, "netconf.edit_config")
        if not 0 <= confirm_s <= CONFIRM_MAX_S:
            message = f"A change is confirmed within 1 to {CONFIRM_MAX_S} seconds, or 0 for never."
            raise BlockError("netconf.bad_config", message, retryable=False)
        document = _filled(config, values)
        if not document.strip():
            message = "There is nothing to change: write the configuration."
            raise BlockError("netconf.bad_config", message, retryable=False)
        facts = {"document": document, "checks_only": checks_only, "confirm_s": confirm_s}
        return self._ask(host, port, connection, timeout_s, {"what": "edit-config", **facts})

    def _ask(
        self, host: str, port: int, slot: str, timeout_s: float | None, facts: Mapping[str, Any]
    ) -> NetconfAnswer:
        place, permit = reached(self.attempt, host, port, slot)
        call = NetconfCall(
            host=place,
            port=port,
            timeout_s=self.attempt.within(timeout_s),
            permit=permit,
            slot=slot,
            **facts,
        )
        return self.attempt.services.netconf(call)


def _filled(template: str, values: Mapping[str, str] | None) -> str:
    document = filled_document(template, values or {})
    if len(document.encode()) > DOCUMENT_MAX:
        message = f"The XML has over {DOCUMENT_MAX:,} bytes: part it."
        raise BlockError("netconf.bad_config", message, retryable=False)
    return document
