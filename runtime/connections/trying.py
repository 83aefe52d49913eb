"""Tries a connection, as its button does: what was done, and how it went, in words.

What can be tried differs by kind: a call to the test address, a token, a sign-in, a question. Where
there is nothing to try, that is said, rather than that all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from blocks.brokers.snmp import SnmpBroker
from blocks.brokers.ssh import SshBroker
from blocks.sdk import BlockError, HttpRequest, SnmpRequest
from kernel.clock import format_instant
from runtime.connections.devices import for_device
from runtime.connections.serving import Connections
from runtime.connections.ssh_logins import login_of
from tenancy.connections.checking import USUAL_PORTS
from tenancy.connections.hosts import split_entry
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import Opened

TIMEOUT_S = 10.0
_SSH = "ssh://"
SYS_NAME = "1.3.6.1.2.1.1.5.0"  # RFC 3418
NAME_MAX = 120
_REFUSALS = (401, 403)
_ERRORS = 400


@dataclass(frozen=True, slots=True)
class Tried:
    """How a test went; `said` is a sentence for people."""

    is_good: bool
    said: str


def try_connection(connections: Connections, opened: Opened) -> Tried:
    """Try a connection, as far as there is something to try."""
    try:
        if opened.kind.startswith("oauth2_"):
            return _token(connections, opened)
        if opened.kind == "secret_url":
            return Tried(True, "The address can be read. Nothing was sent: it would be a message.")
        return _WAYS[KINDS[opened.kind].speaks](connections, opened)
    except BlockError as error:
        return Tried(False, error.message)


def _token(connections: Connections, opened: Opened) -> Tried:
    spent = opened.token if opened.kind == "oauth2_client" else None
    found = connections.with_token(opened, spent=spent)
    ends = found.token.expires_at if found.token else None
    until = f", valid until {format_instant(ends)[:16].replace('T', ' ')} UTC" if ends else ""
    if not opened.test_address:
        return Tried(True, f"A token came{until}. No test address is given, so it was not used.")
    called = _http(connections, found)
    return replace(called, said=f"A token came{until}. {called.said}")


def _http(connections: Connections, opened: Opened) -> Tried:
    address = opened.test_address
    if address.startswith(_SSH):
        return _ssh(connections, opened)
    if not address and opened.kind == "mtls":
        named = next((entry for entry in opened.hosts if not entry.startswith("*")), "")
        address = f"https://{named}/" if named else ""
    if not address:
        return Tried(False, "Nothing was tried: give a test address that wants the secret.")
    request = HttpRequest(method="GET", url=address, timeout_s=TIMEOUT_S)
    answer = connections.carry(request, opened, connections.http.send)
    if answer.status in _REFUSALS:
        return Tried(False, f"The test address refused it: {answer.status}.")
    if answer.status >= _ERRORS:
        return Tried(False, f"The test address answered {answer.status}: is it the right one?")
    return Tried(True, f"The test address answered {answer.status}.")


def _ssh(connections: Connections, opened: Opened) -> Tried:
    if not opened.test_address:
        return Tried(True, "The key can be read. Give a test address to sign in with it.")
    host, port = _place(opened, USUAL_PORTS["ssh"])
    broker = SshBroker(allow_private=connections.allow_private)
    server = broker.greet(login_of(opened, host, port), host, port, timeout_s=TIMEOUT_S)
    return Tried(True, f"Signed in at {host} as {opened.values['user']}: {server[:80]}.")


def _snmp(connections: Connections, opened: Opened) -> Tried:
    if not opened.test_address:
        return Tried(False, "Nothing was tried: give the address of an agent to ask.")
    host, port = _place(opened, USUAL_PORTS["snmp"])
    request = SnmpRequest(
        do="get", host=host, port=port, oids=(SYS_NAME,), timeout_s=TIMEOUT_S, retries=1
    )
    broker = SnmpBroker(allow_private=connections.allow_private)
    [name] = broker.ask(for_device(request, opened))
    return Tried(True, f"The agent at {host} calls itself {str(name.value)[:NAME_MAX]}.")


def _place(opened: Opened, usual: int) -> tuple[str, int]:
    host, port = split_entry(opened.test_address.removeprefix(_SSH))
    return host, int(port) if port else usual


_WAYS: Mapping[str, Callable[[Connections, Opened], Tried]] = {
    "http": _http,
    "ssh": _ssh,
    "snmp": _snmp,
}
