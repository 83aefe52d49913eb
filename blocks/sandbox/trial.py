"""Finds out how well code of others is kept in: by trying the doors, not by versions."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from blocks.host import perform
from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sandbox import _filter, _landlock, _seccomp
from blocks.sandbox._process import BUBBLEWRAP
from blocks.sandbox.groups import Groups, why_unfit
from blocks.sandbox.level import Level, Wanted
from blocks.sandbox.package import Package
from blocks.sandbox.pool import Pool
from blocks.sdk import BlockError, Facts
from blocks.testing import MockedWorld

LANDLOCK_NEEDED = 4
PROBE = Path(__file__).with_name("probe")
_NOBODY = UUID(int=0)
_SWITCHED_OFF = "GARLAND_SANDBOX_LEVEL is 0, which keeps out all code of others: set it to auto."


@cache
def find_level(wanted: Wanted = "auto", groups: Groups = ()) -> Level:
    """Try the doors, once for this process: what is not proven shut counts as open.

    Who asks for a level gets it or none: an operator who wants 2 is not given 1, and one who wants
    children in control groups none without.
    """
    if wanted == "0":
        return Level(0, (_SWITCHED_OFF,))
    is_hardened = wanted == "2"
    missing = [*_missing_parts(is_hardened=is_hardened), *why_unfit(groups)]
    if not missing:
        missing = list(_open_doors(groups, is_hardened=is_hardened))
    if missing:
        return Level(0, tuple(missing))
    return Level(2 if is_hardened else 1)


def _missing_parts(*, is_hardened: bool) -> Iterator[str]:
    version = _landlock.abi()
    if version < LANDLOCK_NEEDED:
        found = f"speaks version {version} of it" if version else "has none, or hides it"
        yield (
            f"Landlock is missing: this kernel {found}. Run Linux 6.7 or newer with landlock among "
            "its security modules (lsm=), and let the container's seccomp profile pass it."
        )
    if not _seccomp.is_there():
        yield "seccomp filters are missing: run a kernel that is built with CONFIG_SECCOMP_FILTER."
    try:
        _filter.filter_bytes()
    except (ImportError, OSError, RuntimeError):
        yield "seccomp filters cannot be made: install the system's package libseccomp2."
    if is_hardened and shutil.which(BUBBLEWRAP) is None:
        yield "bubblewrap is missing: install the system's package bubblewrap."


def _open_doors(groups: Groups, *, is_hardened: bool) -> Iterator[str]:
    pool = Pool(Level(2 if is_hardened else 1), groups=groups, children_max=1)
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
        yield f"A trial of the sandbox failed: {error.message} Mend that, then start Garland anew."
        return
    finally:
        pool.close()
    if not isinstance(done.outcome, Emit):
        yield "A trial of the sandbox did not end as it should: start Garland anew."
        return
    for door in done.outcome.output["open"]:
        yield (
            f"A trial in the sandbox got through to {door}: something on this machine undoes it. "
            "Look for other security modules, or an emulated kernel."
        )


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
