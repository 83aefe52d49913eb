"""What a program of a test prints: the level, and how a foreign and a standard block fare."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from blocks.host import perform
from blocks.registry import standard_registry
from blocks.sandbox.level import Wanted
from blocks.sandbox.runs import open_pool
from blocks.sdk import BlockError, Facts
from tests.fakes.blocks import FakeServices
from tests.support.zoo import NEIGHBOUR, NOON, Zoo


def main() -> None:
    """Try both at the level that is asked for, and print what came as JSON."""
    pool = open_pool(cast("Wanted", sys.argv[1]))
    told: dict[str, Any] = {"level": pool.level.number, "missing": list(pool.level.missing)}
    with tempfile.TemporaryDirectory() as folder:
        zoo = Zoo(folder=Path(folder), pool=pool)
        try:
            told["foreign"] = zoo.output(NEIGHBOUR, {"number": 2})
        except BlockError as error:
            told["foreign"] = [error.code, error.message]
    pool.close()
    block = standard_registry().latest("garland.write-log")
    assert block is not None
    facts = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOON)
    example = block.manifest.examples[0]
    perform(
        block,
        config=example.get("config", {}),
        input=example.get("input", {}),
        services=FakeServices(),
        facts=facts,
    )
    told["standard"] = "ran"
    print(json.dumps(told))  # noqa: T201  what the test reads


if __name__ == "__main__":
    main()
