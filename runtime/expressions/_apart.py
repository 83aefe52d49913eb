"""Expressions that may take much memory or time, evaluated in a process apart.

The CEL library budgets iterations, not memory: `map` over n entries takes n² bytes and more, and
`replace` multiplies texts. In a worker that would stop every tenant, again and again. So what may
grow is given to a child of this process with a limit of memory, and a deadline; when it dies, the
expression fails and nothing else.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from threading import Event, Lock, Timer
from typing import Any

LIGHT = 250_000_000
MEMORY_BYTES = 1024**3
DEADLINE_S = 5.0
VALUE_MAX_BYTES = 4 * 1024 * 1024
ENTRY_WEIGHT = 16
_GROWS = re.compile(r"\.\s*(?:map|filter|replace|join|split|format|bind|optMap|optFlatMap)\s*\(|\+")
_ADDITIONS_A_GROWTH = 8


class TooMuchError(Exception):
    """The child died of it, or did not answer in time."""


def growth_of(text: str) -> int:
    """Say how often an expression may multiply what it is given; eight additions count as once.

    >>> growth_of("trigger.a + 'b'"), growth_of("trigger.rows.map(r, r.n).sum()")
    (0, 1)
    """
    found = [one.group() for one in _GROWS.finditer(text)]
    additions = found.count("+")
    return len(found) - additions + additions // _ADDITIONS_A_GROWTH


def is_light(growth: int, text: str, data: Mapping[str, Any]) -> bool:
    """Tell whether an expression stays small whatever it does with this data."""
    return growth == 0 or (_weight(data) + len(text)) ** (growth + 1) <= LIGHT


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return ENTRY_WEIGHT + len(value)
    if isinstance(value, dict):
        return sum(len(key) + _weight(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_weight, value))
    return ENTRY_WEIGHT


class Apart:
    """One child, started when it is first needed and anew after it died; for any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._process.pid if self._process else None

    def ask(self, text: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Give the child's answer: `value`, or `error` and why.

        Raises:
            TooMuchError: there is none.
        """
        request = json.dumps([text, data]).encode() + b"\n"
        with self._lock:
            process = self._running()
            is_late = Event()
            deadline = Timer(DEADLINE_S, _give_up, [process, is_late])
            deadline.start()
            answer = _exchange(process, request)
            deadline.cancel()
            if is_late.is_set() or not answer.endswith(b"\n"):
                self._stop(process)
                raise TooMuchError
        found: dict[str, Any] = json.loads(answer)
        return found

    def _running(self) -> subprocess.Popen[bytes]:
        """Give the child: a new one where it died, or belongs to whom we were forked from."""
        process = self._process
        if self._owner != os.getpid():
            process = None
        elif process is not None and process.poll() is not None:
            self._stop(process)
            process = None
        self._process = process = process or _start()
        self._owner = os.getpid()
        return process

    def stop(self) -> None:
        """End the child, if there is one of ours."""
        with self._lock:
            if self._process is not None and self._owner == os.getpid():
                self._stop(self._process)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was not sent has nobody left to read it
                if pipe is not None:
                    pipe.close()
        process.wait()


def _give_up(process: subprocess.Popen[bytes], is_late: Event) -> None:
    is_late.set()
    process.kill()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "runtime.expressions._apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        return b""
    try:
        process.stdin.write(request)
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:
        return b""


def _serve() -> None:
    """Answer until the parent goes: its end closes our input."""
    from runtime.expressions._cel import ExpressionError, evaluate_here

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin.buffer:
        text, data = json.loads(line)
        try:
            answer = json.dumps({"value": evaluate_here(text, data)})
        except ExpressionError as error:
            answer = json.dumps({"error": error.message})
        if len(answer) > VALUE_MAX_BYTES:
            answer = json.dumps({"error": f"it gives over {VALUE_MAX_BYTES:,} bytes: give less"})
        sys.stdout.buffer.write(answer.encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve()
