"""A strict NETCONF server (RFC 6241, 6242) over SSH, for there is none to install here.

It keeps leaves of one container, `system`, in `running` and `candidate`, and holds its clients to
the rules: how messages are parted, in what order they come, who holds a lock, who may confirm. That
it is not only what its author thinks a server is, `ncclient` shows, which speaks to it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from tests.support.ssh_server import SshServer, running_ssh

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
SYSTEM = "urn:garland:test:system"
ABLE = "urn:ietf:params:netconf:capability:"
EVERYTHING = (
    "candidate:1.0",
    "confirmed-commit:1.1",
    "rollback-on-error:1.0",
    "validate:1.1",
)
_TOKEN = "{" + BASE + "}"


class RefusedError(Exception):
    """What is asked breaks a rule; `tag` is that of the rpc-error."""

    def __init__(self, tag: str, message: str) -> None:
        super().__init__(message)
        self.tag = tag


@dataclass
class Device:
    """What the sessions of a server share.

    Attributes:
        able: Its capabilities beyond the base.
        bases: Versions of the protocol.
        most: How many connections it takes; those after it are shut out, as by a bad change.
        cuts_after: The operation after whose answer it breaks the line.
        asked: Operations, in order.
    """

    able: tuple[str, ...] = EVERYTHING
    bases: tuple[str, ...] = ("1.0", "1.1")
    most: int = 100
    cuts_after: str = ""
    running: dict[str, str] = field(default_factory=lambda: {"hostname": "edge-1", "mtu": "1500"})
    candidate: dict[str, str] | None = None
    locks: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sessions: int = 0
    persist: str = ""
    before: dict[str, str] | None = None

    def __call__(self, channel: Any) -> None:
        """Serve one session."""
        self.sessions += 1
        if self.sessions <= self.most:
            _Session(self, channel, self.sessions).serve()
        channel.close()


class _Session:
    def __init__(self, device: Device, channel: Any, number: int) -> None:
        self._device, self._channel, self._number = device, channel, number
        self._chunked = False
        self._came = b""

    def serve(self) -> None:
        bases = [f"urn:ietf:params:netconf:base:{one}" for one in self._device.bases]
        able = [*bases, *(ABLE + one for one in self._device.able)]
        told = "".join(f"<capability>{one}</capability>" for one in able)
        hello = f"<capabilities>{told}</capabilities><session-id>{self._number}</session-id>"
        self._send(f'<?xml version="1.0" encoding="UTF-8"?><hello xmlns="{BASE}">{hello}</hello>')
        theirs = self._receive()
        assert theirs is not None
        assert theirs.tag == _TOKEN + "hello"
        said = {one.text for one in theirs.iter(_TOKEN + "capability")}
        self._chunked = bases[-1].endswith("1.1") and bases[-1] in said
        while (rpc := self._receive()) is not None:
            name = rpc[0].tag.removeprefix(_TOKEN)
            self._device.asked.append(name)
            self._reply(rpc)
            if name == self._device.cuts_after:
                self._channel.get_transport().close()
            if name == "close-session":
                break
        self._device.locks = {
            store: who for store, who in self._device.locks.items() if who != self._number
        }

    def _reply(self, rpc: ET.Element) -> None:
        number = rpc.attrib["message-id"]
        try:
            inside = self._do(rpc[0])
        except RefusedError as error:
            inside = (
                "<rpc-error><error-type>protocol</error-type>"
                f"<error-tag>{error.tag}</error-tag><error-severity>error</error-severity>"
                f"<error-message>{error}</error-message></rpc-error>"
            )
        self._send(f'<rpc-reply message-id="{number}" xmlns="{BASE}">{inside}</rpc-reply>')

    def _do(self, asked: ET.Element) -> str:
        name = asked.tag.removeprefix(_TOKEN)
        deeds: dict[str, Callable[[ET.Element], str | None]] = {
            "get": self._get,
            "get-config": self._get,
            "lock": self._lock,
            "unlock": self._unlock,
            "edit-config": self._edit,
            "validate": lambda _asked: None,
            "commit": self._commit,
            "cancel-commit": self._cancel,
            "discard-changes": self._discard,
            "close-session": lambda _asked: None,
        }
        if name not in deeds:
            raise RefusedError("operation-not-supported", name)
        return deeds[name](asked) or "<ok/>"

    def _get(self, asked: ET.Element) -> str:
        wanted = {one.tag.rpartition("}")[2] for one in asked.iter() if "}" in one.tag}
        leaves = self._device.running.items()
        picked = [(name, text) for name, text in leaves if name in wanted] or leaves
        inside = "".join(f"<s:{name}>{text}</s:{name}>" for name, text in picked)
        return f'<data xmlns:s="{SYSTEM}"><s:system>{inside}</s:system></data>'

    def _lock(self, asked: ET.Element) -> None:
        store = _store(asked)
        if self._device.locks.get(store) or (store == "candidate" and self._device.candidate):
            raise RefusedError("lock-denied", f"{store} is locked or changed by another")
        self._device.locks[store] = self._number

    def _unlock(self, asked: ET.Element) -> None:
        if self._device.locks.pop(_store(asked), 0) != self._number:
            raise RefusedError("operation-failed", "it is not locked by you")

    def _edit(self, asked: ET.Element) -> None:
        store = _store(asked)
        if self._device.locks.get(store) != self._number:
            raise RefusedError("in-use", f"{store} is not locked by you")
        found = {
            leaf.tag.rpartition("}")[2]: (leaf.text or "").strip()
            for leaf in asked.find(f"{_TOKEN}config")[0]  # type: ignore[index]
        }
        if not found.get("mtu", "1").isdigit():
            raise RefusedError("invalid-value", f"the mtu is no number: {found['mtu']}")
        if store == "candidate":
            self._device.candidate = {**(self._device.candidate or self._device.running), **found}
        else:
            self._device.running = {**self._device.running, **found}

    def _commit(self, asked: ET.Element) -> None:
        device = self._device
        if device.locks.get("candidate", self._number) != self._number:
            raise RefusedError("in-use", "the candidate is locked by another")
        token = asked.findtext(f"{_TOKEN}persist-id") or ""
        if device.before is not None:
            if token != device.persist:
                raise RefusedError("invalid-value", "a commit on probation waits for its token")
            device.before, device.persist = None, ""
            return
        if asked.find(f"{_TOKEN}confirmed") is not None:
            device.before = device.running
            device.persist = asked.findtext(f"{_TOKEN}persist") or ""
        device.running, device.candidate = device.candidate or device.running, None

    def _cancel(self, asked: ET.Element) -> None:
        if asked.findtext(f"{_TOKEN}persist-id") != self._device.persist:
            raise RefusedError("invalid-value", "there is no such commit")
        self._device.running = self._device.before or self._device.running
        self._device.before, self._device.persist = None, ""

    def _discard(self, _asked: ET.Element) -> None:
        self._device.candidate = None

    def _send(self, text: str) -> None:
        data = text.encode()
        if not self._chunked:
            self._channel.sendall(data + b"]]>]]>")
            return
        for part in (data[:7], data[7:]):  # in two chunks, to see whether they are put together
            self._channel.sendall(b"\n#%d\n" % len(part) + part)
        self._channel.sendall(b"\n##\n")

    def _receive(self) -> ET.Element | None:
        try:
            data = self._chunks() if self._chunked else self._until(b"]]>]]>")
        except EOFError:
            return None
        return ET.fromstring(data)  # noqa: S314  what our own client sent

    def _chunks(self) -> bytes:
        found = b""
        while True:
            assert self._take(2) == b"\n#"
            size = self._until(b"\n")
            if size == b"#":
                assert found
                return found
            assert size.isdigit()
            assert not size.startswith(b"0")
            found += self._take(int(size))

    def _take(self, size: int) -> bytes:
        while len(self._came) < size:
            self._more()
        taken, self._came = self._came[:size], self._came[size:]
        return taken

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._came:
            self._more()
        taken, _, self._came = self._came.partition(mark)
        return taken

    def _more(self) -> None:
        found = self._channel.recv(65_536)
        if not found:
            raise EOFError
        self._came += found


def _store(asked: ET.Element) -> str:
    target = asked.find(f"{_TOKEN}target")
    assert target is not None
    return target[0].tag.removeprefix(_TOKEN)


@contextmanager
def running_netconf(device: Device) -> Iterator[SshServer]:
    """Serve NETCONF on a free port."""
    with running_ssh(device) as server:
        yield server
