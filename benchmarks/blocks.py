"""What the sandbox costs: a call of the same code in a child and in this process; starts; memory.

Both kinds of call are made in turns of `ROUND` each, so that what else the machine does meets both;
the figure is the difference of their medians. On a busy machine that is mostly waiting for a
processor: what the calls kept one busy with, child included, is told besides, and the round of each
kind that was disturbed least. On an idle machine each call wakes a sleeping processor twice, which
is no work of ours: calls are made once as the kernel places them, and once on one processor.
Memory is the proportional share (PSS) of all processes of the children, as the kernel counts it.
`benchmarks/blocks.py 2` does the same with the hardened sandbox.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from _setup import log_to_nowhere, row, title

from blocks.host import perform
from blocks.manifest import parse_manifest
from blocks.registry import Block, load_block
from blocks.sandbox.package import package_in
from blocks.sandbox.pool import Pool
from blocks.sandbox.runs import open_pool, sandboxed
from blocks.sdk import Facts
from tests.fakes.blocks import FakeServices
from tests.support.zoo import manifest_of

CODE = """
def run(ctx):
    rows = ctx.config["rows"]
    return ctx.emit("done", {"rows": rows, "count": len(rows)})
"""
ALARM = {
    "managed_object": "olt-vie-03/shelf-1/slot-4/pon-7",
    "perceived_severity": "major",
    "event_type": "communicationsAlarm",
    "probable_cause": "lossOfSignal",
    "specific_problem": "PON port down",
    "raised_at": "2026-11-27T11:58:03.120Z",
    "text": "Optical signal lost on all subscribers of the port; power at the splitter is normal. "
    * 6,
    "attributes": {"site": "VIE-03", "vendor": "acme", "sla": "gold", "subscribers": 58, "tier": 2},
    "affected_services": [f"internet-{n}" for n in range(12)],
}
INPUTS: dict[str, dict[str, Any]] = {
    "an alarm": {"rows": [ALARM]},
    "a table": {"rows": [{"name": f"link-{n}", "state": "up", "load": n / 7} for n in range(20)]},
}
ROUND, ROUNDS = 200, 25
STARTS = 20
CHILDREN = 50
OVER_MOST_US, PSS_MOST_MIB = 100, 500


def main() -> None:
    """Measure calls, starts and memory, and print a table of each."""
    log_to_nowhere()
    wanted = "2" if "2" in sys.argv[1:] else "auto"
    with tempfile.TemporaryDirectory() as folder:
        pool = open_pool(wanted)  # type: ignore[arg-type]  # one of the two
        if pool.level.number == 0:
            sys.exit(" ".join(pool.level.missing))
        print(f"level {pool.level.number}; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs")
        manifest = parse_manifest(manifest_of({}))
        home = write_block(Path(folder))
        try:
            measure_calls(pool, home, "as the kernel places it")
            with on_one_processor():
                measure_calls(pool, home, "on one processor")
            measure_starts(pool, home, manifest)
            measure_memory(pool, home, manifest)
        finally:
            pool.close()


def write_block(folder: Path) -> Path:
    """Write a block's folder, complete."""
    (folder / "block.json").write_text(json.dumps(manifest_of({})))
    (folder / "block.py").write_text(CODE)
    (folder / "README.md").write_text("# Animal")
    (folder / "icon.svg").write_text("<svg/>")
    return folder


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Keep this process, and the children it starts now, on one of its processors."""
    all_of_them = os.sched_getaffinity(0)
    threads = [int(one.name) for one in Path("/proc/self/task").iterdir()]
    for thread in threads:
        os.sched_setaffinity(thread, {min(all_of_them)})
    yield
    for thread in threads:
        os.sched_setaffinity(thread, all_of_them)


def measure_calls(pool: Pool, home: Path, placed: str) -> None:
    """Print what a warm call takes, in process and in a child of a tenant of its own."""
    within = load_block(home)
    package = package_in(home, within.manifest, digest="one")
    apart = Block(within.manifest, sandboxed(pool, uuid4(), package), home)
    for name, config in INPUTS.items():
        compare(f"{name}, {placed}", config, within, apart)


def compare(name: str, config: dict[str, Any], within: Block, apart: Block) -> None:
    """Print how the two compare on one input."""
    blocks = {"within": within, "apart": apart}
    timed(apart, config)  # starts the child
    rounds: dict[str, list[Round]] = {kind: [] for kind in blocks}
    for _ in range(ROUNDS):
        for kind, block in blocks.items():
            rounds[kind].append(a_round(block, config))
    size = len(json.dumps(config))
    title(f"A warm call, {name}, {size:,} bytes, µs", *COLUMNS)
    figures = {kind: figures_of(found) for kind, found in rounds.items()}
    for kind, label in (("within", "in this process"), ("apart", "in a child")):
        row(label, *figures[kind])
    pairs = zip(figures["apart"], figures["within"], strict=True)
    over = [apart_us - within_us for apart_us, within_us in pairs]
    row(f"the sandbox adds (target: at most {OVER_MOST_US})", *over[:3], "", "")


COLUMNS = ("median", "best round", "processor", "95 of 100", "99 of 100")


class Round(NamedTuple):
    """Calls one after another: what each took, and all kept a processor busy with.

    `cpu_us` is None where a child came to its end meanwhile.
    """

    times_us: list[float]
    cpu_us: float | None


def a_round(block: Block, config: dict[str, Any]) -> Round:
    """Run a block so many times."""
    children = below(os.getpid())
    before_us = cpu_us(children)
    times = [timed(block, config) for _ in range(ROUND)]
    busy_us = cpu_us(children) - before_us if children == below(os.getpid()) else None
    return Round(times, busy_us)


def figures_of(rounds: list[Round]) -> list[float]:
    """Give what `COLUMNS` names, of one call."""
    cuts = statistics.quantiles([each for one in rounds for each in one.times_us], n=100)
    best = min(statistics.median(one.times_us) for one in rounds)
    busy = statistics.median(one.cpu_us for one in rounds if one.cpu_us is not None) / ROUND
    return [cuts[49], best, busy, cuts[94], cuts[98]]


def cpu_us(children: list[int]) -> float:
    """Tell how long this process and children that wait now have kept a processor busy."""
    stats = [Path(f"/proc/{pid}/schedstat").read_text() for pid in children]
    return time.process_time() * 1e6 + sum(int(one.split()[0]) / 1_000 for one in stats)


def measure_starts(pool: Pool, home: Path, manifest: Any) -> None:
    """Print what the first call of a tenant takes."""
    times = []
    for number in range(STARTS):
        package = package_in(home, manifest, digest=f"start-{number}")
        times.append(timed(Block(manifest, sandboxed(pool, uuid4(), package), home)) / 1_000)
    title("The first call, its child's start included, ms", "median", "worst")
    row(f"{STARTS} starts, one after another", times, max(times))


def measure_memory(pool: Pool, home: Path, manifest: Any) -> None:
    """Print what as many warm children as a process of Garland keeps take."""
    package = package_in(home, manifest, digest="many")
    for _ in range(CHILDREN):
        timed(Block(manifest, sandboxed(pool, uuid4(), package), home))
    family = below(os.getpid())
    shares = [pss_mib(pid) for pid in family]
    title(f"Memory of {CHILDREN} warm children, MiB (PSS)", "all", "each")
    row(
        f"{len(family)} processes (target: at most {PSS_MOST_MIB})",
        sum(shares),
        sum(shares) / CHILDREN,
    )


def timed(block: Block, config: dict[str, Any] = INPUTS["an alarm"]) -> float:
    """Run a block once, as a step does, and give how many microseconds it took."""
    facts = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOW)
    began = time.perf_counter()
    perform(block, config=config, input={}, services=SERVICES, facts=facts, has_defaults=True)
    return (time.perf_counter() - began) * 1e6


def below(pid: int) -> list[int]:
    """List the processes that descend from one."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    found = [int(one) for task in tasks for one in (task / "children").read_text().split()]
    return found + [each for one in found for each in below(one)]


def pss_mib(pid: int) -> float:
    """Give a process's proportional share of memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (pss,) = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return pss / 1024


NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SERVICES = FakeServices()

if __name__ == "__main__":
    main()
