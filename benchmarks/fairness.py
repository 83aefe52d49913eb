"""Does one tenant's storm starve another? Times single runs of one tenant, idle and in a storm.

A whole Garland runs with its own processes. Lakeside starts one run after the other, first while
nothing else happens, then while Acme's 20,000 runs, started before, are worked off. A run's time is
from its start to its end as the database has them. `--database postgresql` takes a real server
instead of SQLite. Run by `make bench`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import _path  # noqa: F401  before anything of Garland is imported
import httpx

from garland.logs import set_up_logs
from garland.services import Services
from garland.settings import Settings
from kernel.clock import parse_instant, utc_now
from kernel.secrets import new_key
from runtime.flows.versions import find_flow_by_slug
from runtime.runs.crowding import count_under_way, count_waiting
from runtime.runs.start import Start, start_run
from tenancy.organisations import find_by_slug
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.support.postgresql import running_server
from tests.support.receiver import running_receiver
from tests.support.running import Running, running_garland, wait_for

STEPS = 5
SINGLES = 100
EVERY_S = 0.12
AT_ONCE = 500
STORM_WITHIN_S = 300.0
TARGET = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Milliseconds of single runs, and how fast the storm was worked off meanwhile."""

    idle: list[float]
    storm: list[float]
    per_s: float


@dataclass(frozen=True, slots=True)
class World:
    """One running installation and the two tenants' workflows in it."""

    garland: Running
    services: Services
    flows: Mapping[str, UUID]

    def start_single(self) -> str:
        """Start one run as Lakeside, over the API, and give its id."""
        headers = {"Authorization": f"Bearer {self.garland.demo['tokens']['lakeside']}"}
        path = f"/api/v1/flows/{self.flows['lakeside']}/runs"
        answer = httpx.post(self.garland.url + path, headers=headers, json={}, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["id"])

    def took_ms(self, run_id: str) -> float:
        """Wait for the end of a run and give how long it took."""
        ended = wait_for(lambda: self._ended(run_id), within_s=60, what="the single run")
        started, at = (parse_instant(ended[name]) for name in ("started_at", "ended_at"))
        return (at - started).total_seconds() * 1000

    def _ended(self, run_id: str) -> Mapping[str, Any] | None:
        found = self.garland.api(f"/runs/{run_id}", organisation="lakeside")
        if found["state"] not in ("succeeded", "failed"):
            return None
        assert found["state"] == "succeeded", found  # noqa: S101  a failed run times nothing
        return dict(found)

    def start_storm(self, number: int) -> None:
        """Start runs of Acme as a rule does: inside Garland, many in a transaction."""
        tenant_id = self._tenant("acme")
        for first in range(0, number, AT_ONCE):
            with (
                self.services.sessions() as session,
                session.begin(),
                as_tenant(session, tenant_id),
            ):
                for _ in range(first, min(first + AT_ONCE, number)):
                    start = Start(trigger={"kind": "rule", "alarm": {"managed_object": "r1"}})
                    start_run(session, tenant_id, self.flows["acme"], start, now=utc_now())

    def left(self) -> int:
        """Count Acme's runs that have not ended."""
        tenant_id = self._tenant("acme")
        with self.services.reading() as session, as_tenant(session, tenant_id):
            counts = (count_under_way, count_waiting)
            return sum(one(session, tenant_id, at_most=1_000_000) for one in counts)

    def _tenant(self, slug: str) -> UUID:
        with self.services.reading() as session:
            found = find_by_slug(session, slug)
        assert found is not None  # noqa: S101  the demo has it
        return found.id


def main() -> int:
    """Measure and print; 1 when a single run takes over twice as long in a storm."""
    options = _options()
    set_up_logs("console", process="bench", level="WARNING")
    ratios = []
    print(f"\nsingle runs of one tenant, idle and in another's storm, {options.database}")
    print(f"{'':<26}{'idle p50':>9}{'p95':>7}{'storm p50':>11}{'p95':>7}{'ratio':>7}{'storm':>14}")
    with running_receiver() as receiver:
        variants = {
            f"{STEPS} light steps": (chain_document(STEPS, name="Fair"), options.runs),
            "one http call": (_calling(receiver.url), options.runs // 10),
        }
        if options.only:
            del variants[
                next(one for one in variants if ("light" in one) != (options.only == "light"))
            ]
        for name, (document, number) in variants.items():
            with world(options.database, document) as made:
                figures = measure(made, number)
            ratios.append(_print(name, figures))
    return int(any(ratio > TARGET for ratio in ratios))


def measure(made: World, number: int) -> Figures:
    """Time single runs before and during a storm of so many runs."""
    _singles(made, 10)  # warm up
    idle = _singles(made, SINGLES)
    began = time.monotonic()
    made.start_storm(number)
    storm: list[float] = []
    before, at = made.left(), time.monotonic()
    print(f"{'':<26}(storm of {number:,} begun in {at - began:.1f} s)", file=sys.stderr)
    while len(storm) < SINGLES and made.left() > 0:
        storm += _singles(made, 5)
    if len(storm) < SINGLES:
        print(f"{'':<26}(the storm ended after {len(storm)} runs)", file=sys.stderr)
    per_s = (before - made.left()) / (time.monotonic() - at)
    return Figures(idle=idle, storm=storm, per_s=per_s)


@contextmanager
def world(database: str, document: Mapping[str, Any]) -> Iterator[World]:
    """Start an installation in which both tenants have the workflow."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _settings(database) as settings,
        running_garland(Path(folder), **settings) as garland,
    ):
        lowered = {key.removeprefix("GARLAND_").lower(): one for key, one in settings.items()}
        services = Services(Settings(data_dir=Path(folder), **lowered))
        flows = {slug: _flow(services, slug, document) for slug in ("acme", "lakeside")}
        yield World(garland, services, flows)
        services.engine.dispose()


def _flow(services: Services, slug: str, document: Mapping[str, Any]) -> UUID:
    with services.sessions() as session, session.begin():
        tenant = find_by_slug(session, slug)
        assert tenant is not None  # noqa: S101  the demo has it
        with as_tenant(session, tenant.id):
            known = find_flow_by_slug(session, tenant.id, "fair")
            return known.id if known is not None else make_flow(session, tenant.id, document).id


@contextmanager
def _settings(database: str) -> Iterator[dict[str, str]]:
    settings = {"GARLAND_ALLOW_PRIVATE_NETWORK": "true"}
    if database == "sqlite":
        yield settings
        return
    with running_server() as url:
        yield {
            **settings,
            "GARLAND_DATABASE_URL": url,
            "GARLAND_SECRET_KEY": "a secret of a benchmark",
            "GARLAND_ENCRYPTION_KEYS": new_key(),
        }


def _calling(url: str) -> dict[str, Any]:
    config = {"url": url, "method": "POST"}
    call = step("http-request", config=config, input={"body": {"n": 1}})
    return flow_document({"call": call}, ["rule > call", "hand > call"], name="Fair")


def _singles(made: World, number: int) -> list[float]:
    started = []
    for _ in range(number):
        started.append(made.start_single())
        time.sleep(EVERY_S)
    return [made.took_ms(one) for one in started]


def _print(name: str, figures: Figures) -> float:
    idle, storm = _p95(figures.idle), _p95(figures.storm)
    ratio = storm / idle
    middle = statistics.median(figures.idle), statistics.median(figures.storm)
    print(
        f"{name:<26}{middle[0]:>6.0f} ms{idle:>7.0f}{middle[1]:>11.0f}{storm:>7.0f}{ratio:>7.1f}"
        f"{figures.per_s:>8.0f} runs/s"
    )
    return ratio


def _p95(waits: list[float]) -> float:
    return sorted(waits)[max(0, int(len(waits) * 0.95) - 1)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--only", choices=("light", "http"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
