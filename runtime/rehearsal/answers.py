"""What a step of a rehearsal comes to where somebody says so: the way others would answer it.

Without this a rehearsal only ever goes one way: people approve, servers answer as a block's first
example does, what is waited for happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Block
from runtime.flows.model import ERROR_PORT
from runtime.runs.attempt import Attempted
from runtime.runs.events import Completed, Failed, Perform

_FAILED = {"code": "rehearsal.failed", "message": "It was told to fail here."}


def answered(block: Block, command: Perform, said: Any) -> Attempted:
    """Let a step end as it is said: by a port, or by `port` with `output`.

    Where no output is said, that of the block's first example which ends by the port is taken.
    """
    told: Mapping[str, Any] = said if isinstance(said, Mapping) else {"port": said}
    path, attempt, port = command.step, command.attempt, str(told["port"])
    if port == ERROR_PORT:
        return Attempted(event=Failed(path, attempt, _FAILED))
    output = told["output"] if "output" in told else _example_of(block, port)
    return Attempted(event=Completed(path, attempt, port, output))


def _example_of(block: Block, port: str) -> Any:
    for example in block.manifest.examples:
        if example["expect"].get("port") == port and "until" not in example["expect"]:
            return example["expect"].get("output", {})
    return {}
