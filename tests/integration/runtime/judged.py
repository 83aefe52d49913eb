"""Rules published an hour before noon, and events that are judged at noon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON

ANY = make_leaf("managed_object", "exists")
BEFORE = NOON - timedelta(hours=1)
LINK = {"managed_object": "link", "perceived_severity": "major", "text": "fan stopped"}
Send = Callable[..., None]


def sender(session: Session, tenant_id: UUID) -> Send:
    """Give a function that puts events into the journal and has them judged."""

    def send(*events: dict[str, Any]) -> None:
        with as_tenant(session, tenant_id):
            append(session, tenant_id, [parse_event(one) for one in events], now=NOON)
        with Matcher() as matcher:
            correlate_batch(session, matcher=matcher, now=NOON)

    return send


def publish(
    session: Session,
    tenant_id: UUID,
    *,
    mode: Mode = Mode.LIVE,
    at: datetime = BEFORE,
    **changes: Any,
) -> UUID:
    document = make_rule_document(**({"when": ANY} | changes))
    with as_tenant(session, tenant_id):
        made = create_rule(session, tenant_id, document=document, by="Ann", now=at)
        publish_rule(session, tenant_id, made.id, mode=mode, by="Ann", now=at)
    return made.id
