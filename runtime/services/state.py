"""How a service does, from the alarms on what it rests on. Pure: values in, moments out.

An alarm disturbs the object it is on. A *need* is some resources of which all, one or a share must
work; each stands with whatever can take it down. The worst need says how the service does. What
planned work explains is told apart: where the service would do better without it, it is planned.

Hiding an alarm from operators, by a rule, a storm or the shelf, does not make a service work: such
alarms count like others.

Source: what severities mean is ITU-T X.733, 8.1.2.3: critical, the object is out of service; major,
its capability is severely degraded; minor and below do not affect service.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum
from math import ceil
from typing import NamedTuple
from uuid import UUID

from runtime.alarms.lives import Life
from runtime.alarms.model import Severity
from runtime.services.spans import Span
from runtime.services.timeline import Cause, Moment, State


class Effect(IntEnum):
    """What an alarm does to its object."""

    NONE = 0
    DEGRADES = 1
    BREAKS = 2


class How(Enum):
    """How many of a need's resources must work."""

    ALL = "all"
    ANY = "any"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Resources that a service needs.

    Attributes:
        how: How many must work.
        share: Percent that must work, for a share.
        roots: For each resource its key and those of all that can take it down.
    """

    how: How
    share: int = 100
    roots: tuple[frozenset[str], ...]

    @property
    def required(self) -> int:
        """How many must work."""
        if self.how is How.SHARE:
            return max(1, ceil(len(self.roots) * self.share / 100))
        return 1 if self.how is How.ANY else len(self.roots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What a service rests on, spelled out over the network.

    Attributes:
        own_key: What alarms name the service by.
        needs: All must be met.
        breaks_from: The severity from which on an object does not work.
    """

    own_key: str
    needs: tuple[Need, ...]
    breaks_from: Severity = Severity.CRITICAL

    @property
    def keys(self) -> frozenset[str]:
        """Every key whose alarms count, the service's own among them."""
        roots = (root for need in self.needs for root in need.roots)
        return frozenset({self.own_key}).union(*roots)


def effect_of(
    severity: Severity,
    *,
    service_affecting: bool | None,
    names_service: bool = False,
    breaks_from: Severity = Severity.CRITICAL,
) -> Effect:
    """Say what an alarm does to the object it is on.

    >>> effect_of(Severity.CRITICAL, service_affecting=None).name
    'BREAKS'
    >>> effect_of(Severity.MINOR, service_affecting=True).name
    'DEGRADES'
    """
    if severity is Severity.CLEARED or service_affecting is False:
        return Effect.NONE
    if severity.rank >= breaks_from.rank:
        return Effect.BREAKS
    is_hurting = severity is Severity.MAJOR or service_affecting or names_service
    return Effect.DEGRADES if is_hurting else Effect.NONE


class Verdict(NamedTuple):
    """How the service does, and which keys are the reason; {} where nothing is disturbed."""

    effect: Effect
    keys: frozenset[str]


def judge(footing: Footing, disturbed: dict[str, Effect]) -> Verdict:
    """Judge a service by the worst effect on each disturbed key.

    A need of which one is enough is met in full as long as one is undisturbed: the reason is told
    all the same, since the spare is gone.
    """
    own = disturbed.get(footing.own_key, Effect.NONE)
    verdicts = [Verdict(own, frozenset({footing.own_key}))] if own else []
    verdicts += [_met(need, disturbed) for need in footing.needs]
    worst = max((one.effect for one in verdicts), default=Effect.NONE)
    reasons = (one.keys for one in verdicts if one.effect is worst)
    return Verdict(worst, frozenset[str]().union(*reasons))


def _met(need: Need, disturbed: dict[str, Effect]) -> Verdict:
    effects = [
        max((disturbed[key] for key in disturbed.keys() & root), default=Effect.NONE)
        for root in need.roots
    ]
    keys = frozenset[str]().union(*(disturbed.keys() & root for root in need.roots))
    usable = sum(one is not Effect.BREAKS for one in effects)
    whole = effects.count(Effect.NONE)
    if whole == len(effects) or (need.how is How.ANY and whole):
        return Verdict(Effect.NONE, keys)
    return Verdict(Effect.BREAKS if usable < need.required else Effect.DEGRADES, keys)


class _Standing(NamedTuple):
    """One alarm's effect for a while; the order is who is named as the cause."""

    worst_first: int
    since: datetime
    alarm_id: UUID
    key: str
    is_planned: bool


@dataclass(slots=True)
class _Scene:
    """What disturbs which key at an instant, kept up to date from one to the next."""

    standing: list[_Standing] = field(default_factory=list)
    counts: dict[str, Counter[tuple[Effect, bool]]] = field(default_factory=dict)

    def add(self, one: _Standing) -> None:
        insort(self.standing, one)
        self.counts.setdefault(one.key, Counter())[_kind(one)] += 1

    def remove(self, one: _Standing) -> None:
        self.standing.remove(one)
        left = self.counts[one.key]
        left[_kind(one)] -= 1
        if not +left:
            del self.counts[one.key]

    def disturbed(self, *, with_planned: bool) -> dict[str, Effect]:
        found = {}
        for key, counts in self.counts.items():
            effects = [
                effect
                for (effect, is_planned), number in counts.items()
                if number and (with_planned or not is_planned)
            ]
            if effects:
                found[key] = max(effects)
        return found


def derive(
    footing: Footing,
    lives: Iterable[Life],
    *,
    planned: Collection[Span],
    period: Span,
    describe: Callable[[Life], Cause],
) -> list[Moment]:
    """Say how a service went in a period.

    Args:
        footing: What it rests on.
        lives: The alarms that may concern it; others do no harm.
        planned: When planned work on the service itself was under way.
        period: From when to when; the first moment is at its start.
        describe: Says in plain words what an alarm is.

    Returns:
        Moments, ascending, each with something new. O(n log n) for n stages of alarms, times the
        number of disturbed keys.
    """
    by_id = {one.alarm_id: one for one in lives}
    changes = sorted(_changes(footing, by_id.values(), period), key=lambda one: one[0])
    instants = {period.start, *(at for at, _, _ in changes)}
    instants |= {at for span in planned for at in span if period.start < at < period.end}
    scene, found, number = _Scene(), list[Moment](), 0
    for at in sorted(instants):
        while number < len(changes) and changes[number][0] <= at:
            _, one, is_added = changes[number]
            (scene.add if is_added else scene.remove)(one)
            number += 1
        is_planned = any(span.start <= at < span.end for span in planned)
        moment = _moment(footing, scene, at, is_planned=is_planned, causes=(by_id, describe))
        if not found or found[-1].said != moment.said:
            found.append(moment)
    return found


def _changes(
    footing: Footing, lives: Iterable[Life], period: Span
) -> Iterator[tuple[datetime, _Standing, bool]]:
    """Yield when each effect begins and ends; removals of an instant come after its additions."""
    for life in lives:
        for span, one in _standings(footing, life):
            start, end = max(span.start, period.start), min(span.end, period.end)
            if start < end:
                yield start, one, True
                if end < period.end:
                    yield end, one, False


def _standings(footing: Footing, life: Life) -> Iterator[tuple[Span, _Standing]]:
    names = footing.own_key in life.affected_services or life.managed_object == footing.own_key
    keys = {life.managed_object} & footing.keys | ({footing.own_key} if names else set())
    if not keys:
        return
    for index, stage in enumerate(life.stages):
        effect = effect_of(
            stage.severity,
            service_affecting=life.service_affecting,
            names_service=names,
            breaks_from=footing.breaks_from,
        )
        end = life.stages[index + 1].at if index + 1 < len(life.stages) else _ALWAYS
        for key in sorted(keys) if effect else ():
            one = _Standing(-effect, life.raised_at, life.alarm_id, key, stage.is_planned)
            yield Span(stage.at, end), one


_ALWAYS = datetime.max.replace(tzinfo=UTC)


def _moment(
    footing: Footing,
    scene: _Scene,
    at: datetime,
    *,
    is_planned: bool,
    causes: tuple[dict[UUID, Life], Callable[[Life], Cause]],
) -> Moment:
    everything = judge(footing, scene.disturbed(with_planned=True))
    left = {} if is_planned else scene.disturbed(with_planned=False)
    otherwise = judge(footing, left)
    is_work = otherwise.effect < everything.effect
    lives, describe = causes
    reasons = [one for one in scene.standing if one.key in everything.keys]
    fitting = (one for one in reasons if is_planned or one.is_planned is is_work)
    reason = next(fitting, reasons[0] if reasons else None)
    cause = describe(lives[reason.alarm_id]) if reason is not None else None
    state = State.PLANNED if is_work else _STATES[everything.effect]
    return Moment(at=at, state=state, is_down=everything.effect is Effect.BREAKS, cause=cause)


_STATES: Sequence[State] = (State.WORKING, State.DEGRADED, State.DOWN)


def _kind(one: _Standing) -> tuple[Effect, bool]:
    return Effect(-one.worst_first), one.is_planned
