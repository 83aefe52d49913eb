"""Which rules fire for what happened to alarms, and what they do: one batch, one transaction.

The matcher tells which rules' conditions hold for each alarm; the judge makes verdicts of that and
of what rules remember (`judging`); here they are recorded and acted upon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import parse_instant
from kernel.ids import new_id
from kernel.trace import Traceparent
from runtime.alarms.documents import AlarmFacts, AlarmView, alarm_document
from runtime.alarms.journal import CLEARED, TIME, JournalRow
from runtime.alarms.store import Change, find_alarm
from runtime.rules._live import live_set
from runtime.rules._tables import Firing
from runtime.rules.actions import act
from runtime.rules.around import Around, nothing_around
from runtime.rules.grouping.latecomers import take_waiting
from runtime.rules.grouping.moves import Moves
from runtime.rules.grouping.parents import Parents
from runtime.rules.judging.asking import ask
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Event, Item, Tick, Verdict
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.reasons import why
from runtime.rules.judging.ruleset import RuleSet
from runtime.rules.judging.state import to_us
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode, Transition
from runtime.rules.occasion import Marks, Occasion
from runtime.rules.stored import StoredMemory
from tenancy.rows import insert_many


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """The alarm that a verdict is about, as it was judged."""

    alarm: AlarmView
    facts: Mapping[str, Any]
    parent: Traceparent | None = None


def judge(  # noqa: PLR0913  what happened, by whose matcher, what lies round it
    session: Session,
    tenant_id: UUID,
    changes: Sequence[Change],
    *,
    matcher: Matcher,
    now: datetime,
    notices: Sequence[JournalRow] = (),
    around: Around = nothing_around,
) -> int:
    """Judge changes and notices in order and act; give the number of firings.

    `around` looks up what lies round the alarms, as far as the rules name it.

    Everything is written in the caller's transaction, which also marks the journal's rows done:
    a crash before its commit leaves nothing behind, and the same rows give the same firings.
    """
    seen = [
        (change, event) for change in changes if (event := event_of(change, AlarmFacts)) is not None
    ]
    told = [item for row in notices if (item := _notice(session, tenant_id, row)) is not None]
    if not seen and not told:
        return 0
    rules = live_set(session, tenant_id, matcher)
    if not rules.rules and not told:
        return 0
    events = _with_surroundings(rules, seen, around)
    items = sorted((*events, *told), key=lambda item: item.seq)
    verdicts = _judged(session, tenant_id, rules, items, matcher)
    known, firings = {change.seq: change for change in changes}, []
    marks, parents = Marks(), Parents(Moves(session, tenant_id, now))
    for verdict in verdicts:
        about = _about(session, tenant_id, verdict, known)
        if about is not None:
            did = _act(verdict, about, marks=marks, parents=parents, now=now)
            firings.append(_firing(tenant_id, verdict, about, did=did, now=now))
    marks.write(session, tenant_id, now=now)
    if firings:
        insert_many(session, Firing, firings)
    take_waiting(parents, rules.rules.values(), changes)
    parents.moves.write()
    return len(firings)


def _with_surroundings(
    rules: RuleSet, seen: Sequence[tuple[Change, Event]], around: Around
) -> list[Event]:
    """Lay what lies round the alarms beside what is known of them, as far as rules name it."""
    if not rules.around:
        return [event for _, event in seen]
    near = around(rules.around, [change for change, _ in seen])
    return [
        replace(event, facts={**event.facts, **facts})
        for (_, event), facts in zip(seen, near, strict=True)
    ]


def _judged(
    session: Session, tenant_id: UUID, rules: RuleSet, items: Sequence[Item], matcher: Matcher
) -> list[Verdict]:
    asked = ask(rules, items, matcher.match)
    memory = StoredMemory(session=session, tenant_id=tenant_id)
    judging = Judge(rules, memory)
    if rules.remembers or any(isinstance(item, Tick) for item in items):
        memory.load(judging.groups_of(asked), ripe_before=max(map(_reached, items)))
    verdicts = list(judging.judge(asked))
    memory.write()
    return verdicts


def _reached(item: Item) -> int:
    """Say how far an item brings time forward."""
    return to_us(item.until if isinstance(item, Tick) else item.received_at)


def _notice(session: Session, tenant_id: UUID, row: JournalRow) -> Item | None:
    """Read a notice of the journal; None where it says nothing to rules any more."""
    if row.kind == TIME:
        return Tick(seq=row.seq, until=parse_instant(row.event["until"]))
    if row.kind != CLEARED:  # what else there is, the lifecycle has made a change of already
        return None
    alarm = find_alarm(session, tenant_id, UUID(row.event["alarm_id"]))
    if alarm is None:
        return None
    return Event(
        seq=row.seq,
        at=row.received_at,
        received_at=row.received_at,
        alarm=str(alarm.id),
        condition=str(alarm.condition_id),
        happened=Transition.CLEARED,
        facts={},
        quiet=True,
    )


def _about(
    session: Session, tenant_id: UUID, verdict: Verdict, known: Mapping[int, Change]
) -> _About | None:
    """Give the alarm of a verdict: as the event left it, or as it is now where a timer spoke."""
    if verdict.event is not None:
        change = known[verdict.seq]
        return _About(alarm=change.alarm, facts=verdict.event.facts, parent=change.parent)
    alarm = find_alarm(session, tenant_id, UUID(verdict.alarm))
    return _About(alarm=alarm, facts=alarm_document(alarm)) if alarm is not None else None


def _act(
    verdict: Verdict, about: _About, *, marks: Marks, parents: Parents, now: datetime
) -> list[dict[str, Any]]:
    """Do what the rule does; a rule that only observes does nothing."""
    if verdict.judged.mode is not Mode.LIVE:
        return []
    occasion = Occasion(
        session=parents.session,
        tenant_id=parents.tenant_id,
        verdict=verdict,
        alarm=about.alarm,
        facts=about.facts,
        marks=marks,
        parents=parents,
        parent=about.parent,
        now=now,
    )
    return act(occasion)


def _firing(
    tenant_id: UUID, verdict: Verdict, about: _About, *, did: list[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """Give the values of a firing's row, for a bulk insert."""
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "rule_id": verdict.judged.id,
        "version_id": verdict.judged.version_id,
        "seq": verdict.seq,
        "alarm_id": about.alarm.id,
        "group_key": verdict.group,
        "mode": verdict.judged.mode,
        "at": verdict.at,
        "recorded_at": now,
        "why": why(verdict, about.facts),
        "did": did,
    }
