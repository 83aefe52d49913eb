"""A part of a workflow as text: copied on one canvas, pasted on any other. Pure.

What is pasted was written by anybody. It is taken when it has a workflow's shape, or else refused
with what is wrong; whether it can be published is asked later, like of anything that is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.registry import Registry
from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json
from kernel.numbers import rounding_problems
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step, shape_problems

CHARACTERS_MOST = 1_000_000
STEPS_MOST = 500
MARK = "flow-part"
_KEYS = ("triggers", "steps", "wires", "canvas")
_REMEDY = (
    "what was copied is no part of a workflow: select steps on a canvas, press Ctrl+C, and paste "
    "again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Steps, triggers and the wires between them; `missing` are the blocks nobody installed."""

    document: dict[str, Any]
    missing: tuple[str, ...]


def read_part(text: str, registry: Registry) -> Part:
    """Read what was copied: a part, or the document of a whole workflow.

    Raises:
        InvalidError: it is neither, too large, or has steps a workflow can't have.
    """
    if len(text) > CHARACTERS_MOST:
        raise _refused("that is too much to paste: copy less than 1 MB")
    document = _document(text)
    problems = shape_problems(document) or rounding_problems(document)
    if problems:
        where = problems[0].pointer or "/"
        raise _refused(f"what was copied is damaged at {where}: {problems[0].message}")
    steps = [step for _, step, _ in every_step(document)]
    if len(steps) > STEPS_MOST:
        raise _refused(f"that is too much to paste: copy at most {STEPS_MOST} steps at once")
    if not steps and not document["triggers"]:
        raise _refused(_REMEDY)
    named = [(str(step["block"]), str(step["version"])) for step in steps]
    missing = {f"{id_} {version}" for id_, version in named if not registry.find(id_, version)}
    return Part(document=laid_out(document), missing=tuple(sorted(missing)))


def _document(text: str) -> dict[str, Any]:
    try:
        read = read_json(text, what="the text")
    except MalformedError:
        raise _refused(_REMEDY) from None
    if not isinstance(read, Mapping) or not (read.get("garland") == MARK or read.get("flow") == 1):
        raise _refused(_REMEDY)
    begun: dict[str, Any] = {"flow": 1, "name": "Part", "triggers": {}, "steps": {}, "wires": []}
    return {**begun, **{key: read[key] for key in _KEYS if key in read}}


def _refused(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("", message)])
