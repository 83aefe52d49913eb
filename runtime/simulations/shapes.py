"""A rule tried on events as REST answers it, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import ANYTHING, FLAG, INSTANT, OBJECT, TEXT, WHOLE, many, maybe, shape

SIMULATED = shape(
    steps=many(
        shape(
            index=WHOLE,
            happened=TEXT,
            alarm=maybe(OBJECT),
            held_by=TEXT,
            is_match=FLAG,
            tested=ANYTHING,
            decision=ANYTHING,
        )
    ),
    firings=many(shape(index=maybe(WHOLE), at=INSTANT, why=ANYTHING)),
)
