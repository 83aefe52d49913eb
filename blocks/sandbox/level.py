"""How well code of others is kept in on this machine: found out by trying, not by versions."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from blocks.host import perform
from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sandbox import _filter, _landlock
from blocks.sandbox.package import Package
from blocks.sandbox.pool import Pool
from blocks.sdk import BlockError, Facts
from blocks.testing import MockedWorld

LANDLOCK_NEEDED = 4
PROBE = Path(__file__).with_name("probe")
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Level:
    """What may run here.

    Attributes:
        number: 0: only blocks without code of others; 1: code of others, locked down.
        missing: What keeps it from being higher, a sentence each, with the remedy.
    """

    number: int
    missing: tuple[str, ...] = ()


@cache
def find_level() -> Level:
    """Try the doors, once for this process: what is not proven shut counts as open."""
    missing = list(_missing_parts())
    if not missing:
        missing = list(_open_doors())
    return Level(0, tuple(missing)) if missing else Level(1)


def _missing_parts() -> Iterator[str]:
    version = _landlock.abi()
    if version < LANDLOCK_NEEDED:
        found = f"speaks version {version} of it" if version else "has none"
        yield f"Landlock is missing: this kernel {found}. Linux 6.7 or newer has what is needed."
    try:
        _filter.filter_bytes()
    except (ImportError, OSError, RuntimeError):
        yield "seccomp filters cannot be made: install the system's package libseccomp2."


def _open_doors() -> Iterator[str]:
    pool = Pool(children_max=1)
    try:
        with _canaries() as canaries:
            done = perform(
                _probe(pool),
                config=canaries,
                input={},
                services=MockedWorld({}),
                facts=Facts(run_id="", step="", attempt=1, idempotency_key="", now=_now()),
            )
    except BlockError as error:
        yield f"A trial of the sandbox failed: {error.message}"
        return
    finally:
        pool.close()
    if not isinstance(done.outcome, Emit):
        yield "A trial of the sandbox did not end as it should."
        return
    for door in done.outcome.output["open"]:
        yield f"A trial in the sandbox got through to {door}: something on this machine undoes it."


def _probe(pool: Pool) -> Block:
    manifest = parse_manifest(json.loads((PROBE / "block.json").read_text(encoding="utf-8")))
    package = Package(digest="probe", entry=PROBE / "block.py", paths=(PROBE,))
    limit_s = manifest.behaviour.timeout_s
    return Block(
        manifest=manifest,
        run=lambda context: pool.run(_NOBODY, package, context, limit_s=limit_s),
        folder=PROBE,
    )


@contextmanager
def _canaries() -> Iterator[dict[str, str]]:
    """A file and a socket that anyone of this user could reach, were it not for the sandbox."""
    with (
        tempfile.TemporaryDirectory(prefix="garland-") as folder,
        socket.socket(socket.AF_UNIX) as ear,
    ):
        secret, door = Path(folder, "file"), Path(folder, "socket")
        secret.write_text("a secret", encoding="utf-8")
        ear.bind(str(door))
        ear.listen()
        yield {"file": str(secret), "socket": str(door)}


def _now() -> datetime:
    return datetime.now(UTC)
