"""One child process of the supervisor: started in a group of its own, its lines collected."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG in <sys/prctl.h>
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how it is started and stopped among the others.

    Attributes:
        name: Short and unique; the prefix of its log lines.
        command: Program and arguments.
        stage: Programs of a lower stage start earlier and stop later.
        stop_within_s: Seconds it may take to stop by itself before it is killed.
    """

    name: str
    command: tuple[str, ...]
    stage: int
    stop_within_s: float = 5.0


class Child:
    """A running program. Its whole process group goes when it goes."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self._rest = b""
        supervisor = os.getpid()

        def die_with_supervisor() -> None:
            _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
            if os.getppid() != supervisor:  # it died between the fork and this line
                os._exit(1)

        self.process = subprocess.Popen(  # noqa: S603  our own programs, see garland/up.py
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
            # Safe: the supervisor has one thread.
            preexec_fn=die_with_supervisor,  # noqa: PLW1509
        )
        os.set_blocking(self.output_fd, False)

    @property
    def output_fd(self) -> int:
        """The descriptor its lines arrive on, for a selector."""
        if self.process.stdout is None:  # pragma: no cover  it is always a pipe
            raise AssertionError
        return self.process.stdout.fileno()

    def take_lines(self) -> list[str] | None:
        """Take the complete lines that arrived; None when no more will come."""
        try:
            chunk = os.read(self.output_fd, 1 << 16)
        except BlockingIOError:
            return []
        if not chunk:
            return None
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [_text(line) for line in lines]

    def take_last_lines(self) -> list[str]:
        """Take everything that is left, also a line that was never finished.

        It does not wait for the output to close: a process that left the group may hold it.
        """
        found = []
        while lines := self.take_lines():
            found.extend(lines)
        if self._rest:
            found.append(_text(self._rest))
            self._rest = b""
        return found

    def has_ended(self) -> bool:
        """Tell whether it has ended; what it left behind in its group is then killed too."""
        if self.process.poll() is None:
            return False
        self.kill()
        return True

    def ask_to_stop(self) -> None:
        """Tell it, and it alone, to stop: it ends its own children in its own order."""
        if self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End its whole group at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def close(self) -> None:
        """Let go of its output and of its place in the process table."""
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process.wait()

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started_at

    def ending(self) -> str:
        """Say how it ended: an exit code, or the signal that killed it."""
        code = self.process.returncode
        if code is None:
            return "still runs"
        if code >= 0:
            return f"ended with code {code}"
        return f"was killed by {signal.Signals(-code).name}"


def _text(line: bytes) -> str:
    """Read a line as text, whatever a program wrote."""
    return line.decode(errors="replace").rstrip("\r")
