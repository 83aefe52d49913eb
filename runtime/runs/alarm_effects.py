"""What a step wished of alarms, done: by the same deeds that people and rules do.

What a run raises carries how far it is from what the network said, so that a workflow that its own
alarms start, directly or by way of others, comes to rest: see `runtime.alarms.derived`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.effects import Effect
from kernel.errors import InvalidError, NotFoundError, Problem
from runtime.alarms import store
from runtime.alarms.derived import DEPTH, deeper
from runtime.alarms.filters import read_id
from runtime.alarms.intake.full_lists import take_standing
from runtime.alarms.intake.limits import admit_events, event_bytes, reject_large
from runtime.alarms.intake.taking import refuse_if_nothing_taken, write_batch
from runtime.alarms.sources.listing import source_named
from runtime.alarms.sources.reading import Batch, read_canonical
from runtime.alarms.sources.store import SourceView, read_body
from runtime.flows.lookup import slug_of
from runtime.runs._rows import RunRow
from runtime.runs.derived import depth_of

ID_SHOWN = 60
REMEDY = (
    "this workflow was started by an alarm that workflows or rules raised because of others; "
    "let its rule leave alarms of such sources out"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """An effect on alarms, in the run that wishes for it."""

    session: Session
    run: RunRow
    effect: Effect
    by: str
    now: datetime

    @property
    def fields(self) -> Mapping[str, Any]:
        """Give what belongs to it."""
        return self.effect.fields

    def do(self, deed: Callable[..., Any], **more: Any) -> None:
        """Do one of the store's deeds to the effect's alarm."""
        key = _key(self.effect.target)
        deed(self.session, self.run.tenant_id, key, by=self.by, now=self.now, **more)


def hold_alarms(session: Session, tenant_id: UUID, effects: Iterable[Effect]) -> None:
    """Lock the alarms of several effects in one order, so that no two wait for each other."""
    said = [name for one in effects for name in (one.target, *_children(one))]
    keys = {key for name in said if (key := read_id(name)) is not None}
    if len(keys) > 1:
        store.hold(session, tenant_id, keys)


def apply_to_alarms(wished: Wished) -> None:
    """Apply an effect on alarms.

    Raises:
        GarlandError: it cannot be: the alarm is gone, or what is wished does not fit.
    """
    _DEEDS[wished.effect.kind](wished)


def _set(wished: Wished) -> None:
    attributes = wished.fields.get("attributes")
    if isinstance(attributes, dict) and DEPTH in attributes:
        message = f"attributes: {DEPTH} is our own: leave it out"
        raise InvalidError(message, problems=[Problem("/attributes", message)])
    wished.do(store.set_fields, fields=wished.fields)


def _raise(wished: Wished) -> None:
    """Put an event into the journal: rules see it like any other."""
    session, tenant_id = wished.session, wished.run.tenant_id
    slug = slug_of(session, tenant_id, wished.run.flow_id)
    said = dict(wished.fields)
    attributes = said.get("attributes", {})
    if isinstance(attributes, dict):
        said["attributes"] = {**attributes, **_noted(wished)}
    batch = Batch()
    batch.take(0, {**said, "source": f"workflow:{slug}"}, raw=said)
    batch = reject_large(batch, event_bytes(session, tenant_id))
    refuse_if_nothing_taken(batch)
    admit_events(session, tenant_id, 1)
    write_batch(session, tenant_id, batch, origin=None, now=wished.now)


def _noted(wished: Wished) -> dict[str, Any]:
    depth = deeper(depth_of(wished.run.trigger), remedy=REMEDY)
    return {"run_id": str(wished.run.id), DEPTH: depth}


def _shelve(wished: Wished) -> None:
    until = wished.now + timedelta(seconds=wished.fields["for_s"])
    wished.do(store.shelve, until=until, reason=wished.fields["reason"])


def _children(effect: Effect) -> Iterable[str]:
    return effect.fields["alarms"] if effect.kind == "alarm.group" else ()


def _group(wished: Wished) -> None:
    children = {_key(one) for one in _children(wished.effect)}
    parent_id = _key(wished.effect.target)
    where = (wished.session, wished.run.tenant_id, parent_id)
    store.group_under(*where, children, by=wished.by, now=wished.now)


def _ungroup(wished: Wished) -> None:
    where = (wished.session, wished.run.tenant_id, [_key(wished.effect.target)])
    store.ungroup(*where, by=wished.by, now=wished.now)


def _resync(wished: Wished) -> None:
    source = source_named(wished.session, wished.run.tenant_id, wished.effect.target)
    take_standing(
        wished.session,
        source,
        _standing(source, wished.fields["standing"]),
        now=wished.now,
        allow_empty=wished.fields["allow_empty"],
        noted=_noted(wished),
    )


def _standing(source: SourceView, said: Any) -> Batch:
    """Read the list: one of alarm events, or what the source's kind is sent."""
    if said == [] or (isinstance(said, dict) and said.get("events") == []):
        return Batch(list_name="events")
    if isinstance(said, list):
        return read_canonical({"events": said}, source=source.name)
    return read_body(source, said)


def _key(said: str) -> UUID:
    key = read_id(said)  # what a block says; its host looks at no alarm
    if key is None:
        raise NotFoundError("no such alarm", alarm_id=said[:ID_SHOWN])
    return key


_DEEDS: Mapping[str, Callable[[Wished], None]] = MappingProxyType(
    {
        "alarm.set": _set,
        "alarm.acknowledge": lambda one: one.do(
            store.acknowledge, comment=str(one.fields.get("comment", ""))
        ),
        "alarm.unacknowledge": lambda one: one.do(store.unacknowledge),
        "alarm.raise": _raise,
        "alarm.clear": lambda one: one.do(store.clear_by_person),
        "alarm.comment": lambda one: one.do(store.comment, text=one.fields["text"]),
        "alarm.shelve": _shelve,
        "alarm.unshelve": lambda one: one.do(store.unshelve),
        "alarm.group": _group,
        "alarm.ungroup": _ungroup,
        "alarm.resync": _resync,
    }
)
