"""From a row to what others get of it, and back: what is secret is sealed apart from the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.secrets import Sealer
from tenancy.connections._tables import Connection
from tenancy.connections.checking import Facts, end_of
from tenancy.connections.hosts import is_within
from tenancy.connections.kinds import Kind
from tenancy.connections.model import KEPT, ConnectionView

SHOWN_TO = frozenset({"token_url", "authorize_url", "authority", "host_key"})
"""Settings that say to whom a secret is shown."""
_PLAIN = (
    "id",
    "name",
    "kind",
    "over_http",
    "test_address",
    "settings",
    "expires_at",
    "before_until",
    "token_expires_at",
    "token_at",
    "token_by",
    "tested_at",
    "test_is_good",
    "test_said",
    "rotated_at",
    "used_at",
    "revision",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
)


def view_of(row: Connection) -> ConnectionView:
    """Give what may be shown of a row."""
    return ConnectionView(
        **{name: getattr(row, name) for name in _PLAIN},
        hosts=tuple(row.hosts),
        secret_names=frozenset(row.secret_names),
    )


def opened_values(row: Connection, vault: Sealer) -> dict[str, Any]:
    """Give a row's values, secrets among them."""
    return {**row.settings, **json.loads(vault.decrypt(row.sealed))}


def values_before(row: Connection, vault: Sealer, *, now: datetime) -> dict[str, Any] | None:
    """Give the values before the last rotation; None when they are kept no more."""
    if row.before_sealed is None or row.before_until is None or row.before_until <= now:
        return None
    return {**(row.before_settings or {}), **json.loads(vault.decrypt(row.before_sealed))}


def with_kept(row: Connection, values: Mapping[str, Any], vault: Sealer) -> dict[str, Any]:
    """Put what is stored in the place of secrets that stay."""
    stored = json.loads(vault.decrypt(row.sealed))
    return {
        name: stored[name] if value == KEPT and name in stored else value
        for name, value in values.items()
        if value != KEPT or name in stored
    }


def write_facts(row: Connection, facts: Facts) -> None:
    """Write what a connection is, apart from its values."""
    row.name, row.hosts, row.over_http = facts.name, list(facts.hosts), facts.over_http
    row.test_address = facts.test_address


def seal_values(row: Connection, kind: Kind, values: Mapping[str, Any], vault: Sealer) -> None:
    """Write the values, secrets sealed; a token or test of the old ones counts no more."""
    secrets = {name: value for name, value in values.items() if name in kind.secrets}
    row.settings = {name: value for name, value in values.items() if name not in kind.secrets}
    row.secret_names = sorted(secrets)
    row.sealed = vault.encrypt(json.dumps(secrets))
    row.expires_at = end_of(kind, values)
    row.tested_at, row.test_said, row.test_is_good = None, "", False
    forget_token(row)


def forget_token(row: Connection) -> None:
    """Let a token count no more."""
    row.token_sealed = row.token_expires_at = row.token_at = row.refresh_until = None
    row.token_by, row.token_number = "", (row.token_number or 0) + 1


def note_change(row: Connection, by: str, now: datetime) -> None:
    """Note who changed a connection, and when."""
    row.updated_at, row.updated_by, row.revision = now, by[:200], (row.revision or 0) + 1


def refuse_leak(row: Connection, kind: Kind, facts: Facts, values: Mapping[str, Any]) -> None:
    """Refuse that a secret stays where it could be sent, or shown, to somebody new.

    Raises:
        InvalidError: naming each secret that has to be written anew.
    """
    kept = sorted(name for name, value in values.items() if name in kind.secrets and value == KEPT)
    if not kept:
        return
    is_shown_anew = any(values.get(name) != row.settings.get(name) for name in SHOWN_TO)
    is_bared = facts.over_http and not row.over_http
    if is_within(facts.hosts, row.hosts) and not is_shown_anew and not is_bared:
        return
    why = "where it may be sent is another now, so it has to be written anew"
    problems = [Problem(f"/values/{name}", f"{name}: {why}") for name in kept]
    raise InvalidError(
        f"the connection cannot be changed: {problems[0].message}", problems=problems
    )
