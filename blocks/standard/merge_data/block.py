"""Merge data: puts two objects together, those inside them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with both in one."""
    merged = _merged(ctx.input["first"], ctx.input["second"], ctx.config)
    return ctx.emit("done", {"value": merged})


def _merged(first: Any, second: Any, config: Mapping[str, str]) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {
            name: _merged(first[name], second[name], config)
            if name in first and name in second
            else first.get(name, second.get(name))
            for name in dict.fromkeys((*first, *second))
        }
    if isinstance(first, list) and isinstance(second, list) and config["lists"] == "append":
        return first + second
    return first if config["wins"] == "first" else second
