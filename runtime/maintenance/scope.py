"""What planned work is about, and whether an alarm is about it. Pure.

Work on resources takes in all they contain; work at sites, all that stands there. Work on a
service is about the service itself and alarms that name it: what carries it may carry others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import Problem
from kernel.json_text import why_not_kept
from runtime.inventory.graph import Graph
from runtime.rules.conditions import Node, build, reads_of
from runtime.rules.model import check_rule
from runtime.rules.reference import holds, row_of

EVERYTHING = "everything"
RESOURCES, SITES, SERVICES = "resources", "sites", "services"
CONDITION = "condition"
KINDS = (RESOURCES, SITES, SERVICES, CONDITION, EVERYTHING)
KEYED = (RESOURCES, SITES, SERVICES)
KEYS_MAX = 200
KEY_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a window is about: keys of the inventory, or a rule's condition."""

    kind: str
    keys: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    when: Node | None = None

    def over(self, graph: Graph) -> Area:
        """Spell the scope out over the network as it is now."""
        if self.kind == SITES:
            return Area(scope=self, keys=graph.at_sites(self.keys))
        keys = graph.contents(self.keys) if self.kind in KEYED else frozenset[str]()
        return Area(scope=self, keys=keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A scope spelled out: every key that it takes in."""

    scope: Scope
    keys: frozenset[str]

    def takes_in(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether an alarm, as its document, is about what the scope names."""
        scope = self.scope
        if scope.kind == EVERYTHING:
            return True
        if scope.when is not None:
            return holds(scope.when, row_of(facts, reads_of(scope.when)))
        if facts["managed_object"] in self.keys:
            return True
        if scope.kind == SITES:
            return facts["attributes"].get("site") in scope.keys or facts["place"] in scope.keys
        named = facts["affected_services"] if scope.kind == SERVICES else ()
        return any(one in self.keys for one in named)


def parse_scope(document: Any, problems: list[Problem]) -> Scope | None:
    """Read a scope: `{"kind": "sites", "keys": ["ZRH"]}`, or with `when` a rule's condition."""
    kind = document.get("kind") if isinstance(document, Mapping) else None
    if kind not in KINDS:
        problems.append(Problem("/scope", f"scope: choose one of {', '.join(KINDS)}"))
        return None
    if kind in KEYED:
        return _keyed(kind, document.get("keys"), problems)
    if kind == EVERYTHING:
        return Scope(kind=kind, document={"kind": kind})
    return _conditional(document.get("when"), problems)


def _conditional(when: Any, problems: list[Problem]) -> Scope | None:
    if when is None:
        told = "scope: add a condition, or choose everything"
        problems.append(Problem("/scope/when", told))
        return None
    wrong = check_rule({"rule": 1, "name": "x", "when": when, "then": [{"do": "acknowledge"}]})
    if wrong:
        problems += [Problem(f"/scope{one.pointer}", f"scope: {one.message}") for one in wrong]
        return None
    return Scope(kind=CONDITION, document={"kind": CONDITION, "when": when}, when=build(when))


def _keyed(kind: str, keys: Any, problems: list[Problem]) -> Scope | None:
    said = keys if isinstance(keys, list) else []
    found = tuple(
        dict.fromkeys(one.strip() for one in said if isinstance(one, str) and one.strip())
    )
    is_kept = not why_not_kept(list(found), json.dumps(found))
    if not 0 < len(found) <= KEYS_MAX or not is_kept or any(len(one) > KEY_MAX for one in found):
        problems.append(Problem("/scope", f"scope: name 1 to {KEYS_MAX} {kind} by their keys"))
        return None
    return Scope(kind=kind, keys=found, document={"kind": kind, "keys": list(found)})
