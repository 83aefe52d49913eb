"""What others get of a connection: what may be shown, and, inside the host alone, what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

KEPT = "\ue000kept"
"""Stands for a secret that is stored and stays; never the secret itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """One connection without its secrets.

    Attributes:
        settings: Its values that are no secrets.
        secret_names: Which secrets are stored.
        over_http: Whether its secret may also travel unencrypted.
        test_address: What the test calls.
        expires_at: When the certificate, or what was said of the key, runs out.
        before_until: Until when the value before the last rotation is kept.
        token_expires_at: When the token runs out; None for no token, or one without an end.
        token_at: When the token was got; None where there is none.
        token_by: Who agreed to it, for one in somebody's name.
        tested_at: When it was tested last, `test_is_good` and `test_said` how that went.
    """

    id: UUID
    name: str
    kind: str
    hosts: tuple[str, ...]
    over_http: bool
    test_address: str
    settings: Mapping[str, Any]
    secret_names: frozenset[str]
    expires_at: datetime | None
    before_until: datetime | None
    token_expires_at: datetime | None
    token_at: datetime | None
    token_by: str
    tested_at: datetime | None
    test_is_good: bool
    test_said: str
    rotated_at: datetime | None
    used_at: datetime | None
    revision: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str

    @property
    def values(self) -> dict[str, Any]:
        """Its values as a form or a change begins with: secrets stand as kept."""
        return {**self.settings, **dict.fromkeys(sorted(self.secret_names), KEPT)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What an authorisation server gave; never printed."""

    access: str = field(repr=False)
    kind: str = "Bearer"
    refresh: str = field(default="", repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A connection with its values, inside the host alone: no block, page or log gets one.

    Attributes:
        values: Settings and secrets together.
        before: The values before the last rotation, while they are kept.
        token: What an authorisation server gave last.
        token_number: Grows with each token, so that who renews it sees whether another did.
    """

    id: UUID
    tenant_id: UUID
    name: str
    kind: str
    hosts: Sequence[str]
    over_http: bool
    test_address: str = ""
    values: Mapping[str, Any] = field(repr=False)
    before: Mapping[str, Any] | None = field(default=None, repr=False)
    token: Token | None = field(default=None, repr=False)
    token_number: int = 0
    used_at: datetime | None = None
