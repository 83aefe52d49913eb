"""What a backtest found out: firings, what they would have done, and what differs from today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from runtime.rules.judging.events import Event, Item, Verdict
from runtime.rules.judging.reasons import why
from runtime.rules.model import Rule

KEPT_MAX = 1_000
CHANGING = frozenset({"set", "enrich", "acknowledge", "clear", "suppress", "correlate"})
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
        changing: Firings that would change alarms: which, and how many of its events were judged.
        recorded: Firings that the past has, whose deeds are played with it.
    """

    fired: int = 0
    firings: list[Fired] = field(default_factory=list)
    places: set[Place] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    started: Counter[str] = field(default_factory=Counter)
    derived: int = 0
    notices: int = 0
    left_out: int = 0
    changing: dict[Place, tuple[str, int]] = field(default_factory=dict)
    recorded: frozenset[Place] = frozenset()

    def changes_first(self) -> dict[str, int]:
        """Give the alarms that it would have changed otherwise than it was, and after how much."""
        first: dict[str, int] = {}
        for place, (alarm, seen) in self.changing.items():
            if place not in self.recorded:
                first[alarm] = min(seen, first.get(alarm, seen))
        return first

    def note(self, verdict: Verdict, facts: Mapping[str, Any], *, seen: int) -> None:
        """Take in one firing and what its actions would do; `seen` events of its alarm came."""
        self.fired += 1
        if any(action.do in CHANGING for action in verdict.judged.rule.then):
            self.changing[verdict.seq, verdict.at] = (verdict.alarm, seen)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The live version's firings as they were recorded, beside those of its backtest.

    Attributes:
        firings: Recorded since it was published.
        found: Of those, how many the backtest has too.
        others: Firings of the backtest since then that were not recorded.
    """

    firings: int
    found: int
    others: int


@dataclass(slots=True, kw_only=True)
class Report:
    """What a backtest found out.

    Attributes:
        events: Journal events that were played.
        since: The first of them; None where there was none.
        until: The last instant that was judged.
        draft: What the rule would have done.
        live: What its live version would have done; None where there is none.
        is_complete: Whether all was played: not where it was cancelled, or there was too much.
        judged_later: Events of alarms that the draft would have changed before, and did not.
        recorded: Firings of the live version that the past has; None where that is not known.
        limits: What of the past is not known as it was, counted.
    """

    events: int = 0
    since: datetime | None = None
    until: datetime | None = None
    draft: Tally = field(default_factory=Tally)
    live: Tally | None = None
    is_complete: bool = True
    judged_later: int = 0
    recorded: Recorded | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    _alarms: set[str] = field(default_factory=set)

    @property
    def alarms(self) -> int:
        """Count the alarms that rules saw."""
        return len(self._alarms)

    def take_in(self, items: Iterable[Item], *, events: int, at: datetime) -> None:
        """Take in what was judged of some batches."""
        self.since = self.since or at
        self.events += events
        self._alarms.update(one.alarm for one in items if isinstance(one, Event))

    @property
    def only_draft(self) -> set[Place]:
        """Name the firings that the live version would not have."""
        return self.draft.places - (self.live.places if self.live else set())

    @property
    def limits_told(self) -> dict[str, Any]:
        """Give what was played as it was and what could not be, as it is kept and answered."""
        beside = self.recorded
        return {
            "limits": dict(self.limits),
            "judged_later": self.judged_later,
            "recorded": asdict(beside) if beside is not None else None,
        }

    @property
    def only_live(self) -> set[Place]:
        """Name the firings that the draft would not have any more."""
        return (self.live.places if self.live else set()) - self.draft.places


def _children(parent: str, verdict: Verdict) -> Iterable[str]:
    """Name the alarms that go under a parent; which one that is, is not known here."""
    alarms = verdict.found.alarms or (verdict.alarm,)
    return alarms[1:] if parent in ("first", "most_severe") else alarms
