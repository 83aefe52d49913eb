"""SSH servers that do what they are told to: a device with a prompt, and hostile ones.

They are paramiko's, with keys of their own; each serves every connection in a thread.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery
from typing_extensions import override

USER, PASSWORD = "garland", "a-long-canary"
_REPLY_S = 0.03
"""paramiko says yes to a request after the policy did; what is said before that would be odd."""
Talk = Callable[[Any], None]
"""What a server says on a channel."""


def new_key() -> paramiko.ECDSAKey:
    """Make a host key."""
    return paramiko.ECDSAKey.generate()


@dataclass
class SshServer:
    """A running server: where it is, its key, and what it was told.

    Attributes:
        talk: What it says once a shell, a command or a subsystem is asked for.
        prompts: Of a keyboard-interactive sign-in; () for a plain password.
    """

    port: int
    key: paramiko.PKey
    talk: Talk
    prompts: tuple[str, ...] = ()
    commands: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def host_key(self) -> str:
        """Its key as a connection names it."""
        return f"{self.key.get_name()} {self.key.get_base64()}"


class _Policy(paramiko.ServerInterface):
    def __init__(self, server: SshServer) -> None:
        self._server = server

    @override
    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive" if self._server.prompts else "password"

    @override
    def check_auth_password(self, username: str, password: str) -> int:
        self._server.passwords.append(password)
        is_good = (username, password) == (USER, PASSWORD) and not self._server.prompts
        return AUTH_SUCCESSFUL if is_good else AUTH_FAILED

    @override
    def check_auth_interactive(self, username: str, submethods: str) -> Any:
        return InteractiveQuery("", "", *self._server.prompts)

    @override
    def check_auth_interactive_response(self, responses: list[str]) -> int:
        self._server.answers += responses
        return AUTH_SUCCESSFUL if responses == [PASSWORD] else AUTH_FAILED

    @override
    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    @override
    def check_channel_pty_request(self, *_facts: Any) -> bool:
        return True

    @override
    def check_channel_shell_request(self, channel: Any) -> bool:
        return self._begin(channel)

    @override
    def check_channel_exec_request(self, channel: Any, command: bytes) -> bool:
        self._server.commands.append(command.decode())
        return self._begin(channel)

    @override
    def check_channel_subsystem_request(self, channel: Any, name: str) -> bool:
        return name == "netconf" and self._begin(channel)

    def _begin(self, channel: Any) -> bool:
        def serve() -> None:
            with suppress(OSError, EOFError):
                self._server.talk(channel)
                channel.close()

        later = threading.Timer(_REPLY_S, serve)
        later.daemon = True
        later.start()
        return True


@contextmanager
def running_ssh(
    talk: Talk, *, key: paramiko.PKey | None = None, prompts: tuple[str, ...] = ()
) -> Iterator[SshServer]:
    """Serve SSH on a free port."""
    ear = socket.create_server(("127.0.0.1", 0))
    port = int(ear.getsockname()[1])
    server = SshServer(port, key or new_key(), talk, prompts)
    opened: list[Any] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = ear.accept()
                server.connections += 1
                opened.append(_meet(server, line))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server
    finally:
        ear.shutdown(socket.SHUT_RDWR)
        ear.close()
        for transport in opened:
            transport.close()


def _meet(server: SshServer, line: socket.socket) -> paramiko.Transport:
    transport = paramiko.Transport(line)
    transport.logger.disabled = True
    transport.add_server_key(server.key)
    with suppress(paramiko.SSHException, EOFError):
        transport.start_server(threading.Event(), _Policy(server))
    return transport


@contextmanager
def raw_ssh(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """Listen on a free port and let a function speak over each connection; give the port."""
    ear = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = ear.accept()
                with suppress(OSError), line:
                    serve(line)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(ear.getsockname()[1])
    finally:
        ear.shutdown(socket.SHUT_RDWR)
        ear.close()


@dataclass
class Router:
    """A device with a prompt, modes, a pager and a question; it notes what it is told.

    Attributes:
        answers: By command, what it prints.
        is_paging: Whether it stops after each page until it is told otherwise.
    """

    answers: dict[str, str]
    name: str = "edge-1"
    is_paging: bool = True
    told: list[str] = field(default_factory=list)
    page: int = 3

    def __call__(self, channel: Any) -> None:
        """Serve one session."""
        self._prompt = f"{self.name}#"
        channel.sendall(f"\r\n*** Authorised people alone ***\r\n\r\n{self._prompt}".encode())
        while (line := self._line(channel)) is not None:
            self.told.append(line)
            if line == "exit":
                return
            self._answer(channel, line)
            channel.sendall(self._prompt.encode())

    def _line(self, channel: Any) -> str | None:
        came = b""
        while not came.endswith(b"\n"):
            found = channel.recv(1)
            if not found:
                return None
            channel.sendall(b"\r\n" if found == b"\n" else found)
            came += found
        return came.decode().strip()

    def _answer(self, channel: Any, line: str) -> None:
        if line == "terminal length 0":
            self.is_paging = False
        elif line in ("configure terminal", "end"):
            self._prompt = f"{self.name}(config)#" if line != "end" else f"{self.name}#"
        elif line == "reload":
            channel.sendall(b"Proceed with reload? [confirm]")
            self.told.append(f"answered: {self._line(channel)!r}")
        else:
            known = self.answers.get(line, "% Invalid input detected at '^' marker.")
            self._print(channel, known.split("\n"))

    def _print(self, channel: Any, lines: list[str]) -> None:
        for number, line in enumerate(lines, start=1):
            channel.sendall(f"{line}\r\n".encode())
            if self.is_paging and number % self.page == 0 and number < len(lines):
                channel.sendall(b" --More-- ")
                channel.recv(1)
                channel.sendall(b"\x08" * 10 + b" " * 10 + b"\x08" * 10)
