"""A tenant's rule over its own past: the draft beside the version that is judged today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms.earlier import Earlier
from runtime.alarms.past import (
    count_past,
    first_row_since,
    past_begins,
    read_past,
    read_taken_at_once,
)
from runtime.alarms.past_alarms import PastAlarms
from runtime.alarms.policy.store import policy_of, ttls_of
from runtime.backtests.limits import limits_of
from runtime.rules._tables import Firing, RuleRow, RuleVersionRow
from runtime.rules.around import paths_named
from runtime.rules.backtest.playing import Judging, Progress, play
from runtime.rules.backtest.report import Place, Recorded, Report
from runtime.rules.backtest.world import World
from runtime.rules.judging.ruleset import JudgedRule, judged_rule
from runtime.rules.judging.state import KEPT_FOR_LATECOMERS, SECOND
from runtime.rules.model import Mode
from runtime.rules.store import get_rule
from runtime.surroundings.past import PastSurroundings

ROWS_MAX = 500_000


class _Live(NamedTuple):
    """A version that is judged today, and since when."""

    rule: JudgedRule
    since: datetime


class _Firing(NamedTuple):
    """A firing that was recorded."""

    place: Place
    version_id: UUID
    mode: Mode


def backtest_rule(  # noqa: PLR0913  which rule, over what, told to whom
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    *,
    since: datetime,
    now: datetime,
    most: int,
    document: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Play the past since an instant, at most so many of its rows; nothing is written.

    What came before is played too, as far back as the rules remember, but counts for nothing.
    `document` is judged in place of the draft.

    Raises:
        InvalidError: the draft has problems.
        NotFoundError: there is no such rule.
    """
    written = document if document is not None else get_rule(session, tenant_id, rule_id).draft
    judged = _judged_now(session, tenant_id)
    live = judged.get(rule_id)
    recorded = _recorded(session, tenant_id, rule_id, since=since)
    judging = Judging(
        draft=judged_rule(rule_id, rule_id, Mode.LIVE, dict(written)),
        live=live.rule if live is not None else None,
        others=[one.rule for one in judged.values()],
        recorded=frozenset(one.place for one in recorded if one.mode is Mode.LIVE),
    )
    begins = since - timedelta(seconds=_reach_s(judging.rules))
    if count_past(session, tenant_id, since=begins) > most:
        begins = since
    is_whole = count_past(session, tenant_id, since=begins) <= most
    alarms = past_alarms(session, tenant_id, since=begins)
    world = world_of(session, tenant_id, alarms, judging.rules)
    report = play(
        read_past(session, tenant_id, since=begins, most=most),
        world,
        judging,
        since=since,
        until=now if is_whole else None,
        progress=progress,
    )
    report.is_complete = report.is_complete and is_whole
    if live is not None:
        report.recorded = _beside(session, tenant_id, report, recorded, live)
    report.limits = limits_of(session, tenant_id, alarms, world, since=since)
    return report


def past_alarms(session: Session, tenant_id: UUID, *, since: datetime) -> PastAlarms:
    """Give a tenant's alarms as they are before its past since an instant is played."""
    policy = policy_of(session, tenant_id)
    began = past_begins(session, tenant_id, since=since)
    return PastAlarms(
        tenant_id,
        policy,
        ttls_of(session, tenant_id, policy),
        taken_at_once=read_taken_at_once(session, tenant_id, since=since),
        earlier=Earlier(session, tenant_id, began_before=began, policy=policy),
    )


def world_of(
    session: Session, tenant_id: UUID, alarms: PastAlarms, rules: Collection[JudgedRule]
) -> World:
    """Give the world of these alarms, with what these rules ask of what lies round them."""
    paths = paths_named((one.rule, one.table) for one in rules)
    near = PastSurroundings(session, tenant_id, alarms)
    return World(alarms, paths, lambda changes: near.during(changes).of_changes)


def _reach_s(rules: Collection[JudgedRule]) -> float:
    """Say how far back rules remember, seconds, latecomers included."""
    reach_s = max((one.reach_s for one in rules if one.needs_memory), default=0)
    return reach_s + KEPT_FOR_LATECOMERS / SECOND if reach_s else 0.0


def _recorded(
    session: Session, tenant_id: UUID, rule_id: UUID, *, since: datetime
) -> list[_Firing]:
    """Give the rule's firings that were recorded since, by any version of it."""
    rows = session.execute(
        select(Firing.seq, Firing.at, Firing.version_id, Firing.mode).where(
            Firing.tenant_id == tenant_id, Firing.rule_id == rule_id, Firing.recorded_at >= since
        )
    )
    return [_Firing((row.seq, row.at), row.version_id, row.mode) for row in rows]


def _beside(
    session: Session, tenant_id: UUID, report: Report, recorded: Iterable[_Firing], live: _Live
) -> Recorded | None:
    """Lay the live version's firings beside those that were recorded since it was published."""
    if report.live is None:
        return None
    mine = {one.place for one in recorded if one.version_id == live.rule.version_id}
    first = first_row_since(session, tenant_id, live.since)
    there = report.live.places
    return Recorded(
        firings=len(mine),
        found=len(mine & there),
        others=sum(1 for place in there - mine if first is not None and place[0] >= first),
    )


def _judged_now(session: Session, tenant_id: UUID) -> dict[UUID, _Live]:
    """Give the versions that are judged now, by rule."""
    rows = session.execute(
        select(RuleVersionRow, RuleRow.mode)
        .join(RuleRow, RuleRow.live_version_id == RuleVersionRow.id)
        .where(
            RuleRow.tenant_id == tenant_id,
            RuleVersionRow.tenant_id == tenant_id,
            RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)),
        )
    )
    return {
        version.rule_id: _Live(
            judged_rule(version.rule_id, version.id, mode, version.document), version.made_at
        )
        for version, mode in rows
    }
