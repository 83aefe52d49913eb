"""Small blocks of hostile and of honest authors, run as an installation runs code of others."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from blocks.host import Performed, perform
from blocks.manifest import parse_manifest
from blocks.outcomes import Emit
from blocks.registry import Block
from blocks.sandbox.package import package_in
from blocks.sandbox.pool import Pool
from blocks.sandbox.runs import sandboxed
from blocks.sdk import BlockError, Facts
from tests.fakes.blocks import FakeServices

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANYTHING = {"type": "object"}
PRELUDE = """
import ctypes, os, socket
_libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    given = (ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
    result = _libc.syscall(number, *given)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result
"""
TRIES = """
def run(ctx):
    try:
        got = attack(ctx.config)
    except OSError as error:
        return ctx.emit("done", {"stopped": error.errno})
    return ctx.emit("done", {"got": repr(got)[:200]})
"""
"""What tells whether an attack got through, or which error stopped it."""


def attack_of(body: str) -> str:
    """Give the source of `attack(config)`."""
    return PRELUDE + "def attack(config):\n" + textwrap.indent(textwrap.dedent(body), "    ")


@dataclass
class Zoo:
    """Writes blocks into a folder and runs them in one pool."""

    folder: Path
    pool: Pool
    services: FakeServices = field(default_factory=FakeServices)
    tenant_id: UUID = field(default_factory=uuid4)

    def block(self, code: str, *, tenant_id: UUID | None = None, **behaviour: Any) -> Block:
        """Give a block with this `block.py`; the same code is the same package."""
        digest = sha256(code.encode()).hexdigest()
        folder = self.folder / digest[:16]
        folder.mkdir(exist_ok=True)
        (folder / "block.py").write_text(code, encoding="utf-8")
        manifest = parse_manifest(manifest_of(behaviour))
        package = package_in(folder, manifest, digest=digest)
        return Block(manifest, sandboxed(self.pool, tenant_id or self.tenant_id, package), folder)

    def perform(
        self, block: Block, config: Mapping[str, Any] | None = None, *, limit_s: float | None = None
    ) -> Performed:
        """Run a block once, as a step does."""
        facts = Facts(
            run_id="run", step="step", attempt=1, idempotency_key="key", now=NOON, timeout_s=limit_s
        )
        return perform(block, config=config or {}, input={}, services=self.services, facts=facts)

    def output(self, code: str, config: Mapping[str, Any] | None = None, **behaviour: Any) -> Any:
        """Run a block once and give what it ended with."""
        outcome = self.perform(self.block(code, **behaviour), config).outcome
        assert isinstance(outcome, Emit)
        return outcome.output

    def error(self, code: str, *, limit_s: float | None = None, **behaviour: Any) -> BlockError:
        """Run a block that must fail, and give how; its neighbour works all the same."""
        with pytest.raises(BlockError) as raised:
            self.perform(self.block(code, **behaviour), limit_s=limit_s)
        self.assert_neighbour_works()
        return raised.value

    def assert_neighbour_works(self) -> None:
        """See another tenant's honest block do its work in the same pool."""
        block = self.block(NEIGHBOUR, tenant_id=UUID(int=7))
        outcome = self.perform(block, {"number": 20}, limit_s=10).outcome
        assert isinstance(outcome, Emit)
        assert outcome.output == {"double": 40}


NEIGHBOUR = """
def run(ctx):
    return ctx.emit("done", {"double": 2 * ctx.config["number"]})
"""


def manifest_of(behaviour: Mapping[str, Any]) -> dict[str, Any]:
    """Give the manifest of a block that may do all that blocks can."""
    names = (
        *("http", "mail", "alarms", "tables", "calendars"),
        *("inventory", "snmp", "mqtt", "ssh"),
    )
    return {
        "block": 1,
        "id": "zoo.animal",
        "version": "1.0.0",
        "kind": "python",
        "title": "Animal",
        "summary": "One of the zoo",
        "category": "other",
        "publisher": "zoo",
        "licence": "Apache-2.0",
        "config": {"type": "object"},
        "input": {"type": "object", "additionalProperties": False, "properties": {}},
        "outputs": [{"name": "done", "title": "Done", "schema": {}}],
        "permissions": [
            {"name": name, "reason": "to try it", **({"hosts": ["*"]} if name == "http" else {})}
            for name in names
        ],
        "behaviour": {"effects": "none", "timeout_s": 10, **behaviour},
    }
