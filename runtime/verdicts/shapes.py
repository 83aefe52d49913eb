"""What every rule makes of an alarm as REST answers it, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import (
    ANYTHING,
    ID,
    INSTANT,
    OBJECT,
    TEXT,
    TEXTS,
    WHOLE,
    choice,
    many,
    maybe,
    shape,
)
from runtime.rules.model import Mode

VERDICTS = shape(
    items=many(
        shape(
            rule_id=ID,
            name=TEXT,
            mode=choice(*Mode),
            version=WHOLE,
            outcome=TEXT,
            fired_at=maybe(INSTANT),
            asked_at=INSTANT,
            happened=TEXT,
            decided=TEXTS,
            notes=TEXTS,
            why=OBJECT,
            did=many(ANYTHING),
        )
    ),
    kept=many(shape(words=TEXT, summary=maybe(ID))),
)
