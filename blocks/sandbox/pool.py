"""Keeps children warm: one tenant's calls of one package meet the same child, nobody else's do."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from blocks.outcomes import Outcome
from blocks.sandbox._worker import ChildError, Package, Worker
from blocks.sdk import BlockError, Context

CHILDREN_MAX = 50
CALLS_MAX = 1_000
IDLE_S = 300.0


@dataclass(frozen=True, slots=True)
class _Key:
    tenant_id: UUID
    digest: str


@dataclass(slots=True)
class _Idle:
    key: _Key
    worker: Worker
    since: float


class Pool:
    """The children of one process of Garland.

    A child is ended after so many calls, after it was idle for long, and when room is needed for
    another tenant's. Modules keep state, so none is ever handed on.
    """

    def __init__(
        self,
        *,
        children_max: int = CHILDREN_MAX,
        calls_max: int = CALLS_MAX,
        idle_s: float = IDLE_S,
    ) -> None:
        self._children_max, self._calls_max, self._idle_s = children_max, calls_max, idle_s
        self._changed = threading.Condition()
        self._idle: OrderedDict[int, _Idle] = OrderedDict()
        self._alive = 0
        # The kernel ends a child when the thread that started it ends: this one lives as long as
        # the pool, those that call may not.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="block-starter")

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
        with self._lent(_Key(tenant_id, package.digest), package, deadline) as worker:
            try:
                return worker.call(context, deadline=deadline)
            except ChildError as error:
                message = f"The block was ended by Garland: {error}."
                raise BlockError("block.killed", message, retryable=False) from None

    def sweep(self) -> None:
        """End the children that were idle for too long."""
        now = time.monotonic()
        with self._changed:
            old = [one for one in self._idle.values() if now - one.since >= self._idle_s]
            for one in old:
                self._end_idle(one)

    def close(self) -> None:
        """End every child; nobody may be running one."""
        with self._changed:
            for one in list(self._idle.values()):
                self._end_idle(one)
        self._starter.shutdown()

    @contextmanager
    def _lent(self, key: _Key, package: Package, deadline: float) -> Iterator[Worker]:
        worker = self._take(key, deadline) or self._start(package)
        try:
            yield worker
        finally:
            self._give_back(key, worker)

    def _take(self, key: _Key, deadline: float) -> Worker | None:
        """Take a warm child; None where the caller may start one of its own."""
        with self._changed:
            while True:
                for mark in reversed(self._idle):
                    if self._idle[mark].key == key:
                        return self._idle.pop(mark).worker
                if self._alive < self._children_max:
                    break
                if self._idle:
                    self._end_idle(next(iter(self._idle.values())))
                elif not self._changed.wait(deadline - time.monotonic()):
                    message = "All places for blocks of others were taken."
                    raise BlockError("block.busy", message, retryable=True)
            self._alive += 1
            return None

    def _start(self, package: Package) -> Worker:
        try:
            return self._starter.submit(Worker, package).result()
        except BaseException as error:
            with self._changed:
                self._alive -= 1
                self._changed.notify()
            if isinstance(error, ChildError):
                message = f"The block cannot run: {error}."
                raise BlockError("block.cannot_start", message, retryable=False) from None
            raise

    def _give_back(self, key: _Key, worker: Worker) -> None:
        with self._changed:
            if worker.is_alive and worker.calls < self._calls_max:
                self._idle[id(worker)] = _Idle(key, worker, time.monotonic())
            else:
                worker.kill()
                self._alive -= 1
            self._changed.notify()

    def _end_idle(self, one: _Idle) -> None:
        del self._idle[id(one.worker)]
        one.worker.kill()
        self._alive -= 1
        self._changed.notify()
