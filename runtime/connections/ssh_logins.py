"""What a step signs in with at a device: a connection of kind `ssh_key`, or `basic`.

The host has to be one of the connection's, and its host key one that the connection names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import structlog

from blocks.permissions.ssh import SshLogin
from blocks.sdk import BlockError, NetconfCall, SshCall
from runtime.connections.granting import Grants
from tenancy.connections.hosts import covers
from tenancy.connections.model import Opened
from tenancy.connections.opening import pin_host_key
from tenancy.connections.pem import host_keys_of

log = structlog.get_logger(__name__)

Call = TypeVar("Call", SshCall, NetconfCall)


def with_login(call: Call, grants: Grants) -> Call:
    """Give a call with what it signs in with; as it is when its slot is left empty.

    Raises:
        BlockError: those of `Grants.connection_of`, and `connections.wrong_host`.
    """
    opened = grants.connection_of(call.slot) if call.slot else None
    if opened is None:
        return call
    if not covers(opened.hosts, call.host, call.port, usual=call.usual_port):
        shown = call.host if call.port == call.usual_port else f"{call.host}:{call.port}"
        message = f"{shown} is none of the hosts of the connection {opened.name}: add it to them."
        raise BlockError("connections.wrong_host", message, retryable=False)
    login = login_of(opened, call.host, call.port)
    return replace(call, login=replace(login, pin=_pin(grants, opened, call)))


def login_of(opened: Opened, host: str, port: int) -> SshLogin:
    """Give what a connection signs in with at one device."""
    values = opened.values
    return SshLogin(
        user=values["user"],
        password=values.get("password", ""),
        private_key=values.get("private_key", ""),
        passphrase=values.get("passphrase", ""),
        host_keys=host_keys_of(values.get("host_key", ""), host, port),
    )


def _pin(
    grants: Grants, opened: Opened, call: SshCall | NetconfCall
) -> Callable[[str], None] | None:
    """Give what keeps a host key that is seen first; None where the operator does not allow it."""
    connections = grants.connections
    if connections is None or not connections.pins_first_use or not grants.keeps:
        return None

    def keep(shown: str) -> None:
        host, port, now = call.host, call.port, connections.clock()
        with connections.writing(opened.tenant_id) as session:
            is_kept = pin_host_key(session, opened, shown, host=host, port=port, now=now)
        if not is_kept:
            message = (
                f"{call.host} shows another host key than one that was pinned at the same moment, "
                "or the connection was removed: nothing was sent."
            )
            raise BlockError("ssh.host_key_changed", message, retryable=False)
        log.warning("host_key_pinned", connection_id=str(opened.id), host=host, port=port)

    return keep
