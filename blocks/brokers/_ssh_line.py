"""One SSH connection: made within limits, to a server whose key is known, and ended in time.

The one door to paramiko, which is an extra: installations that speak to no device do without it.
Nothing is read from this machine: no agent, no key files, no known_hosts, no configuration; and
nothing is forwarded to it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from blocks.permissions.ssh import SshLogin
from blocks.sdk import BlockError

CONNECT_MAX_S = 15.0
UNKNOWN_MAX_BYTES = 256 * 1024
"""So much may come before we are signed in: a stranger has no more to say."""
TOTAL_MAX_BYTES = 16 * 1024 * 1024
_KINDS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_LACKS = "SSH is not installed here: the operator adds it by pip install garland[ssh]."


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Where a connection leads: the host as it is called, and what was judged of its addresses."""

    host: str
    address: str
    port: int
    deadline: float

    def left_s(self) -> float:
        """Give the seconds left; raises BlockError `ssh.timeout`."""
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            raise too_slow(self.host)
        return left_s


class Metered:
    """A socket that counts what comes over it, and can be cut."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.most = UNKNOWN_MAX_BYTES
        self.came = 0
        self.is_over = self.is_cut = self.is_signed_in = False
        self._closed = False  # paramiko asks a socket for it

    def recv(self, size: int) -> bytes:
        """Give what came; nothing once that is more than it may be."""
        found = self._line.recv(size)
        self.came += len(found)
        self.is_over = self.came > self.most
        return b"" if self.is_over else found

    def send(self, data: bytes) -> int:
        """Send what fits."""
        return self._line.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """Say how long `recv` and `send` wait."""
        self._line.settimeout(seconds)

    def close(self) -> None:
        """Close it."""
        self._closed = True
        self._line.close()

    def begin(self) -> None:
        """Let more come: we are signed in, and from here on something may be done."""
        self.most = self.came + TOTAL_MAX_BYTES
        self.is_signed_in = True

    def check(self) -> None:
        """Refuse to take what came for all of it when it was cut; raises EOFError."""
        if self.is_over or self.is_cut:
            raise EOFError

    def cut(self) -> None:
        """End it, whoever waits on it."""
        self.is_cut = True
        with suppress(OSError):  # it has ended by itself
            self._line.shutdown(socket.SHUT_RDWR)


def is_installed() -> bool:
    """Tell whether this installation can speak SSH."""
    try:
        import paramiko
    except ImportError:
        return False
    return bool(paramiko)


@contextmanager
def whatever_comes() -> Iterator[None]:
    """Go on although it fails: for tidying up, which changes nothing of what was done before."""
    import paramiko

    with suppress(BlockError, paramiko.SSHException, OSError, EOFError):
        yield


@contextmanager
def signed_in(login: SshLogin, goal: Goal, *, is_framed: bool = False) -> Iterator[Any]:
    """Sign in at a server, and out at the end; give paramiko's transport.

    Args:
        login: What with.
        goal: Where, and until when.
        is_framed: Whether all that is said tells where it ends: then what was taken is whole, even
            when the line was cut behind it.

    Raises:
        BlockError: see `sdk.Ssh`.
    """
    if not is_installed():
        raise BlockError("ssh.not_installed", _LACKS, retryable=False)
    import paramiko

    key = _read_key(login) if login.private_key else None
    metered = _connected(goal)
    timer = threading.Timer(goal.left_s(), metered.cut)
    timer.daemon = True
    timer.start()
    transport = None
    try:
        transport = paramiko.Transport(metered)  # type: ignore[arg-type]  # all it uses of one
        transport.logger.disabled = True  # what a stranger says does not belong in our log
        _start(transport, login, goal)
        _authenticate(transport, login, key, goal)
        metered.begin()
        yield transport
        if not is_framed:
            metered.check()
    except BlockError as error:
        raise (_failed(error, goal, metered) if metered.is_over else error) from None
    except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
        raise _failed(error, goal, metered) from None
    finally:
        timer.cancel()
        if transport is not None:
            transport.close()
        metered.close()


def _connected(goal: Goal) -> Metered:
    within_s = min(goal.left_s(), CONNECT_MAX_S)
    try:
        return Metered(socket.create_connection((goal.address, goal.port), timeout=within_s))
    except TimeoutError:
        raise too_slow(goal.host) from None
    except OSError as error:
        message = f"{goal.host} could not be reached at port {goal.port}: {type(error).__name__}."
        raise BlockError("ssh.unreachable", message, retryable=True) from None


def _start(transport: Any, login: SshLogin, goal: Goal) -> None:
    """Agree on ciphers, and see whose key the server has before anything is told to it."""
    from paramiko.ssh_exception import IncompatiblePeer

    known = {line.partition(" ")[0] for line in login.host_keys}
    kinds = [kind for one in sorted(known) for kind in (_RSA if one == "ssh-rsa" else (one,))]
    options = transport.get_security_options()
    options.key_types = tuple(kinds) if kinds else _KINDS
    transport.banner_timeout = transport.handshake_timeout = min(goal.left_s(), CONNECT_MAX_S)
    try:
        transport.start_client(timeout=min(goal.left_s(), CONNECT_MAX_S))
    except IncompatiblePeer as error:
        if known and "host key" in str(error):
            raise _changed(goal, "a host key of another kind", login) from None
        raise
    shown = transport.get_remote_server_key()
    _check_host_key(f"{shown.get_name()} {shown.get_base64()}", login, goal)


def _check_host_key(shown: str, login: SshLogin, goal: Goal) -> None:
    if shown in login.host_keys:
        return
    prints = f"{shown.partition(' ')[0]} {fingerprint(shown)}"
    if login.host_keys:
        raise _changed(goal, f"another host key ({prints})", login)
    if login.pin is not None:
        login.pin(shown)
        return
    place = goal.host if goal.port == 22 else f"[{goal.host}]:{goal.port}"  # noqa: PLR2004  SSH's
    message = (
        f"The host key of {goal.host} is not known, so nothing was sent. It shows {prints}. If "
        f"that is the device's own, add this line to the host keys of the connection: "
        f"{place} {shown}"
    )
    raise BlockError("ssh.host_key_unknown", message, retryable=False)


def _changed(goal: Goal, what: str, login: SshLogin) -> BlockError:
    known = ", ".join(fingerprint(one) for one in login.host_keys)
    message = (
        f"{goal.host} shows {what} than the one that is known ({known}): nothing was sent. If the "
        "device was replaced, compare the fingerprint with the one it shows on its console, then "
        "put the new key into the connection."
    )
    return BlockError("ssh.host_key_changed", message, retryable=False)


def fingerprint(line: str) -> str:
    """Give the fingerprint of a host key as `ssh-keygen -l` prints it.

    >>> fingerprint("ssh-ed25519 AAAA")
    'SHA256:cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw'
    """
    digest = hashlib.sha256(base64.b64decode(line.partition(" ")[2])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _authenticate(transport: Any, login: SshLogin, key: Any, goal: Goal) -> None:
    import paramiko

    transport.auth_timeout = goal.left_s()
    try:
        if key is not None:
            wanted = transport.auth_publickey(login.user, key)
        else:
            wanted = transport.auth_password(login.user, login.password)
    except paramiko.AuthenticationException:
        wanted = ["failed"]
    if wanted or not transport.is_authenticated():
        if transport.is_active() or not _is_over(goal):
            message = (
                f"{goal.host} refused to let {login.user} in: check user and "
                f"{'key' if key is not None else 'password'} of the connection."
            )
            raise BlockError("ssh.refused", message, retryable=False)
        raise too_slow(goal.host)


def _is_over(goal: Goal) -> bool:
    return goal.deadline - time.monotonic() <= 0


def _read_key(login: SshLogin) -> Any:
    import paramiko

    text, phrase = login.private_key.strip() + "\n", login.passphrase or None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text), phrase)
    message = "Keys of this kind cannot be used: make one of type ed25519, ecdsa or rsa."
    raise BlockError("ssh.refused", message, retryable=False)


def _failed(error: Exception, goal: Goal, metered: Metered) -> BlockError:
    if metered.is_over:
        return too_large(goal.host)
    if metered.is_cut or _is_over(goal) or isinstance(error, TimeoutError):
        return too_slow(goal.host)
    message = (
        f"{goal.host} answered what is not SSH as we speak it, or broke off: "
        f"{type(error).__name__}."
    )
    can_repeat = not metered.is_signed_in  # else it may have been done
    return BlockError("ssh.bad_answer", message, retryable=can_repeat)


def too_slow(host: str) -> BlockError:
    """Say that the time is over."""
    return BlockError("ssh.timeout", f"{host} did not answer in time.", retryable=True)


def too_large(host: str) -> BlockError:
    """Say that more came than may."""
    most = TOTAL_MAX_BYTES // 1024**2
    message = f"{host} sent more than {most} MB: ask for less."
    return BlockError("ssh.too_large", message, retryable=False)
