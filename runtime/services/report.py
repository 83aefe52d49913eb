"""What pages, files and the API tell of a service: days, months, planned work, what it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms.lives import Life, lives_of
from runtime.calendars.hours import open_spans
from runtime.calendars.store import find_calendar
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.maintenance.covering import Near, windows_between
from runtime.services.availability import MonthReport, month_report
from runtime.services.deriving import is_about, standing_alarms
from runtime.services.record import moments_since
from runtime.services.spans import Month, Span, days_until, length, month_of, month_span
from runtime.services.state import Effect, Footing, effect_of, judge
from runtime.services.store import ServiceView
from runtime.services.timeline import (
    Disturbance,
    Moment,
    State,
    disturbances,
    spans_of,
    stretches,
)

DAYS = 90
MONTHS = 6
AHEAD = timedelta(days=30)
_DOWN = tuple((state, True) for state in State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a service: the worst it was in, None before it was in use, and how long down."""

    date: date
    state: State | None
    down: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Planned work ahead or under way, and what it may do to the service."""

    window_id: UUID
    name: str
    note: str
    start: datetime
    end: datetime
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One service on the list."""

    view: ServiceView
    month: MonthReport
    days: Sequence[Day]
    planned: Sequence[Planned]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A resource that a service needs, and whether it works; `alarm` is why not."""

    key: str
    name: str
    kind: str
    effect: Effect
    alarm: Life | None
    above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One service with all that its page shows."""

    card: Card
    months: Sequence[tuple[Month, MonthReport]]
    troubles: Sequence[Disturbance]
    needs: Sequence[tuple[str, int, Sequence[Resting]]]


def cards_of(
    session: Session, tenant_id: UUID, views: Sequence[ServiceView], *, now: datetime
) -> list[Card]:
    """Give the services of a list with this month, their last days and what is planned."""
    if not views:
        return []
    since = now - timedelta(days=DAYS + 2)
    moments = moments_since(session, tenant_id, [one.id for one in views], since=since)
    near = windows_between(session, tenant_id, first=now, last=now + AHEAD)
    return [_card(session, tenant_id, one, moments[one.id], near, now=now) for one in views]


def page_of(session: Session, tenant_id: UUID, view: ServiceView, *, now: datetime) -> Page:
    """Give all that a service's page shows."""
    zone = view.service.zone
    this = month_of(now, zone)
    months = [this.next(-back) for back in range(MONTHS)]
    since = min(month_span(months[-1], zone).start, now - timedelta(days=DAYS + 2))
    moments = moments_since(session, tenant_id, [view.id], since=since)[view.id]
    near = windows_between(session, tenant_id, first=now, last=now + AHEAD)
    reports = [
        (one, month_of_service(session, tenant_id, view, one, moments, now=now)) for one in months
    ]
    seen = now - timedelta(days=DAYS)
    return Page(
        card=_card(session, tenant_id, view, moments, near, now=now),
        months=[(one, each) for one, each in reports if each.period.end > view.watched_from],
        troubles=[one for one in reversed(disturbances(moments)) if (one.end or now) > seen],
        needs=_needs(session, tenant_id, view),
    )


def month_of_service(
    session: Session,
    tenant_id: UUID,
    view: ServiceView,
    month: Month,
    moments: Sequence[Moment],
    *,
    now: datetime,
) -> MonthReport:
    """Reckon one month of a service from its moments."""
    agreed = view.service.agreement
    period = month_span(month, view.service.zone)
    opened = None
    if agreed is not None and agreed.calendar:
        opened = _opened(session, tenant_id, agreed.calendar, period)
    return month_report(
        moments,
        agreed,
        period=period,
        watched_from=view.watched_from,
        now=now,
        open_spans=opened,
    )


def months_of(
    session: Session, tenant_id: UUID, views: Sequence[ServiceView], month: Month, *, now: datetime
) -> list[tuple[ServiceView, MonthReport]]:
    """Reckon one month of several services, each in its own zone."""
    if not views:
        return []
    first = min(month_span(month, one.service.zone).start for one in views)
    moments = moments_since(session, tenant_id, [one.id for one in views], since=first)
    return [
        (one, month_of_service(session, tenant_id, one, month, moments[one.id], now=now))
        for one in views
    ]


def days_of(view: ServiceView, moments: Sequence[Moment], *, now: datetime) -> list[Day]:
    """Give the last days of a service in its zone, today the last."""
    today = now.astimezone(view.service.zone).date()
    return [
        _day(day, Span(max(span.start, view.watched_from), min(span.end, now)), moments)
        for day, span in days_until(today, DAYS, view.service.zone)
    ]


def _day(day: date, span: Span, moments: Sequence[Moment]) -> Day:
    if span.start >= span.end:
        return Day(date=day, state=None, down=timedelta(0))
    states = [one.state for _, one in stretches(moments, span)]
    worst = max(states, key=lambda one: one.rank, default=None)
    return Day(date=day, state=worst, down=length(spans_of(moments, span, _DOWN)))


def _card(
    session: Session,
    tenant_id: UUID,
    view: ServiceView,
    moments: Sequence[Moment],
    near: Iterable[Near],
    *,
    now: datetime,
) -> Card:
    month = month_of(now, view.service.zone)
    return Card(
        view=view,
        month=month_of_service(session, tenant_id, view, month, moments, now=now),
        days=days_of(view, moments, now=now),
        planned=planned_for(view.footing, near, now=now),
    )


def planned_for(footing: Footing, near: Iterable[Near], *, now: datetime) -> list[Planned]:
    """Give the planned work that may touch a service, the next first."""
    found = []
    for one in near:
        effect = Effect.BREAKS
        if not is_about(footing.own_key, one):
            keys = one.area.keys & footing.keys
            if not keys:
                continue
            effect = judge(footing, dict.fromkeys(keys, Effect.BREAKS)).effect
        found += [
            Planned(
                window_id=one.window_id,
                name=one.window.name,
                note=one.window.note,
                start=time.start,
                end=time.end,
                effect=effect,
            )
            for time in one.times
            if time.end > now
        ]
    return sorted(found, key=lambda one: (one.start, str(one.window_id)))


def _opened(session: Session, tenant_id: UUID, name: str, period: Span) -> list[Span] | None:
    """Give when support is open; None, for always, where the calendar was removed meanwhile."""
    try:
        calendar = find_calendar(session, tenant_id, name)
    except NotFoundError:
        return None
    return [Span(one.start, one.end) for one in open_spans(calendar, *period)]


def _needs(
    session: Session, tenant_id: UUID, view: ServiceView
) -> list[tuple[str, int, Sequence[Resting]]]:
    graph = graph_of(session, tenant_id)
    lives = lives_of(session, tenant_id, standing_alarms(session, tenant_id, view.id))
    worst = _worst(view, lives)
    found: list[tuple[str, int, Sequence[Resting]]] = []
    for need, said in zip(view.footing.needs, view.service.rests_on, strict=True):
        rows = [
            _resting(key, root, graph, worst)
            for key, root in zip(said.keys, need.roots, strict=True)
        ]
        found.append((said.how.value, said.share, rows))
    return found


def _worst(view: ServiceView, lives: Iterable[Life]) -> Mapping[str, tuple[Effect, Life]]:
    found: dict[str, tuple[Effect, Life]] = {}
    for life in lives:
        effect = effect_of(
            life.stages[-1].severity,
            service_affecting=life.service_affecting,
            names_service=view.service.key in life.affected_services,
            breaks_from=view.service.breaks_from,
        )
        if effect > found.get(life.managed_object, (Effect.NONE, life))[0]:
            found[life.managed_object] = effect, life
    return found


def _resting(
    key: str, root: frozenset[str], graph: Graph, worst: Mapping[str, tuple[Effect, Life]]
) -> Resting:
    spot = graph.spots.get(key)
    disturbed = [worst[one] for one in sorted(worst.keys() & root)]
    effect, alarm = max(disturbed, key=lambda one: one[0], default=(Effect.NONE, None))
    return Resting(
        key=key,
        name=spot.name if spot else key,
        kind=spot.kind.value if spot else "",
        effect=effect,
        alarm=alarm,
        above=len(root) - 1,
    )
