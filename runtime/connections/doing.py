"""What people do with a connection that calls the outside: a test, and a consent.

That takes seconds, during which SQLite's one write lock must not be held: so it is read, called,
and then what came is written, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any
from uuid import UUID

from kernel.errors import ConflictError
from runtime.connections.consent import take_consent
from runtime.connections.oauth import exchange_code
from runtime.connections.serving import Connections
from runtime.connections.trying import Tried, try_connection
from tenancy.connections.opening import keep_token, note_test


def test_and_note(connections: Connections, tenant_id: UUID, connection_id: UUID) -> Tried:
    """Try a connection and note how that went; raises NotFoundError."""
    opened = connections.get(tenant_id, connection_id)
    tried = try_connection(connections, opened)
    with connections.writing(tenant_id) as session:
        now = connections.clock()
        note_test(session, opened, is_good=tried.is_good, said=tried.said, now=now)
    return tried


def agree(
    connections: Connections,
    tenant_id: UUID,
    session: MutableMapping[str, Any],
    answer: Mapping[str, str],
    *,
    back_to: str,
    by: str,
) -> UUID:
    """Exchange what a person agreed to for a token, and keep that; give which connection.

    Args:
        connections: The installation's.
        tenant_id: Who acts.
        session: The person's, in which the question was noted.
        answer: What came back.
        back_to: Where they were told to come back to.
        by: Their name.

    Raises:
        ConsentError: it is not the answer to what was asked.
        BlockError: no token came.
        ConflictError: the connection was changed meanwhile.
    """
    now, vault = connections.clock(), connections.vault
    consent = take_consent(session, answer, tenant_id, vault=vault, now=now)
    opened = connections.get(tenant_id, consent.connection_id)
    given = {"code": consent.code, "verifier": consent.verifier, "back_to": back_to}
    token = exchange_code(opened.values, connections.http, **given, now=now)
    with connections.writing(tenant_id) as writing:
        is_kept = keep_token(writing, opened, token, vault=vault, now=now, by=by)
    if not is_kept:
        raise ConflictError("the connection was changed meanwhile: sign in anew")
    return opened.id
