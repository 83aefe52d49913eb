"""Carries out a block's commands on devices, within limits of address, size and time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from blocks.brokers._netconf import carry_out
from blocks.brokers._ssh_line import Goal, is_installed, signed_in
from blocks.brokers._ssh_shell import Shell
from blocks.brokers._ssh_texts import Tail, readable
from blocks.brokers.addresses import Allowed, Resolver, pick_address, resolve
from blocks.permissions.ssh import SshLogin
from blocks.sdk import BlockError, NetconfAnswer, NetconfCall, SshAnswer, SshCall
from kernel.patterns import find_all

__all__ = ["SshBroker", "is_installed"]

LOOK_EVERY_S = 0.05
SETTLE_S = 0.2
"""A connection that ends takes its channels along, and is known to have ended a moment later."""
GRACE_S = 1.0
"""How long the end of an output is waited for after the command has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshBroker:
    """Signs in at devices for blocks, by SSH and NETCONF.

    Attributes:
        allow_private: Whether, or which, private and loopback addresses may be called.
        resolver: Gives a host's addresses.
    """

    allow_private: Allowed = False
    resolver: Resolver = resolve

    def run(self, call: SshCall) -> tuple[SshAnswer, ...]:
        """Carry out commands, in order, over one connection.

        Raises:
            BlockError: see `sdk.Ssh`.
        """
        login, goal = _login_of(call), self._goal_of(call)
        with signed_in(login, goal) as transport:
            if not call.is_shell:
                return tuple(_execute(transport, command, goal) for command in call.commands)
            channel = transport.open_session(timeout=goal.left_s())
            shell = Shell(channel, goal, prompt=call.prompt, answers=call.answers)
            shell.begin()
            return tuple(_typed(shell, call))

    def netconf(self, call: NetconfCall) -> NetconfAnswer:
        """Carry out a request.

        Raises:
            BlockError: see `sdk.Netconf`.
        """
        return carry_out(call, _login_of(call), self._goal_of(call))

    def greet(self, login: SshLogin, host: str, port: int, *, timeout_s: float) -> str:
        """Sign in and out again; give what the server calls itself.

        Raises:
            BlockError: see `sdk.Ssh`.
        """
        with signed_in(login, self._goal(host, port, timeout_s)) as transport:
            return str(transport.remote_version)

    def _goal_of(self, call: SshCall | NetconfCall) -> Goal:
        call.permit.check("", host=call.host, port=call.port)
        return self._goal(call.host, call.port, call.timeout_s)

    def _goal(self, host: str, port: int, timeout_s: float) -> Goal:
        deadline = time.monotonic() + timeout_s
        address = pick_address(
            host,
            port,
            allow_private=self.allow_private,
            resolver=self.resolver,
            timeout_s=timeout_s,
            protocol="ssh",
        )
        return Goal(host=host, address=address, port=port, deadline=deadline)


def _login_of(call: SshCall | NetconfCall) -> SshLogin:
    if call.login is None:
        message = "The step names no connection to sign in with: choose one in its settings."
        raise BlockError("connections.missing", message, retryable=False)
    return call.login


def _typed(shell: Shell, call: SshCall) -> Iterator[SshAnswer]:
    """Type one command after the other, until one is answered by what ends it."""
    last = len(call.commands) - 1
    for index, command in enumerate(call.commands):
        answer = shell.ask(command, is_last=index == last)
        yield answer
        if call.stops_at and any(
            find_all(call.stops_at, answer.output, ignores_case=True, by_line=True)
        ):
            return


def _execute(transport: Any, command: str, goal: Goal) -> SshAnswer:
    """Run one command and read both of its outputs until it has ended."""
    channel = transport.open_session(timeout=goal.left_s())
    channel.exec_command(command)
    channel.shutdown_write()
    out, wrong = Tail(), Tail()
    quiet_since = time.monotonic()
    while not _has_ended(channel, quiet_s=time.monotonic() - quiet_since):
        goal.left_s()
        if _take(channel, out, wrong):
            quiet_since = time.monotonic()
    if not (channel.eof_received or _has_status(channel)):
        transport.join(SETTLE_S)
        if not transport.is_active():
            raise EOFError  # it broke off: what came is not all of it
    return SshAnswer(
        command=command,
        output=readable(out.text()).rstrip("\n"),
        errors=readable(wrong.text()).rstrip("\n"),
        status=channel.exit_status if _has_status(channel) else None,
        is_cut=out.is_cut or wrong.is_cut,
    )


def _has_status(channel: Any) -> bool:
    return bool(channel.exit_status >= 0)


def _has_ended(channel: Any, *, quiet_s: float) -> bool:
    """Tell whether a command has ended and all that it wrote was taken."""
    has_status, is_eof = _has_status(channel), bool(channel.eof_received)
    is_over = channel.closed or (has_status and is_eof)
    is_late = (has_status or is_eof) and quiet_s > GRACE_S
    is_empty = not (channel.recv_ready() or channel.recv_stderr_ready())  # asked last: no data lost
    return is_empty and (is_over or is_late)


def _take(channel: Any, out: Tail, wrong: Tail) -> bool:
    """Take what comes within a moment; False when nothing does."""
    if channel.recv_stderr_ready():
        wrong.add(channel.recv_stderr(65_536))
        return True
    channel.settimeout(LOOK_EVERY_S)
    with suppress(TimeoutError):
        found = channel.recv(65_536)
        out.add(found)
        if not found:  # it has ended, and says so at once from here on
            time.sleep(LOOK_EVERY_S / 5)
        return bool(found)
    return False
