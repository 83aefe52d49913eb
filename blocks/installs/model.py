"""What is said of packages and installs: what a block asks for, and what was granted before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from blocks._permission_changes import wider
from blocks.manifest import Manifest, parse_permission
from blocks.registry import Standing

Ask = Mapping[str, Any]
"""A permission as the manifest writes it, or a place for a connection under the key `secret`."""

CHANGING = frozenset({"alarms", "snmp", "mqtt", "ssh"})
"""Abilities that read as well, and change something only for blocks with the effects `write`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallView:
    """One version of a block that a tenant has; `asks_for` is what was agreed to."""

    id: UUID
    digest: str
    manifest: Manifest
    state: Standing
    lets_finish: bool
    reason: str
    asks_for: Sequence[Ask]
    is_signed: bool
    consented_at: datetime
    consented_by: str
    installed_at: datetime
    installed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A package as it is shown before it is installed.

    Attributes:
        asks_for: All that it asks for.
        new_asks: Of these, what no installed version was granted.
        lent_by: The provider above that answers for it, nobody having signed it; None for none.
        replaces: The digest that is installed under the same version; "" for none.
        is_installed: Whether this very package is.
    """

    digest: str
    manifest: Manifest
    asks_for: Sequence[Ask]
    new_asks: Sequence[Ask]
    is_signed: bool
    lent_by: UUID | None = None
    replaces: str = ""
    is_installed: bool = False

    @property
    def is_lent(self) -> bool:
        """Tell whether a provider above answers for it, nobody having signed it."""
        return self.lent_by is not None

    @property
    def needs_consent(self) -> bool:
        """Tell whether people must agree before it is installed."""
        return bool(self.new_asks)


def asks_of(document: Mapping[str, Any]) -> tuple[Ask, ...]:
    """Give what a manifest asks for: each permission, then each place for a connection.

    Of an ability that changes nothing unless the manifest says so, it is noted whether it may.
    """
    may_change = document.get("behaviour", {}).get("effects") == "write"
    permissions = (
        {**one, "changes": may_change} if one["name"] in CHANGING else one
        for one in document.get("permissions", ())
    )
    slots = ({"secret": one["slot"], **one} for one in document.get("secrets", ()))
    return (*permissions, *slots)


def ask_in_short(ask: Ask) -> str:
    """Name an ask in a few words, with the hosts that it is for.

    >>> ask_in_short({"name": "http", "hosts": ["*.a.example"], "reason": "To ask"})
    'http to *.a.example'
    """
    name = ask.get("name", "") or f"connection {ask.get('secret', '')}"
    hosts = ", ".join(ask.get("hosts", ()))
    return f"{name} to {hosts}" if hosts else str(name)


def new_asks(asks: Iterable[Ask], granted: Iterable[Iterable[Ask]]) -> tuple[Ask, ...]:
    """Give what nobody granted yet, given all that was granted to each of some versions.

    What is no wider than before, in whatever words, is not asked for anew.

    >>> before = [[{"name": "http", "hosts": ["*.a.example"], "reason": "To ask"}]]
    >>> new_asks([{"name": "http", "hosts": ["b.a.example"], "reason": "To read"}], before)
    ()
    >>> len(new_asks([{"name": "http", "hosts": ["b.example"], "reason": "To ask"}], before))
    1
    """
    known = [ask for version in granted for ask in version]
    return tuple(ask for ask in asks if not any(_covers(one, ask) for one in known))


def _covers(known: Ask, ask: Ask) -> bool:
    """Tell whether all that is asked for was granted already by this."""
    if "secret" in ask or "secret" in known:
        is_same = all(known.get(name) == ask.get(name) for name in ("secret", "inject"))
        return is_same and {*ask["accepts"]} <= {*known["accepts"]}
    is_same = known["name"] == ask["name"]
    if ask.get("changes", False) and not known.get("changes", True):
        return False
    return is_same and not any(wider(parse_permission(known), parse_permission(ask)))
