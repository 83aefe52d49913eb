"""What a service rests on, spelled out over the network within a budget."""

from __future__ import annotations

from typing_extensions import override

from runtime.inventory._tables import RelationKind
from runtime.inventory.graph import build_graph
from runtime.services.model import FOOTING_MAX, parse_service, spell_out
from tests.factories.services import service_document

KEYS = [f"k{number}" for number in range(200)]


class Counted(dict[str, set[str]]):
    """What stands above, counting how often it is asked for."""

    asked = 0

    @override
    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        """Count, and answer."""
        self.asked += 1
        return super().get(key, default)


def test_no_walk_goes_on_once_the_budget_is_spent() -> None:
    parents = [(f"p{number}", "k0", RelationKind.CONTAINS) for number in range(450)]
    shared = [(f"p{number}", key, RelationKind.CONTAINS) for number in range(450) for key in KEYS]
    graph = build_graph({}, parents + shared)
    graph.above = above = Counted(graph.above)

    (need,) = spell_out(
        parse_service(service_document(rests_on=[{"need": "all", "keys": KEYS}])), graph
    )

    assert sum(len(root) for root in need["roots"]) <= FOOTING_MAX + len(KEYS)
    assert [root[0] for root in need["roots"]] == KEYS
    assert above.asked < 10 * 1_000
