"""The matcher: which rules match which events, by durable_rules, whatever becomes of it.

Events are judged in a disposable child process under a deadline. When the child dies or hangs it
is started again and the batch tried once more, then cut in halves until the poisonous event is
alone; that one, and everything the child cannot judge at all, goes to the reference evaluator.
The verdicts are the same either way, only slower.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Self, TypeVar

import structlog

from kernel.kept import Kept
from runtime.rules._child import Child, ChildLostError
from runtime.rules.fields import Row
from runtime.rules.plan import Program

log = structlog.get_logger(__name__)

Made = TypeVar("Made")
Verdicts = list[frozenset[str]]

LOAD_DEADLINE_S = 10.0
EVENT_BUDGET_S = 0.005
LOSSES_MAX = 12  # in one call: beyond it a batch is not worth more restarts


class Matcher:
    """Judges rows against programs. Safe to share between threads; close it at the end."""

    def __init__(
        self,
        *,
        deadline_s: float = 2.0,
        memory_bytes: int = 1 << 30,
        sets_max: int = 64,
        kept_max: int = 40_000,
        loads_max: int = 500,
    ) -> None:
        """Start nothing yet.

        Args:
            deadline_s: How long a batch may take, seconds, besides a little for each event.
            memory_bytes: Address space of the child.
            sets_max: Programs the child holds at once; the least recently used one goes first.
            kept_max: Rules that are kept compiled for the next batches, of all tenants together:
                2.4 KB each, and reading and compiling them anew would cost 0.2 ms each.
            loads_max: Loads after which the child is replaced: its C code leaks a little each.
        """
        self._child = Child(memory_bytes=memory_bytes)
        self._deadline_s = deadline_s
        self._sets_max = sets_max
        self._loads_max = loads_max
        self._loaded: OrderedDict[str, None] = OrderedDict()
        self._loads = 0
        self._suspect: set[str] = set()
        self._refused: set[str] = set()
        self._made: Kept[Hashable, Any] = Kept(kept_max, weigh=_size)
        self._number = 0
        self._losses = 0
        self._lock = threading.RLock()

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.pid

    @property
    def starts(self) -> int:
        """How often a child was started."""
        return self._child.starts

    def keep(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Keep the set of compiled rules that a key makes for the next batches, bounded."""
        made: Made = self._made.get(key, make)
        return made

    def match(self, name: str, program: Program, rows: Sequence[Row]) -> Verdicts:
        """Tell for each row the keys of the rules that hold.

        Args:
            name: Names this very program for ever: a tenant and a version of its rules.
            program: What to judge with.
            rows: The events, in order.
        """
        if not rows:
            return []
        with self._lock:
            self._losses = 0
            events = []
            for row in rows:
                self._number += 1
                events.append(program.messages(row, self._number))
            indices = self._attempt(name, program, events)
        return [_verdict(program, row, found) for row, found in zip(rows, indices, strict=True)]

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._child.stop()
            self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempt(self, name: str, program: Program, events: list[list[str]]) -> list[Any]:
        """Try a batch twice, since a kill from outside says nothing about the events."""
        for _ in range(2):
            if not program.shards or name in self._refused or self._losses >= LOSSES_MAX:
                return [None] * len(events)
            try:
                return self._match_loaded(name, program, events)
            except ChildLostError as error:
                self._restarting(name, error)
        return self._bisect(name, program, events)

    def _bisect(self, name: str, program: Program, events: list[list[str]]) -> list[Any]:
        if len(events) == 1:
            log.warning("matcher_event_quarantined", set=name)
            return [None]
        half = len(events) // 2
        found: list[Any] = []
        for part in (events[:half], events[half:]):
            try:
                if self._losses >= LOSSES_MAX or name in self._refused:
                    found.extend([None] * len(part))
                else:
                    found.extend(self._match_loaded(name, program, part))
            except ChildLostError as error:
                self._restarting(name, error)
                found.extend(self._bisect(name, program, part))
        return found

    def _match_loaded(self, name: str, program: Program, events: list[list[str]]) -> list[Any]:
        self._load(name, program)
        if name in self._refused:
            return [None] * len(events)
        work = len(events) * len(program.shards)
        deadline_s = self._deadline_s + work * EVENT_BUDGET_S
        request = {"op": "match", "set": name, "events": events}
        answer = self._child.ask(request, deadline_s=deadline_s)
        if "error" in answer:
            log.error("matcher_request_failed", set=name, error=answer["error"])
            return [None] * len(events)
        matched: list[Any] = answer["matched"]
        return matched

    def _load(self, name: str, program: Program) -> None:
        """Load lazily; what the child will not load, the reference evaluator judges."""
        if name in self._loaded:
            self._loaded.move_to_end(name)
            return
        if self._loads >= self._loads_max:
            log.info("matcher_child_recycled", pid=self._child.pid)
            self._child.stop()
            self._forget()
        answer = self._ask_to_load(name, [shard.definition for shard in program.shards])
        if "error" in answer:
            log.error("matcher_rules_refused", set=name, error=answer["error"])
            self._refused.add(name)
            return
        self._loads += 1
        self._loaded[name] = None
        while len(self._loaded) > self._sets_max:
            oldest, _ = self._loaded.popitem(last=False)
            self._child.ask({"op": "drop", "set": oldest}, deadline_s=LOAD_DEADLINE_S)

    def _ask_to_load(self, name: str, definitions: list[str]) -> dict[str, Any]:
        """Load, remembering a set that takes the child down: the second time it is refused."""
        request = {"op": "load", "set": name, "definitions": definitions}
        try:
            return self._child.ask(request, deadline_s=LOAD_DEADLINE_S)
        except ChildLostError:
            if name in self._suspect:
                log.exception("matcher_rules_refused", set=name)
                self._refused.add(name)
            self._suspect.add(name)
            raise

    def _forget(self) -> None:
        self._loaded.clear()
        self._loads = 0

    def _restarting(self, name: str, error: ChildLostError) -> None:
        """Note a loss; the next request starts a child and loads what it needs."""
        self._losses += 1
        self._forget()
        log.warning("matcher_child_restarted", set=name, reason=str(error), losses=self._losses)


def _size(made: Any) -> int:
    return len(made.rules) + 1


def _verdict(program: Program, row: Row, found: list[list[int]] | None) -> frozenset[str]:
    if found is None:
        return program.judge(row)
    held = {
        shard.keys[index]
        for shard, indices in zip(program.shards, found, strict=True)
        for index in indices
    }
    return frozenset(held | program.judge_leftover(row))
