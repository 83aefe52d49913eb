"""One child seen from Garland: asked within a deadline, served what it asks for, killed."""

from __future__ import annotations

import base64
import math
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blocks.outcomes import Outcome
from blocks.sandbox import _wire
from blocks.sandbox._asks import TOLD, answer
from blocks.sandbox._filter import filter_bytes
from blocks.sandbox._frames import Channel, FrameError, pack
from blocks.sandbox._process import Line, surroundings
from blocks.sandbox.package import Package
from blocks.sdk import BlockError, Context

START_S = 10.0
CPU_S = 120.0
"""Seconds of a processor that a child gets for its life; more where one call may take longer."""
SAID_MAX_BYTES = 32 << 20
"""What one call may say: each byte costs Garland more to read than the child to write."""
ASKS_MAX = 10_000
"""What one call may ask and tell: more is a block that keeps Garland busy."""
_TICKS_S = os.sysconf("SC_CLK_TCK")


class ChildError(Exception):
    """The child did what a well-behaved one does not; it is gone. The message says what."""


class Worker:
    """A child that runs one block for one tenant. Not for use by two threads at once."""

    def __init__(self, process: subprocess.Popen[bytes], line: Line) -> None:
        self._process, self._line = process, line
        self._channel = Channel(line.reads, line.writes)
        self._cpu_left_s = 0.0
        self.calls = 0
        self.ending = ""
        """Why it was ended, once it was."""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def begin(self, package: Package, *, deadline: float) -> None:
        """Have it lock itself down and load the block.

        Args:
            package: What it runs.
            deadline: Of the call that it is started for, by `time.monotonic`.

        Raises:
            ChildError: it did not; it is gone.
            TimeoutError: likewise, and the time of the call is up.
        """
        now = time.monotonic()
        self._cpu_left_s = cpu_s = max(CPU_S, 2 * (deadline - now))
        ready_by = min(deadline, now + START_S)
        start = {
            "entry": str(package.entry),
            "paths": [str(path) for path in package.paths],
            "memory_bytes": package.memory_bytes,
            "cpu_s": math.ceil(cpu_s),
            "filter": base64.b64encode(filter_bytes()).decode(),
            **surroundings(),
        }
        try:
            self._channel.send(start, deadline=ready_by)
            said = self._channel.receive(deadline=ready_by)
        except TimeoutError:
            self.kill(f"it was not ready within {ready_by - now:.1f} s")
            if ready_by == deadline:
                raise
        except FrameError as error:
            self.kill(f"what it wrote cannot be read: {error}")
        except (EOFError, OSError):
            self._notice_end()
        else:
            if said == {"ready": True}:
                return
            self.kill(_text(said.get("failed")) or "it did not say that it is ready")
        raise ChildError(self.ending)

    def is_ready(self, limit_s: float) -> bool:
        """Tell whether it waits for a call that may take so long: alive, silent, not worn out."""
        return self._cpu_left_s > limit_s and not self.ending and self._channel.is_quiet()

    @property
    def has_ended(self) -> bool:
        """Tell whether it was ended, or ended by itself."""
        return bool(self.ending) or self._process.poll() is not None

    def call(self, context: Context, *, deadline: float) -> Outcome:
        """Run the block once; what it asks is done by the abilities of `context`.

        Args:
            context: The host's.
            deadline: By `time.monotonic`.

        Raises:
            BlockError: the block's own, or an ability's; `block.timeout`, `block.bad_input`.
            ChildError: it broke the rules, died, or answered what nobody asked; it is gone.
        """
        call = secrets.token_hex(8)
        request = _request(call, context)
        self.calls += 1
        began = time.monotonic()
        try:
            return self._exchange(context, call, request, deadline)
        except TimeoutError:
            self.kill("its time was up")
            raise timed_out() from None
        except (FrameError, _wire.UnreadableError) as error:
            self.kill(f"what it wrote cannot be read: {error}")
            raise ChildError(self.ending) from None
        except (EOFError, OSError):
            self._notice_end()
            raise ChildError(self.ending) from None
        except BlockError:
            raise
        except BaseException:
            self.kill("what it asked for failed")
            raise
        finally:
            self._cpu_left_s -= time.monotonic() - began

    def cpu_used_s(self) -> float:
        """Tell how long it has kept a processor busy since it was started (proc(5))."""
        return sum(_cpu_s(pid) for pid in _family(self.pid))

    def kill(self, reason: str) -> None:
        """End it, and leave nothing of it behind."""
        if self.ending:
            return
        self.ending = reason
        self._process.kill()
        self._process.wait()
        self._line.close()

    def _exchange(self, context: Context, call: str, request: bytes, deadline: float) -> Outcome:
        self._channel.send_frame(request, deadline=deadline)
        most_bytes = self._channel.read_bytes + SAID_MAX_BYTES
        for _ in range(ASKS_MAX):
            said = self._channel.receive(deadline=deadline)
            if self._channel.read_bytes > most_bytes:
                raise FrameError(f"it says more than {SAID_MAX_BYTES:,} bytes")
            if time.monotonic() >= deadline:
                raise TimeoutError
            if said.get("call") != call:
                raise FrameError("it answers another call")
            if "ask" not in said:
                return _ended(said, self._channel.frame_bytes)
            self._serve(context, said, deadline)
        raise FrameError(f"it asks and tells more than {ASKS_MAX:,} times")

    def _serve(self, context: Context, said: Mapping[str, Any], deadline: float) -> None:
        ask = said["ask"]
        try:
            given = {"answer": answer(context, ask, said.get("with"))}
        except BlockError as error:
            given = {"error": _wire.write_error(error)}
        if ask.startswith(TOLD):
            return
        try:
            frame = pack(given)
        except FrameError as error:
            refused = BlockError("block.answer_unusable", f"The answer to {ask}: {error}.")
            frame = pack({"error": _wire.write_error(refused)})
        self._channel.send_frame(frame, deadline=deadline)

    def _notice_end(self) -> None:
        """Say how it ended by itself."""
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self.kill("it closed its line to Garland")
            return
        self.kill(_how(status))


def timed_out() -> BlockError:
    """Give the error of a step whose time was up."""
    return BlockError("block.timeout", "The step took longer than its limit.", retryable=True)


def _family(pid: int) -> list[int]:
    """List a process and all below it: bubblewrap has two round what runs in it."""
    try:
        named = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return [pid]
    return [pid, *(each for child in named.split() for each in _family(int(child)))]


def _cpu_s(pid: int) -> float:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    facts = line.rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / _TICKS_S


def _request(call: str, context: Context) -> bytes:
    """Make the frame that a child is sent; raises BlockError where it cannot be sent to anyone."""
    request = {
        "call": call,
        "config": context.config,
        "input": context.input,
        "facts": _wire.write_facts(context.run),
    }
    try:
        return pack(request)
    except FrameError as error:
        message = f"The step's config and input cannot be handed to the block: {error}."
        raise BlockError("block.bad_input", message, retryable=False) from None


def _how(status: int) -> str:
    if status >= 0:
        return f"it ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    means = {
        "SIGSYS": "it made a forbidden system call",
        "SIGKILL": "it was killed, by itself or for want of memory or time",
    }
    return f"it was ended by {name}: {means[name]}" if name in means else f"it was ended by {name}"


def _ended(said: Mapping[str, Any], size_bytes: int) -> Outcome:
    if "ended" in said:
        return _wire.read_outcome(said["ended"], size_bytes=size_bytes)
    if "error" in said:
        raise _wire.read_error(said["error"])
    if "crashed" in said:
        message = f"The block stopped with an error of its own: {_text(said['crashed'])}"
        raise BlockError("block.crashed", message, retryable=False)
    message = f"The block's result cannot be used: {_text(said.get('unusable'))}."
    raise BlockError("block.bad_output", message, retryable=False)


def _text(said: Any) -> str:
    """Read a sentence of a child: short, and in one line."""
    return " ".join(str(said or "").split())[:500]
