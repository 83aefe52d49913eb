"""The matching process seen from outside: started, asked within a deadline, killed."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).with_name("_durable.py")
_CHUNK = 1 << 18


class ChildLostError(Exception):
    """The child died, hung past its deadline, or could not be started; the message says which."""


class Child:
    """One child process at a time. Not for use by two threads at once."""

    def __init__(self, *, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The process id, None while there is none."""
        return self._process.pid if self._process else None

    def ask(self, request: dict[str, Any], *, deadline_s: float) -> dict[str, Any]:
        """Send one request and wait for its answer, starting a process where there is none.

        Raises:
            ChildLostError: no answer within `deadline_s`; the process is gone by then.
        """
        try:
            process = self._process or self._start()
            line = self._exchange(process, json.dumps(request).encode() + b"\n", deadline_s)
            answer: dict[str, Any] = json.loads(line)
        except (OSError, ValueError) as error:
            self.stop()
            raise ChildLostError(str(error)) from error
        return answer

    def stop(self) -> None:
        """Kill the process, if any, and leave nothing of it behind."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)

    def _start(self) -> subprocess.Popen[bytes]:
        # -I: nothing of the surroundings' path or environment reaches the child.
        command = [sys.executable, "-I", str(_PROGRAM), str(self._memory_bytes), str(os.getpid())]
        self._process = subprocess.Popen(  # noqa: S603 - our own file, no outside input
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        self.starts += 1
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes, deadline_s: float) -> bytes:
        """Write and read at once: a child that answers while we still write must not block us."""
        if process.stdin is None or process.stdout is None:
            raise OSError("the child has no pipes")
        end = time.monotonic() + deadline_s
        unsent, received = memoryview(line), bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            while not received.endswith(b"\n"):
                ready = selector.select(max(0.0, end - time.monotonic()))
                if not ready:
                    raise OSError(f"no answer within {deadline_s:.1f} s")
                for key, _ in ready:
                    if key.fileobj is process.stdin:
                        unsent = unsent[os.write(key.fd, unsent[:_CHUNK]) :]
                        if not unsent:
                            selector.unregister(process.stdin)
                    elif chunk := os.read(key.fd, _CHUNK):
                        received += chunk
                    else:
                        raise OSError(f"the process ended with status {process.wait()}")
        return bytes(received)


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # what was not yet sent has nobody left to read it
        return
