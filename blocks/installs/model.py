"""What is said of packages and installs: what a block asks for, and what was granted before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from blocks.manifest import Manifest
from blocks.registry import Standing

Ask = Mapping[str, Any]
"""A permission as the manifest writes it, or a place for a connection under the key `secret`."""


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
        replaces: The digest that is installed under the same version; "" for none.
        is_installed: Whether this very package is.
    """

    digest: str
    manifest: Manifest
    asks_for: Sequence[Ask]
    new_asks: Sequence[Ask]
    is_signed: bool
    replaces: str = ""
    is_installed: bool = False

    @property
    def needs_consent(self) -> bool:
        """Tell whether people must agree before it is installed."""
        return bool(self.new_asks)


def asks_of(document: Mapping[str, Any]) -> tuple[Ask, ...]:
    """Give what a manifest asks for: each permission, then each place for a connection."""
    slots = ({"secret": one["slot"], **one} for one in document.get("secrets", ()))
    return (*document.get("permissions", ()), *slots)


def granted(permissions: Iterable[Iterable[Ask]]) -> frozenset[str]:
    """Give what was granted to any of some versions."""
    return frozenset(_without_words(ask) for asks in permissions for ask in asks)


def new_asks(asks: Iterable[Ask], known: Collection[str]) -> tuple[Ask, ...]:
    """Give what was not granted as it stands; less than before is asked for anew, too.

    >>> before = granted([[{"name": "http", "hosts": ["a.example"], "reason": "To ask"}]])
    >>> new_asks([{"name": "http", "hosts": ["a.example"], "reason": "To read"}], before)
    ()
    >>> len(new_asks([{"name": "http", "hosts": ["b.example"], "reason": "To ask"}], before))
    1
    """
    return tuple(ask for ask in asks if _without_words(ask) not in known)


def _without_words(ask: Ask) -> str:
    """Write what an ask allows, whatever words it is asked for with."""
    allows = {name: value for name, value in ask.items() if name not in ("reason", "title")}
    return json.dumps(allows, sort_keys=True)
