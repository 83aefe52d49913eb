"""A person's consent to a connection in their name: asked for, and taken when they come back.

What the answer has to name (`state`) lies in the session of who asked, with the tenant and the
connection, for ten minutes and for one use; so no other session can end what this one began, and
an answer that somebody else was given is worth nothing here. The verifier (PKCE) is sealed.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError
from kernel.secrets import Vault
from runtime.connections.oauth import consent_address
from tenancy.connections.model import Opened

KEPT_AS = "connection_consent"
LASTS = timedelta(minutes=10)


class ConsentError(InvalidError):
    """What came back is not the answer to what was asked."""

    code = "connections.consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What came back: for which connection, and what to exchange."""

    connection_id: UUID
    code: str = field(repr=False)
    verifier: str = field(repr=False)


def ask_consent(
    session: MutableMapping[str, Any],
    opened: Opened,
    *,
    back_to: str,
    vault: Vault,
    now: datetime,
) -> str:
    """Give the address where a person agrees, and note in their session what must come back."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    session[KEPT_AS] = {
        "state": state,
        "tenant": str(opened.tenant_id),
        "connection": str(opened.id),
        "verifier": vault.encrypt(verifier),
        "at": format_instant(now),
    }
    return consent_address(opened.values, state=state, verifier=verifier, back_to=back_to)


def take_consent(
    session: MutableMapping[str, Any],
    answer: Mapping[str, str],
    tenant_id: UUID,
    *,
    vault: Vault,
    now: datetime,
) -> Consent:
    """Read the answer to what this session asked; it counts once.

    Raises:
        ConsentError: it answers nothing that was asked here, came too late, or says no.
    """
    asked = session.pop(KEPT_AS, None)
    if not isinstance(asked, dict):
        raise ConsentError("nothing was asked in this session: open the connection and sign in")
    fits = hmac.compare_digest(answer.get("state", "").encode(), asked["state"].encode())
    if not fits or asked["tenant"] != str(tenant_id):
        raise ConsentError("this answers another question: open the connection and sign in anew")
    if parse_instant(asked["at"]) + LASTS < now:
        raise ConsentError("that took longer than ten minutes: sign in anew")
    if not answer.get("code"):
        raise ConsentError("the other side gave no consent: sign in anew, and agree there")
    return Consent(
        connection_id=UUID(asked["connection"]),
        code=answer["code"],
        verifier=vault.decrypt(asked["verifier"]),
    )
