"""An organisation with some entries, seen from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tenancy.audit.trail import About, Actor, note
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON

Noter = Callable[..., None]


@pytest.fixture
def noting(sessions: sessionmaker[Session]) -> Noter:
    """Give a function that notes an action so many days after NOON, in a transaction of its own."""

    def noted(
        tenant_id: UUID,
        action: str = "workflow.published",
        *,
        day: int = 0,
        by: str = "Anna",
        about: str = "Links",
        thing: UUID | str = "",
        **facts: str | int,
    ) -> None:
        with sessions.begin() as session, as_tenant(session, tenant_id):
            note(
                session,
                tenant_id,
                action,
                now=NOON + timedelta(days=day),
                about=About(kind=action.partition(".")[0], id=thing, name=about),
                facts=facts,
                by=Actor(name=by),
            )

    return noted
