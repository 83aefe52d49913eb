"""Random workflows and a worker that plays them without a database."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from runtime.flows.model import parse_flow
from runtime.runs.advance import Advance, advance
from runtime.runs.events import (
    Command,
    Completed,
    Conclude,
    Concluded,
    Ended,
    Event,
    Failed,
    Opened,
    Perform,
    Started,
    Waiting,
    Woken,
)
from runtime.runs.paths import split
from runtime.runs.plan import Plan, compile_plan
from runtime.runs.state import RunState
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import NOON

ERROR = {"code": "x", "message": "y"}


@st.composite
def bodies(draw: st.DrawFn, prefix: str, depth: int = 0) -> dict[str, Any]:
    """Draw some steps and wires between them; some are off, some are loops with bodies."""
    count = draw(st.integers(1, 6 if depth == 0 else 3))
    names = [f"{prefix}{number}" for number in range(count)]
    wires: list[str] = []
    for index, name in enumerate(names[1:], start=1):
        least = 1 if depth == 0 else 0
        sources = st.lists(st.integers(0, index - 1), min_size=least, max_size=3, unique=True)
        for source in draw(sources):
            port = draw(st.sampled_from(["done", "other", "error"]))
            wires.append(f"{names[source]}:{port} > {name}")
    steps = {}
    for name in names:
        retry = {"max": draw(st.integers(0, 2)), "base_s": 1}
        found = step("any", retry=retry, join=draw(st.sampled_from(["all", "any", 2])))
        if draw(st.booleans()):
            found["undo"] = step("any")
        if draw(st.integers(0, 4)) == 0:
            found["disabled"] = True
        if depth < 2 and draw(st.integers(0, 3)) == 0:
            inner = draw(bodies(f"{name}_", depth + 1))
            found["body"] = {
                "steps": inner["steps"],
                "wires": [
                    dict(zip(("from", "to"), one.split(" > "), strict=True))
                    for one in inner["wires"]
                ],
            }
        steps[name] = found
    return {"steps": steps, "wires": wires}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a compiled workflow."""
    body = draw(bodies("s"))
    document = flow_document(body["steps"], ["rule > s0", *body["wires"]])
    return compile_plan(parse_flow(document))


class Worker:
    """Plays a run: performs what is asked for, in any order, with any result.

    Attributes:
        now: The last state and its commands.
        journal: Every event so far.
        made: Every attempt that was asked for.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan, self.dice = plan, random.Random(seed)  # noqa: S311  a test
        self.journal: list[Event] = []
        self.made: list[tuple[str, int]] = []
        self.open: list[Command] = []
        self.now = Advance(RunState(), ())
        self.take(Started("rule"))

    def take(self, event: Event) -> None:
        """Hand an event to the interpreter, the state written down and read back before."""
        self.journal.append(event)
        reread = RunState.from_document(self.now.state.to_document())
        assert reread == self.now.state
        self.now = advance(self.plan, reread, [event], now=NOON)
        for command in self.now.commands:
            if isinstance(command, Perform):
                self.made.append((command.step, command.attempt))
            self.open.append(command)

    def next_event(self) -> Event | None:
        """Give what happens next; None when nothing can."""
        self.open = [one for one in self.open if isinstance(one, Perform | Conclude)]
        waiting = self.now.state.due_waits(NOON)
        if waiting and (not self.open or self.dice.random() < 0.3):
            return Woken(self.dice.choice(waiting))
        if not self.open:
            return None
        command = self.open.pop(self.dice.randrange(len(self.open)))
        if isinstance(command, Conclude):
            number, goes_on = command.round, self.dice.random() < 0.5
            return Concluded(command.step, number, {"round": number}, goes_on)
        assert isinstance(command, Perform)
        return self._outcome_of(command.step, command.attempt)

    def _outcome_of(self, path: str, attempt: int) -> Event:
        step = split(path)[1]
        kind = self.dice.choice(["done", "done", "done", "other", "fail", "retry", "wait", "end"])
        if kind in ("fail", "retry"):
            return Failed(path, attempt, ERROR, is_retryable=kind == "retry")
        if step in self.plan.entries and kind != "wait":
            return self._loop(path, attempt)
        if kind == "wait":
            return Waiting(path, attempt, NOON, "done")
        if kind == "end" and self.dice.random() < 0.2:
            return Ended(path, attempt, {"by": path})
        return Completed(path, attempt, "other" if kind == "other" else "done", {"by": path})

    def _loop(self, path: str, attempt: int) -> Event:
        if self.dice.random() < 0.3:
            pause_s = self.dice.choice([0.0, -1.0])
            return Opened(step=path, attempt=attempt, rounds_max=3, pause_s=pause_s)
        items = tuple(range(self.dice.randrange(4)))
        keeps_going, at_once = self.dice.random() < 0.5, self.dice.choice([1, 2, 9])
        return Opened(
            step=path, attempt=attempt, items=items, at_once=at_once, keeps_going=keeps_going
        )

    def play(self, most: int = 3_000) -> RunState:
        """Go on until the run is over."""
        while self.now.state.outcome is None:
            event = self.next_event()
            assert event is not None, "a run that goes on has something to do or to wait for"
            self.take(event)
            assert len(self.journal) < most, "a run ends"
        return self.now.state
