"""The layers of a tenant's trap catalogue: its own entries, over those of packs, over Garland's.

Pure: packs are read by `packs`, a tenant's own entries by `entries`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from blocks.packs import Pack
from kernel.errors import Problem
from runtime.alarms.sources.snmp.catalogue import Entry, parse_entry
from runtime.alarms.sources.snmp.starter import starter_entries

GARLAND = "Built in"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPack:
    """A pack that is not used, none of its entries; each problem names file and field."""

    name: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What every tenant of an installation finds in its catalogue.

    Attributes:
        documents: Entries by the trap's object identifier.
        packs: The pack that gives a trap's entry; Garland itself gives all others.
        used: The packs whose entries these are, in the order they were read.
        refused: Packs that cannot be used.
    """

    documents: Mapping[str, Mapping[str, Any]]
    packs: Mapping[str, Pack] = field(default_factory=dict)
    used: tuple[Pack, ...] = ()
    refused: tuple[RefusedPack, ...] = ()

    def giver(self, oid: str) -> str:
        """Say who gives a trap's entry: a pack's title and version, or Garland."""
        pack = self.packs.get(oid)
        return f"{pack.title} {pack.version}" if pack is not None else GARLAND


@cache
def garlands() -> Given:
    """Give the entries that come with Garland alone."""
    return Given(documents=starter_entries())


class Catalogue:
    """The entries of one tenant, parsed as they are asked for."""

    def __init__(self, own: Mapping[str, Mapping[str, Any]], given: Given | None = None) -> None:
        self._own = own
        self.given = given or garlands()
        self._parsed: dict[str, Entry | None] = {}

    def document(self, oid: str) -> Mapping[str, Any] | None:
        """Give the document of a trap's entry, or None."""
        return self._own.get(oid) or self.given.documents.get(oid)

    def is_own(self, oid: str) -> bool:
        """Tell whether the tenant has an entry of its own for a trap."""
        return oid in self._own

    def find(self, oid: str) -> Entry | None:
        """Give the entry of a trap, or None where the catalogue does not know it."""
        if oid not in self._parsed:
            document = self.document(oid)
            self._parsed[oid] = parse_entry(dict(document)) if document is not None else None
        return self._parsed[oid]

    @property
    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """Give every entry's document by the trap, the tenant's own over those it is given."""
        return MappingProxyType({**self.given.documents, **self._own})

    @property
    def names(self) -> dict[str, str]:
        """Give each trap by its name in small letters; of several so called the first."""
        found: dict[str, str] = {}
        for oid, one in self.documents.items():
            found.setdefault(one["name"].lower(), oid)
        return found

    @property
    def objects(self) -> dict[str, str]:
        """Give the names that entries have for objects, by their identifier."""
        found: dict[str, str] = {}
        for one in self.documents.values():
            for name, oid in one.get("objects", {}).items():
                found.setdefault(oid, name)
        return found

    def ending(self, oid: str) -> list[Mapping[str, Any]]:
        """List the entries that end a trap's alarms."""
        return [one for one in self.documents.values() if oid in one.get("clears", ())]
