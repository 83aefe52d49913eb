"""What people call the steps of a workflow. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry

_GIVEN_ID = re.compile(r"(.*?)(?:_(\d+))?")
"""Of a step as the canvas gives it: its block's name, numbered from the second one on."""


def titles_of(document: Mapping[str, Any], registry: Registry) -> dict[str, str]:
    """Give the title of every step by id, those in loops' bodies too."""
    titles = {}
    for id_, step in document["steps"].items():
        titles[id_] = step_title(id_, step, registry)
        if "body" in step:
            titles |= titles_of(step["body"], registry)
    return titles


def step_title(id_: str, step: Mapping[str, Any], registry: Registry) -> str:
    """Give the title of a step.

    One that nobody named is called as its block is, like on the canvas, unless somebody chose its
    id; from the second of a block on with its number, since a text may name several.
    """
    if step.get("title"):
        return str(step["title"])
    block = registry.find(step["block"], step["version"])
    given, number = _GIVEN_ID.fullmatch(id_).groups()  # type: ignore[union-attr]  # fits all
    if block is None or given != step["block"].partition(".")[2].replace("-", "_"):
        return id_
    return f"{block.manifest.title} {number}" if number else block.manifest.title
