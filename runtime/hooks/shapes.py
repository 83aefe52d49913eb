"""Webhooks as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, TEXT, WHOLE, choice, listed, maybe, shape
from runtime.hooks._tables import Outcome

HOOKS = listed(
    shape(
        "Webhook",
        trigger=TEXT,
        title=TEXT,
        signed=FLAG,
        respond=TEXT,
        correlate=maybe(TEXT),
        block=maybe(TEXT),
        starts_runs=FLAG,
        address_made_at=maybe(INSTANT),
        secret_made_at=maybe(INSTANT),
        old_secret_until=maybe(INSTANT),
    )
)
ADDRESS = shape(address=TEXT)
SECRET = shape(secret=TEXT)
DELIVERIES = listed(
    shape(
        at=INSTANT,
        outcome=choice(*(one.value for one in Outcome)),
        status=WHOLE,
        message=TEXT,
        sender=TEXT,
        size_bytes=WHOLE,
        run_id=maybe(ID),
    )
)
