"""What a backtest found out: firings, what they would have done, and what differs from today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.rules.judging.events import Verdict
from runtime.rules.judging.reasons import why
from runtime.rules.model import Rule

KEPT_MAX = 1_000
Place = tuple[int, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """One firing: the event it belongs to, when, for which alarm, why, and what it would do."""

    seq: int
    at: datetime
    alarm: Mapping[str, Any]
    group: str
    why: Mapping[str, Any]
    alarms: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Tell one firing from another, over two versions of a rule."""
        return (self.seq, self.at)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one rule would have done.

    Attributes:
        fired: How often.
        firings: The first of them, up to `KEPT_MAX`.
        places: Every firing, to compare by.
        hidden: Alarms that would be suppressed or put under another.
        started: Workflows, by slug, and how often.
        derived: Alarms that would be raised.
        notices: Mails that would be wished for, before any throttle.
        left_out: Events that found no room in what the rule remembers.
    """

    fired: int = 0
    firings: list[Fired] = field(default_factory=list)
    places: set[Place] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    started: Counter[str] = field(default_factory=Counter)
    derived: int = 0
    notices: int = 0
    left_out: int = 0

    def note(self, verdict: Verdict, facts: Mapping[str, Any]) -> None:
        """Take in one firing and what its actions would do."""
        self.fired += 1
        self.places.add((verdict.seq, verdict.at))
        if len(self.firings) < KEPT_MAX:
            self.firings.append(
                Fired(
                    seq=verdict.seq,
                    at=verdict.at,
                    alarm=facts,
                    group=verdict.group,
                    why=why(verdict, facts),
                    alarms=verdict.found.alarms,
                )
            )
        self._note_actions(verdict.judged.rule, verdict)

    def _note_actions(self, rule: Rule, verdict: Verdict) -> None:
        for action in rule.then:
            if action.do == "suppress":
                self.hidden.add(verdict.alarm)
            elif action.do == "correlate":
                self.hidden.update(_children(action.given["parent"], verdict))
            elif action.do == "start":
                self.started[action.flow or ""] += 1
            self.derived += action.do == "derive"
            self.notices += action.do == "notify"


@dataclass(slots=True, kw_only=True)
class Report:
    """What a backtest found out.

    Attributes:
        events: Journal events that were played.
        alarms: Alarms they made.
        since: The first of them; None where there was none.
        until: The last instant that was judged.
        draft: What the rule would have done.
        live: What its live version would have done; None where there is none.
        is_complete: Whether all was played: not where it was cancelled, or there was too much.
    """

    events: int = 0
    alarms: int = 0
    since: datetime | None = None
    until: datetime | None = None
    draft: Tally = field(default_factory=Tally)
    live: Tally | None = None
    is_complete: bool = True

    @property
    def only_draft(self) -> set[Place]:
        """Name the firings that the live version would not have."""
        return self.draft.places - (self.live.places if self.live else set())

    @property
    def only_live(self) -> set[Place]:
        """Name the firings that the draft would not have any more."""
        return (self.live.places if self.live else set()) - self.draft.places


def _children(parent: str, verdict: Verdict) -> Iterable[str]:
    """Name the alarms that go under a parent; which one is the most severe is not known here."""
    alarms = verdict.found.alarms or (verdict.alarm,)
    return alarms if parent == "matching" else alarms[1:]
