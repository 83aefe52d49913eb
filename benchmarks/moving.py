"""What it takes to move a large organisation: out into a file, and in elsewhere, with its digest.

Each step is a process of its own: seconds, the processor's time of them, and the most memory that
the process held (RSS, megabytes). An organisation with next to nothing shows what a process holds
anyway. SQLite to SQLite. `benchmarks/moving.py [--alarms N]`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from _setup import database, log_to_nowhere, row, title
from alarm_list import fill, tenant_in

from garland import moving
from garland.services import Services
from garland.settings import Settings
from kernel.db import make_engine, make_sessions
from kernel.secrets import new_key
from tenancy.organisations import create_organisation, get_organisation
from tenancy.scope import guarded

ALARMS = 100_000
FEW = 100
KB = 1 << 10
UNPACKED_MAX = 16 << 30


def main() -> int:
    """Measure and print; with `--step`, be one of the processes that are measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--alarms", type=int, default=ALARMS)
    options.add_argument("--step", nargs=4)
    chosen = options.parse_args()
    log_to_nowhere()
    if chosen.step:
        _be(*chosen.step)
        return 0
    title("moving an organisation, SQLite to SQLite", "seconds", "CPU s", "peak MB", "file MB")
    for alarms in (FEW, chosen.alarms):
        _measure(alarms)
    return 0


def _measure(alarms: int) -> None:
    with ExitStack() as stack:
        here, there = (stack.enter_context(database("sqlite")) for _ in range(2))
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "moved.zip"
        slug = _fill(here, alarms)
        _make_room(there)
        digests = []
        for name, url in (("out", here), ("in", there), ("digest", here), ("digest", there)):
            told = _asked(name, url, slug, file)
            digests.append(told["digest"])
            size = file.stat().st_size / KB / KB
            row(f"{alarms:,} alarms: {name}", told["s"], told["cpu_s"], told["mb"], size)
        print("the same" if digests[2] == digests[3] else "NOT THE SAME")


def _fill(url: str, alarms: int) -> str:
    engine = make_engine(url)
    tenant_id = tenant_in(engine)
    fill(engine, tenant_id, active=alarms, cleared=0)
    with guarded(make_sessions(engine))() as session:
        slug = get_organisation(session, tenant_id).slug
    engine.dispose()
    return slug


def _make_room(url: str) -> None:
    engine = make_engine(url)
    with guarded(make_sessions(engine)).begin() as session:
        vendor = create_organisation(session, kind="vendor", name="Vendor", slug="vendor")
        create_organisation(session, kind="csp", name="CSP", slug="csp", parent_id=vendor.id)
    engine.dispose()


def _asked(name: str, url: str, slug: str, file: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", name, url, slug, str(file)]
    found: dict[str, float] = json.loads(subprocess.check_output(command))  # noqa: S603  ourselves
    return found


def _be(name: str, url: str, slug: str, file: str) -> None:
    """Do one step; print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            database_url=url,
            secret_key="a secret of benchmarks",  # noqa: S106  of nobody
            encryption_keys=new_key(),
        )
        services = Services(settings)
        began, cpu, digest = time.perf_counter(), time.process_time(), ""
        if name == "out":
            facts = {"release": "1", "passphrase": ""}
            moving.export_to(services, slug, Path(file), **facts, progress=lambda *_: None)
        elif name == "in":
            setattr(moving, "KNOWN_AFTER_S", 0)  # noqa: B010  nobody else works there
            moving.import_from(
                services,
                Path(file),
                slug="",
                under="csp",
                passphrase="",
                unpacked_max=UNPACKED_MAX,
                progress=lambda *_: None,
            )
        else:
            digest, _ = moving.digest_of(services, slug)
        told = {
            "s": time.perf_counter() - began,
            "cpu_s": time.process_time() - cpu,
            "mb": _peak_mb(),
            "digest": digest,
        }
        services.engine.dispose()
    print(json.dumps(told))


def _peak_mb() -> float:
    """Give the most that this process held; `getrusage` would count who started it, too."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None  # noqa: S101  Linux
    return int(found[1]) / KB


if __name__ == "__main__":
    sys.exit(main())
