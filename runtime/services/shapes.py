"""Services as REST shows them, as JSON Schemas."""

from __future__ import annotations

from typing import Any

from kernel.rest import (
    FLAG,
    ID,
    INSTANT,
    NUMBER,
    TEXT,
    TEXTS,
    WHOLE,
    choice,
    listed,
    many,
    maybe,
    shape,
    with_more,
)
from runtime.services.schema import SERVICE_SCHEMA
from runtime.services.timeline import State
from runtime.services.words import KINDS

_STATE = choice(*(one.value for one in State))
_CAUSE = maybe(shape(alarm_id=ID, key=TEXT, what=TEXT, since=INSTANT))
SERVICE = with_more(
    "KeptService",
    SERVICE_SCHEMA,
    id=ID,
    state=_STATE,
    down=FLAG,
    since=INSTANT,
    cause=_CAUSE,
    origin=TEXT,
    revision=WHOLE,
    updated_at=INSTANT,
    updated_by=TEXT,
)
DISTURBANCES = listed(
    shape(
        start=INSTANT, end=maybe(INSTANT), duration_s=NUMBER, state=_STATE, down=FLAG, cause=_CAUSE
    )
)
_LENGTHS = ("agreed", "down", "degraded", "planned_left_out", "allowed", "left")
MONTH = shape(
    month=TEXT,
    start=INSTANT,
    end=INSTANT,
    percent=maybe(NUMBER),
    kept=maybe(FLAG),
    **{f"{name}_s": maybe(NUMBER) for name in _LENGTHS},
)
_IMPORTED: dict[str, Any] = dict.fromkeys(("new", "changed", "same", "gone"), WHOLE)
IMPORT = shape(
    "ServiceImport",
    id=ID,
    origin=TEXT,
    format=TEXT,
    **_IMPORTED,
    new_keys=TEXTS,
    changed_keys=TEXTS,
    gone_keys=TEXTS,
    problems=many({}),
    created_at=INSTANT,
    created_by=TEXT,
    applied_at=maybe(INSTANT),
)
QUERY = {"q": TEXT, "state": _STATE, "kind": choice(*KINDS)}
REMOVING = {"type": "object", "properties": {"remove_gone": FLAG}}
FILE = {"type": "string", "description": "The file, as it is"}
