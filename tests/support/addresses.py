"""The addresses of the application, compiled once for all applications of a process."""

from __future__ import annotations

from typing import Any

from typing_extensions import override
from werkzeug.routing import Map, RuleFactory


class KnownAddresses(Map):
    """Takes each pattern once: the next application finds it here, compiled.

    A map knows endpoints by name only, so applications made alike may share one.
    """

    def __init__(self, **options: Any) -> None:
        self._taken: set[tuple[str, str, frozenset[str]]] = set()
        super().__init__(**options)

    @override
    def add(self, rulefactory: RuleFactory) -> None:
        for rule in rulefactory.get_rules(self):
            facts = (rule.rule, rule.endpoint, frozenset(rule.methods or ()))
            if facts not in self._taken:
                self._taken.add(facts)
                super().add(rule)

    def number(self) -> int:
        """Count the patterns."""
        return len(self._taken)


class AddressBook:
    """Gives the known addresses to each application, and forgets those that a test added to."""

    def __init__(self) -> None:
        self._known: KnownAddresses | None = None
        self._own = 0

    def open(self, *, host_matching: bool) -> KnownAddresses:
        """Give an application its map: what `Flask.url_map_class` is."""
        if self._known is None:
            self._known = KnownAddresses(host_matching=host_matching)
        return self._known

    def remember(self) -> None:
        """Note that the application has all addresses of its own."""
        self._own = self._known.number() if self._known else 0

    def close(self) -> None:
        """Forget the map where the test added an address."""
        if self._known and self._known.number() != self._own:
            self._known = None
