"""What people and programs ask of alarms, by verb and as they said it: of one, or of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import parse_instant
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.schema import Schema
from runtime.alarms import store
from runtime.alarms.documents import AlarmView

BULK_MAX = 1_000
BULK_VERBS = ("acknowledge", "unacknowledge", "clear", "comment", "shelve", "unshelve", "assign")
BULK = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["do", "ids"],
        "properties": {
            "do": {"enum": list(BULK_VERBS)},
            "ids": {
                "type": "array",
                "minItems": 1,
                "maxItems": BULK_MAX,
                "items": {"type": "string", "maxLength": 100},
            },
            "comment": {"type": "string"},
            "until": {"type": "string"},
            "reason": {"type": "string"},
            "owner": {"type": "string"},
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something asked of one alarm, in somebody's name."""

    session: Session
    tenant_id: UUID
    alarm_id: UUID
    said: Mapping[str, Any]
    by: str
    now: datetime

    def text(self, name: str) -> str:
        """Give a text that was said, "" where there is none; raises InvalidError."""
        value = self.said.get(name, "")
        if not isinstance(value, str):
            raise _wrong(name, "text")
        return value

    def instant(self, name: str) -> datetime:
        """Give an instant that was said; raises InvalidError."""
        try:
            return parse_instant(self.text(name))
        except (ValueError, OverflowError):
            remedy = "an instant with a time zone, such as 2026-11-24T18:00:00Z"
            raise _wrong(name, remedy) from None

    def ids(self, name: str) -> list[UUID]:
        """Give a list of alarms' ids that was said; raises InvalidError."""
        value = self.said.get(name)
        if not isinstance(value, list):
            raise _wrong(name, "a list of the ids of alarms")
        try:
            return [UUID(one) for one in value]
        except (ValueError, AttributeError, TypeError):
            raise _wrong(name, "a list of the ids of alarms") from None

    def do(self, deed: Callable[..., Any], **more: Any) -> Any:
        """Do one of the store's deeds to the alarm."""
        where = (self.session, self.tenant_id, self.alarm_id)
        return deed(*where, by=self.by, now=self.now, **more)


def _ungroup(asked: Asked) -> AlarmView:
    where = (asked.session, asked.tenant_id)
    (alarm,) = store.ungroup(*where, [asked.alarm_id], by=asked.by, now=asked.now)
    return alarm


def _group(asked: Asked) -> AlarmView:
    where = (asked.session, asked.tenant_id, asked.alarm_id)
    return store.group_under(*where, asked.ids("children"), by=asked.by, now=asked.now)


_DEEDS: Mapping[str, Callable[[Asked], AlarmView]] = MappingProxyType(
    {
        "acknowledge": lambda one: one.do(store.acknowledge, comment=one.text("comment")),
        "unacknowledge": lambda one: one.do(store.unacknowledge),
        "clear": lambda one: one.do(store.clear_by_person),
        "comment": lambda one: one.do(store.comment, text=one.text("comment")),
        "shelve": lambda one: one.do(
            store.shelve, until=one.instant("until"), reason=one.text("reason")
        ),
        "unshelve": lambda one: one.do(store.unshelve),
        "assign": lambda one: one.do(store.assign, owner=one.text("owner")),
        "group": _group,
        "ungroup": _ungroup,
    }
)


def perform(asked: Asked, verb: str) -> AlarmView:
    """Do what is asked of one alarm.

    Raises:
        InvalidError: what was said does not fit the verb.
        NotFoundError: there is no such alarm.
    """
    return _DEEDS[verb](asked)


def perform_many(
    session: Session, tenant_id: UUID, body: Any, *, by: str, now: datetime
) -> list[dict[str, Any]]:
    """Do one thing to many alarms; give for each, in the order asked, what came of it.

    Raises:
        InvalidError: what is asked cannot be done to any; nothing is changed then.
    """
    BULK.require(body, "the alarms cannot be changed so")
    asked_for: Sequence[str] = list(dict.fromkeys(body["ids"]))
    found: dict[str, dict[str, Any]] = {}
    for text in sorted(asked_for):  # one order of locks, so that no two wait for each other
        try:
            alarm_id = UUID(text)
            asked = Asked(
                session=session, tenant_id=tenant_id, alarm_id=alarm_id, said=body, by=by, now=now
            )
            perform(asked, body["do"])
            found[text] = {"id": text, "done": True}
        except (ValueError, NotFoundError):
            missing = NotFoundError("no such alarm")
            found[text] = {
                "id": text,
                "done": False,
                "code": missing.code,
                "message": missing.message,
            }
    return [found[text] for text in asked_for]


def _wrong(name: str, remedy: str) -> InvalidError:
    message = f"{name} must be {remedy}"
    return InvalidError(message, problems=[Problem(f"/{name}", message)])
