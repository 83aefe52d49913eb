"""One child seen from Garland: started, asked within a deadline, served what it asks for, killed."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from blocks.outcomes import Outcome
from blocks.sandbox import _wire
from blocks.sandbox._frames import Channel, FrameError
from blocks.sandbox._filter import filter_bytes
from blocks.sdk import BlockError, Context

_PROGRAM = Path(__file__).with_name("_child.py")
_START_S = 10.0
ASKS_MAX = 10_000
"""What one call may ask and tell: more is a block that keeps Garland busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The code of a block, unpacked.

    Attributes:
        digest: Which it is, for good.
        entry: The file that defines `run`.
        paths: Folders it may import from, and read.
        memory_bytes: What it may use beyond what an empty child does.
    """

    digest: str
    entry: Path
    paths: tuple[Path, ...]
    memory_bytes: int = 64 << 20


class ChildError(Exception):
    """The child did what a well-behaved one does not; it is gone. The message says what."""


class Worker:
    """A child that runs one block for one tenant. Not for use by two threads at once."""

    def __init__(self, package: Package) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                _command(theirs.fileno()),
                env={"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._socket = ours
        self._channel = Channel(ours.fileno())
        self.calls = 0
        try:
            self._begin(package)
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can take a call; one that was killed, or died, cannot."""
        return self._process.poll() is None

    def call(self, context: Context, *, deadline: float) -> Outcome:
        """Run the block once; what it asks is done by the abilities of `context`.

        Args:
            context: The host's.
            deadline: By `time.monotonic`.

        Raises:
            BlockError: the block's own, or an ability's; `block.timeout`.
            ChildError: it broke the rules, died, or answered what nobody asked; it is gone.
        """
        if not self._channel.is_quiet():
            self.kill()
            raise ChildError("it wrote before it was asked")
        self.calls += 1
        try:
            return self._exchange(context, deadline)
        except TimeoutError:
            self.kill()
            message = "The step took longer than its limit."
            raise BlockError("block.timeout", message, retryable=True) from None
        except (FrameError, _wire.UnreadableError, KeyError, TypeError) as error:
            self.kill()
            raise ChildError(f"what it wrote cannot be read: {error}") from None
        except (EOFError, OSError):
            raise ChildError(self._how_it_ended()) from None

    def kill(self) -> None:
        """End it, and leave nothing of it behind."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _begin(self, package: Package) -> None:
        start = {
            "entry": str(package.entry),
            "paths": [str(path) for path in package.paths],
            "readable": _readable(),
            "memory_bytes": package.memory_bytes,
            "filter": base64.b64encode(filter_bytes()).decode(),
        }
        deadline = time.monotonic() + _START_S
        try:
            self._channel.send(start, deadline=deadline)
            said = self._channel.receive(deadline=deadline)
        except (EOFError, OSError, FrameError) as error:
            raise ChildError(f"it did not start: {error}") from None
        if said != {"ready": True}:
            raise ChildError(f"it did not start: {said.get('failed')}")

    def _exchange(self, context: Context, deadline: float) -> Outcome:
        call = secrets.token_hex(8)
        request = {
            "call": call,
            "config": context.config,
            "input": context.input,
            "facts": _wire.write_facts(context.run),
        }
        self._channel.send(request, deadline=deadline)
        for _ in range(ASKS_MAX):
            said = self._channel.receive(deadline=deadline)
            if said.get("call") != call:
                raise FrameError("it answers another call")
            if "ask" not in said:
                return _ended(said)
            _answer(self._channel, context, said, deadline)
        raise FrameError(f"it asks more than {ASKS_MAX:,} times")

    def _how_it_ended(self) -> str:
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self.kill()
            return "it closed its channel"
        self.kill()
        if status < 0:
            return f"it was ended by {signal.Signals(-status).name}"
        return f"it ended with status {status}"


def _command(descriptor: int) -> list[str]:
    # -I and -S: nothing of the surroundings' path, environment or site packages reaches it.
    return [sys.executable, "-I", "-S", str(_PROGRAM), str(descriptor), str(os.getpid())]


def _readable() -> list[str]:
    """What any Python program reads: its library, shared libraries, time zones."""
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    return [
        *sorted(folders),
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/etc/ld.so.cache",
        "/usr/share/zoneinfo",
        "/dev/null",
        "/dev/urandom",
    ]


def _ended(said: Mapping[str, Any]) -> Outcome:
    if "ended" in said:
        return _wire.read_outcome(said["ended"])
    if "error" in said:
        raise _wire.read_error(said["error"])
    if "crashed" in said:
        message = f"The block stopped with an error of its own: {said['crashed']}"
        raise BlockError("block.crashed", message, retryable=False)
    message = f"The block's result cannot be used: {said['unusable']}."
    raise BlockError("block.bad_output", message, retryable=False)


def _answer(channel: Channel, context: Context, said: Mapping[str, Any], deadline: float) -> None:
    do, is_told = _ASKS[said["ask"]]
    try:
        answer = {"answer": do(context, **said["with"])}
    except BlockError as error:
        answer = {"error": _wire.write_error(error)}
    if not is_told:
        channel.send(answer, deadline=deadline)


def _request(context: Context, *, body: str | None, **given: Any) -> dict[str, Any]:
    sent = None if body is None else _wire.read_bytes(body)
    return _wire.write_response(context.http.request(body=sent, **given))


def _moment(ask: str) -> Callable[..., str]:
    def answer(context: Context, *, calendar: str, at: str, **given: Any) -> str:
        moment: datetime = getattr(context.calendars, ask)(
            calendar, _wire.read_instant(at), **given
        )
        return moment.isoformat()

    return answer


_ASKS: Mapping[str, tuple[Callable[..., Any], bool]] = {
    "http.request": (_request, False),
    "mail.send": (lambda context, **given: context.mail.send(**given), False),
    "alarms.get": (lambda context, **given: context.alarms.get(**given), False),
    "alarms.set": (lambda context, **given: context.alarms.set(**given), False),
    "alarms.acknowledge": (lambda context, **given: context.alarms.acknowledge(**given), False),
    "tables.look_up": (lambda context, **given: context.tables.look_up(**given), False),
    "tables.decide": (lambda context, **given: asdict(context.tables.decide(**given)), False),
    "calendars.next_open": (_moment("next_open"), False),
    "calendars.next_close": (_moment("next_close"), False),
    "calendars.add_open_time": (_moment("add_open_time"), False),
    "state.get": (lambda context, **given: context.state.get(**given), False),
    "state.set": (lambda context, **given: context.state.set(**given), False),
    "state.delete": (lambda context, **given: context.state.delete(**given), False),
    "state.list": (lambda context: context.state.list(), False),
    "live.report": (lambda context, **given: context.live.report(**given), True),
    "live.is_cancelled": (lambda context: context.live.is_cancelled(), False),
    "log.info": (lambda context, **given: context.log.info(**given), True),
    "log.warning": (lambda context, **given: context.log.warning(**given), True),
}
