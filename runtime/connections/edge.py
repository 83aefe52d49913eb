"""What the pages and REST do with connections outside the request's own transaction.

A test and a consent call the outside: that takes seconds, during which SQLite's one write lock must
not be held. So they read, call, and then write what came in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.errors import ConflictError, NotFoundError
from kernel.http import acting, db_session, vault
from runtime.connections.consent import take_consent
from runtime.connections.oauth import exchange_code
from runtime.connections.serving import Connections
from runtime.connections.trying import Tried, try_connection
from tenancy.connections.model import Opened
from tenancy.connections.opening import keep_token, note_test, open_by_id
from tenancy.scope import bind


def connections() -> Connections:
    """Give what opens connections."""
    found: Connections = _services().connections
    return found


def opened_of(connection_id: UUID) -> Opened:
    """Open a connection of the acting tenant; raises NotFoundError."""
    where = (db_session(), acting().tenant_id, connection_id)
    opened = open_by_id(*where, vault=vault(), now=utc_now())
    if opened is None:
        raise NotFoundError("no such connection", id=str(connection_id))
    return opened


def test_and_note(connection_id: UUID) -> Tried:
    """Try a connection and note how that went; raises NotFoundError."""
    opened = opened_of(connection_id)
    allow_private = _services().settings.allow_private_network
    tried = try_connection(connections(), opened, allow_private=allow_private)
    with _writing(opened.tenant_id) as session:
        note_test(session, opened, is_good=tried.is_good, said=tried.said, now=utc_now())
    return tried


def agree(session: MutableMapping[str, Any], answer: Mapping[str, str], *, back_to: str) -> UUID:
    """Exchange what a person agreed to for a token, and keep that; give which connection.

    Raises:
        ConsentError: it is not the answer to what was asked.
        BlockError: no token came.
        ConflictError: the connection was changed meanwhile.
    """
    now = utc_now()
    consent = take_consent(session, answer, acting().tenant_id, vault=vault(), now=now)
    opened = opened_of(consent.connection_id)
    token = exchange_code(
        opened.values,
        connections().http,
        code=consent.code,
        verifier=consent.verifier,
        back_to=back_to,
        now=now,
    )
    with _writing(opened.tenant_id) as writing:
        by = acting().person_name
        is_kept = keep_token(writing, opened, token, vault=vault(), now=now, by=by)
    if not is_kept:
        raise ConflictError("the connection was changed meanwhile: sign in anew")
    return opened.id


def _services() -> Any:
    return current_app.extensions["garland.services"]


@contextmanager
def _writing(tenant_id: UUID) -> Iterator[Session]:
    with _services().sessions.begin() as session:
        bind(session, tenant_id)
        yield session
