"""Keeps the processes of one machine running: starts, watches, restarts and stops them.

It knows nothing of what they are (`garland/up.py` does). It has one thread and waits on one
selector, so a signal, a line of a child and the end of a child are all seen at once.

A child that ends is started again after a pause that doubles with each failure in a row. On the
first Ctrl-C (or SIGTERM, or a closed terminal) the children stop stage by stage, in the reverse
order of their start; on the second they are killed. Should the supervisor itself be killed, the
kernel tells every child to stop.
"""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from garland._child import Child, Program
from kernel.names import PROCESS_NAME

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
SETTLED_AFTER_S = 30.0
"""A child that ran this long has settled: its earlier failures count no more."""

_NAME_WIDTH = 11
_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OWN_NAME = "garland"


class Stopped(Exception):  # noqa: N818  somebody asked; nothing went wrong
    """Raised inside a wait when the supervisor was asked to stop."""


class Supervisor:
    """The children of one `garland up`, and their one interleaved log."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._children: dict[str, Child] = {}
        self._failures: dict[str, int] = {}
        self._due: dict[str, tuple[float, Program]] = {}
        self._ended_once: dict[str, int] = {}
        self._stop_requests = 0
        self._selector = selectors.DefaultSelector()
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take over this process's signals, and leave no child behind, whatever happens."""
        wake, poke = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(wake, selectors.EVENT_READ)
        watched = (*_STOP_SIGNALS, signal.SIGCHLD)
        before = {number: signal.signal(number, self._on_signal) for number in watched}
        earlier_wakeup = signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
        try:
            yield
        finally:
            self.stop()
            signal.set_wakeup_fd(earlier_wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()
            os.close(wake)
            os.close(poke)

    def say(self, text: str) -> None:
        """Write lines of the supervisor's own into the log."""
        for line in text.splitlines():
            self._write(_OWN_NAME, line)

    def start(self, program: Program) -> None:
        """Start a program that is to be kept running."""
        child = Child(program, {**self._environment, PROCESS_NAME: program.name})
        self._children[program.name] = child
        self._selector.register(child.output_fd, selectors.EVENT_READ, child)

    def run_once(self, program: Program) -> int:
        """Run a program to its end and return its exit code.

        Raises:
            Stopped: if the supervisor was asked to stop meanwhile.
        """
        self._ended_once[program.name] = 0
        self.start(program)
        self.wait_until(lambda: program.name not in self._children)
        return self._ended_once.pop(program.name)

    def wait_until(self, is_reached: Callable[[], bool], *, timeout_s: float = 86_400.0) -> bool:
        """Keep everything going until the condition holds; tell whether it did within the time.

        Raises:
            Stopped: if the supervisor was asked to stop meanwhile.
        """
        deadline = time.monotonic() + timeout_s
        while not is_reached():
            if self._stop_requests:
                raise Stopped
            if time.monotonic() >= deadline:
                return False
            self._turn(longest_s=0.1)
        return True

    def has_failed(self, name: str) -> bool:
        """Tell whether a program that is to be kept running has ended by itself before."""
        return name in self._failures

    def keep_running(self) -> None:
        """Keep everything going until somebody asks to stop.

        Raises:
            Stopped: always, in the end.
        """
        while not self._stop_requests:
            self._turn(longest_s=1.0)
        raise Stopped

    def stop(self) -> None:
        """Stop all children, the last stage first; a second request to stop kills them."""
        self._due.clear()
        while self._children:
            stage = max(child.program.stage for child in self._children.values())
            self._stop_stage(stage)

    def _stop_stage(self, stage: int) -> None:
        """Ask the children of one stage to stop, and kill those that take too long."""
        stopping = [child for child in self._children.values() if child.program.stage == stage]
        for child in stopping:
            child.ask_to_stop()
        asked_at = time.monotonic()
        while left := [child for child in stopping if child.program.name in self._children]:
            waited_s = time.monotonic() - asked_at
            for child in left:
                if self._stop_requests > 1 or waited_s > child.program.stop_within_s:
                    self.say(f"{child.program.name} had not stopped yet and was killed")
                    child.kill()
            self._turn(longest_s=0.1, stopping=True)

    def _turn(self, *, longest_s: float, stopping: bool = False) -> None:
        """Pass on lines, notice ends, start what is due: one turn of the loop."""
        now = time.monotonic()
        soonest = min((due for due, _ in self._due.values()), default=now + longest_s)
        for key, _ in self._selector.select(max(0.0, min(longest_s, soonest - now))):
            if isinstance(key.data, Child):
                self._pass_on(key.data)
            else:
                os.read(key.fd, 4096)
        for child in list(self._children.values()):
            if child.has_ended():
                self._bury(child, stopping=stopping)
        for name, (due, program) in list(self._due.items()):
            if due <= time.monotonic():
                del self._due[name]
                self.start(program)

    def _pass_on(self, child: Child) -> None:
        """Write the lines of a child that arrived, under its name."""
        lines = child.take_lines()
        if lines is None:
            self._selector.unregister(child.output_fd)
        for line in lines or ():
            self._write(child.program.name, line)

    def _bury(self, child: Child, *, stopping: bool) -> None:
        """Let a child that ended go, and see to it that it comes back if it should."""
        name = child.program.name
        for line in child.take_last_lines():
            self._write(name, line)
        if child.output_fd in self._selector.get_map():
            self._selector.unregister(child.output_fd)
        child.close()
        del self._children[name]
        if name in self._ended_once:
            self._ended_once[name] = child.process.returncode
        elif not stopping:
            self._plan_restart(child)

    def _plan_restart(self, child: Child) -> None:
        """Say that a child ended by itself, and when it is started again."""
        name = child.program.name
        failures = 0 if child.age_s >= SETTLED_AFTER_S else self._failures.get(name, 0)
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures)
        self._failures[name] = failures + 1
        self._due[name] = (time.monotonic() + pause_s, child.program)
        self.say(
            f"{name} {child.ending()} after {child.age_s:.0f} s; "
            f"it is started again in {pause_s:g} s",
        )

    def _write(self, name: str, line: str) -> None:
        """Write one line of the log, its source in front."""
        label = f"{name:<{_NAME_WIDTH}} |"
        if self._colour:
            colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
            label = f"\x1b[{colour}m{label}\x1b[0m"
        try:
            print(f"{label} {line}", flush=True)  # noqa: T201  the log of `garland up` is its output
        except BrokenPipeError:  # nobody reads any more; what runs goes on
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Count requests to stop; an ended child only has to wake the loop."""
        if number in _STOP_SIGNALS:
            self._stop_requests += 1
