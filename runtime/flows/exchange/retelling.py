"""A workflow whose steps name tables or workflows by other names than before. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from blocks.registry import Registry
from blocks.schemas import is_expression
from runtime.flows.table_steps import table_use

What = Literal["table", "flow"]


def retold(
    part: Mapping[str, Any], registry: Registry, names: Mapping[str, str], what: What
) -> dict[str, Any]:
    """Give a workflow, or a body, whose steps and undos name what is in `names` anew."""
    steps = {id_: _retold_step(step, registry, names, what) for id_, step in part["steps"].items()}
    return {**part, "steps": steps}


def unmistakable(names: Mapping[str, str]) -> dict[str, str]:
    """Give by id the names that only one has, and that do not read as an expression.

    >>> unmistakable({"1": "Who", "2": "Same", "3": "Same"})
    {'1': 'Who'}
    """
    often = Counter(names.values())
    return {
        id_: name for id_, name in names.items() if often[name] == 1 and not is_expression(name)
    }


def _retold_step(
    step: Mapping[str, Any], registry: Registry, names: Mapping[str, str], what: What
) -> dict[str, Any]:
    found = _retold_holder(step, registry, names, what)
    if "undo" in step:
        found["undo"] = _retold_holder(step["undo"], registry, names, what)
    if "body" in step:
        found["body"] = retold(step["body"], registry, names, what)
    return found


def _retold_holder(
    holder: Mapping[str, Any], registry: Registry, names: Mapping[str, str], what: What
) -> dict[str, Any]:
    block = registry.find(holder["block"], holder["version"])
    config = holder.get("config", {})
    used = table_use(config, block)
    field = used.field if what == "table" and used is not None else ""
    if what == "flow" and block is not None and block.manifest.behaviour.control == "call":
        field = "flow" if block.manifest.kind != "composite" else ""
    said = config.get(field) if field else None
    if isinstance(said, str) and said in names:
        return {**holder, "config": {**config, field: names[said]}}
    return dict(holder)
