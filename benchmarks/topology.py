"""How long a look at the neighbourhood takes on a network of 10,000 nodes, in microseconds.

Usage: python benchmarks/topology.py [nodes]. The network is a tree of depth 8 with as many links
across as nodes; it is read from a database as the correlator reads it. Medians of seven rounds.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import _path  # noqa: F401  before anything of Garland is imported
from sqlalchemy.orm import Session

from garland.database import upgrade
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from runtime.inventory.graph import Graph
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.inventory.topology import graph_of
from tenancy.scope import as_tenant, guarded
from tests.factories.tenancy import make_customer

ROUNDS = 7
LOOKS = 1_000
FAN_OUT = 3


def main() -> None:
    """Import a network, then look at it."""
    nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        upgrade(url)
        engine = make_engine(url)
        with guarded(make_sessions(engine)).begin() as session:
            tenant_id = make_customer(session).id
            with as_tenant(session, tenant_id):
                began = time.perf_counter()
                _import(session, tenant_id, nodes)
                print(f"import of {nodes:,} nodes: {time.perf_counter() - began:.2f} s")
                began = time.perf_counter()
                graph = graph_of(session, tenant_id)
                print(f"graph read once a version: {time.perf_counter() - began:.2f} s")
                kept = _median(lambda: graph_of(session, tenant_id), 200)
                print(f"graph kept, version asked for: {kept:.1f} µs")
        engine.dispose()
    keys = random.Random(7).sample(sorted(graph.spots), LOOKS)  # noqa: S311  no secret
    print("| hops | above, µs | near, µs | near, resources |\n|---|---|---|---|")
    for hops in (1, 2, 3, 5):
        _row(graph, keys, hops)


def _row(graph: Graph, keys: list[str], hops: int) -> None:
    above = _median(_each(keys, lambda key: graph.parents(key, hops=hops)), LOOKS)
    near = _median(_each(keys, lambda key: graph.neighbours(key, hops=hops)), LOOKS)
    size = statistics.mean(len(graph.neighbours(key, hops=hops).near) for key in keys)
    print(f"| {hops} | {above:.1f} | {near:.1f} | {size:.0f} |")


def _each(keys: list[str], look: Callable[[str], object]) -> Callable[[], object]:
    waiting = iter(keys * (ROUNDS + 1))
    return lambda: look(next(waiting))


def _median(look: Callable[[], object], times: int) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            look()
        rounds.append((time.perf_counter() - began) / times * 1e6)
    return statistics.median(rounds)


def _import(session: Session, tenant_id: UUID, nodes: int) -> None:
    chance = random.Random(5)  # noqa: S311  no secret
    resources = "key\n" + "".join(f"n{number}\n" for number in range(nodes))
    tree = (f"n{one},n{(one - 1) // FAN_OUT},depends_on\n" for one in range(1, nodes))
    across = (
        f"n{one},n{other},connects\n"
        for one in range(nodes)
        if (other := chance.randrange(nodes)) != one
    )
    files = [resources.encode(), ("from,to,relation\n" + "".join((*tree, *across))).encode()]
    where = (session, tenant_id)
    staged = stage_import(*where, files, origin="x", naming=Naming(), by="x", now=utc_now())
    apply_import(*where, staged.id, remove_gone=False, now=utc_now())


if __name__ == "__main__":
    main()
