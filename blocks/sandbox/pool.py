"""Keeps children warm: one tenant's calls of one package meet the same child, nobody else's do."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import structlog

from blocks.outcomes import Outcome
from blocks.sandbox._process import Line, start_process
from blocks.sandbox._worker import ChildError, Worker, timed_out
from blocks.sandbox.groups import Groups
from blocks.sandbox.level import Level
from blocks.sandbox.package import Package
from blocks.sdk import BlockError, Context

log = structlog.get_logger(__name__)

CHILDREN_MAX = 50
CALLS_MAX = 10_000
"""Starting a child takes as long as some hundred calls: with fewer, busy ones would be restarted
all the time."""
IDLE_S = 300.0
SWEEP_EVERY_S = 5.0
IDLE_CPU_SHARE = 0.1
"""How much of a processor a child may use between sweeps while nobody asks it anything."""


class _Key(NamedTuple):
    """Whose child it is. The digest stands first: texts are told apart sooner than tenants."""

    digest: str
    tenant_id: UUID


@dataclass(slots=True)
class _Idle:
    key: _Key
    worker: Worker
    since: float
    cpu_used_s: float | None = None


class Pool:
    """The children of one process of Garland; nothing is started before the first call.

    A child is ended after so many calls, after it was idle for long, when it works without being
    asked, and when room is needed for another tenant's. Modules keep state, so none is ever
    handed on.
    """

    def __init__(
        self,
        level: Level,
        *,
        groups: Groups = (),
        children_max: int = CHILDREN_MAX,
        calls_max: int = CALLS_MAX,
        idle_s: float = IDLE_S,
        sweep_every_s: float = SWEEP_EVERY_S,
    ) -> None:
        self.level, self._groups = level, groups
        self._children_max, self._calls_max, self._idle_s = children_max, calls_max, idle_s
        self._changed = threading.Condition()
        self._idle: OrderedDict[int, _Idle] = OrderedDict()
        self._alive = 0
        self._closed = threading.Event()
        self._empty_folder: tempfile.TemporaryDirectory[str] | None = None
        # The kernel ends a child when the thread that started it ends: this one lives as long as
        # the pool, those that call may not.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="block-starter")
        self._sweep_every_s = sweep_every_s
        self._sweeper: threading.Thread | None = None

    def run(
        self, tenant_id: UUID, package: Package, context: Context, *, limit_s: float
    ) -> Outcome:
        """Run a block once in a child.

        Args:
            tenant_id: Whose step it is.
            package: The block's code.
            context: The host's: what the block asks for is done by its abilities.
            limit_s: How long it may take, the wait for a child included.

        Raises:
            BlockError: the block's own, or `block.timeout`, `block.busy` (no child was free),
                `block.killed` (it died, or broke the rules), `block.cannot_start`.
        """
        deadline = time.monotonic() + limit_s
        key = _Key(package.digest, tenant_id)
        worker = self._take(key, deadline, limit_s) or self._start(key, package, deadline)
        try:
            return worker.call(context, deadline=deadline)
        except ChildError as error:
            message = f"The block was ended: {error}."
            raise BlockError("block.killed", message, retryable=False) from None
        finally:
            self._give_back(key, worker)

    def sweep(self) -> None:
        """End the children that were idle for too long, that died, or that work unasked."""
        now = time.monotonic()
        with self._changed:
            for one in list(self._idle.values()):
                if one.worker.has_ended:
                    self._end_idle(one, "it ended while nobody asked it anything")
                elif now - one.since >= self._idle_s:
                    self._end_idle(one, "it was idle")
                elif self._works_unasked(one):
                    self._end_idle(one, "it worked while nobody asked it anything")

    def close(self) -> None:
        """End every child; nobody may be running one."""
        self._closed.set()
        with self._changed:
            for one in list(self._idle.values()):
                self._end_idle(one, "its pool was closed")
        if self._sweeper is not None:
            self._sweeper.join()
        self._starter.shutdown()
        if self._empty_folder is not None:
            self._empty_folder.cleanup()

    def _take(self, key: _Key, deadline: float, limit_s: float) -> Worker | None:
        """Take a warm child; None where the caller may start one of its own."""
        with self._changed:
            while True:
                if (worker := self._take_warm(key, limit_s)) is not None:
                    return worker
                if self._alive < self._children_max:
                    break
                if self._idle:
                    self._end_idle(next(iter(self._idle.values())), "its place was needed")
                elif not self._changed.wait(deadline - time.monotonic()):
                    message = "All places for blocks of others were taken."
                    raise BlockError("block.busy", message, retryable=True)
            self._alive += 1
            return None

    def _take_warm(self, key: _Key, limit_s: float) -> Worker | None:
        for one in [each for each in reversed(self._idle.values()) if each.key == key]:
            if one.worker.is_ready(limit_s):
                return self._idle.pop(id(one.worker)).worker
            self._end_idle(one, "it was worn out, or said something unasked")
        return None

    def _start(self, key: _Key, package: Package, deadline: float) -> Worker:
        worker = None
        try:
            worker = Worker(*self._starter.submit(self._start_process, package).result())
            worker.begin(package, deadline=deadline)
        except BaseException as error:
            with self._changed:
                self._alive -= 1
                self._changed.notify()
            if worker is not None:
                worker.kill("it did not start")
                self._tell_end(key, worker)
            if isinstance(error, ChildError):
                message = f"The block cannot run: {error}."
                raise BlockError("block.cannot_start", message, retryable=False) from None
            if isinstance(error, TimeoutError):
                raise timed_out() from None
            raise
        self._sweep_from_now_on()
        return worker

    def _start_process(self, package: Package) -> tuple[subprocess.Popen[bytes], Line]:
        if self._empty_folder is None:
            self._empty_folder = tempfile.TemporaryDirectory(prefix="garland-block-")
        seen = package.paths if self.level.number > 1 else None
        return start_process(self._empty_folder.name, seen=seen, groups=self._groups)

    def _give_back(self, key: _Key, worker: Worker) -> None:
        if worker.calls >= self._calls_max or self._closed.is_set():
            worker.kill("it had its calls")
        is_alive = not worker.ending
        with self._changed:
            if is_alive:
                self._idle[id(worker)] = _Idle(key, worker, time.monotonic())
            else:
                self._alive -= 1
            self._changed.notify()
        if not is_alive:
            self._tell_end(key, worker)

    def _end_idle(self, one: _Idle, reason: str) -> None:
        del self._idle[id(one.worker)]
        one.worker.kill(reason)
        self._alive -= 1
        self._changed.notify()
        self._tell_end(one.key, one.worker)

    def _works_unasked(self, one: _Idle) -> bool:
        before, one.cpu_used_s = one.cpu_used_s, one.worker.cpu_used_s()
        return before is not None and one.cpu_used_s - before > IDLE_CPU_SHARE * self._sweep_every_s

    def _sweep_from_now_on(self) -> None:
        with self._changed:
            if self._sweeper is None:
                self._sweeper = threading.Thread(
                    target=self._keep_sweeping, name="block-sweeper", daemon=True
                )
                self._sweeper.start()

    def _keep_sweeping(self) -> None:
        while not self._closed.wait(self._sweep_every_s):
            self.sweep()

    def _tell_end(self, key: _Key, worker: Worker) -> None:
        log.info(
            "block_child_ended",
            tenant_id=str(key.tenant_id),
            digest=key.digest,
            calls=worker.calls,
            reason=worker.ending,
        )
