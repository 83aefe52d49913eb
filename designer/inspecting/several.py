"""The form of several steps: what they have in common, and a change of all of them at once.

Pure. A field that is left as it was shown changes nothing, so what differs stays different.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from blocks.forms import Submitted
from designer.workflows.step_form import STEP_FORM
from kernel.schema import Schema
from runtime.flows.model import every_step

RETRY, TIMEOUT = "/node/retry/max", "/node/timeout_s"
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
Steps = Mapping[str, Mapping[str, Any]]


def steps_among(document: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Give the steps of a document among some ids; triggers run once and have no such settings."""
    wanted = frozenset(ids)
    return {id_: step for id_, step, _ in every_step(document) if id_ in wanted}


def shared(steps: Steps) -> dict[str, str | None]:
    """Give what each field shows: what all hold, "" for nothing, None where they differ."""
    found = {name: {_shown(step, name) for step in steps.values()} for name in (RETRY, TIMEOUT)}
    return {name: one.pop() if len(one) == 1 else None for name, one in found.items()}


def read_shared(steps: Steps, form: Submitted) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Give what changes by step, None for what goes away, and what cannot be taken, in words."""
    before = shared(steps)
    sent = {name: (form.getlist(name) or [""])[-1].strip() for name in (RETRY, TIMEOUT)}
    patch = {name: _number(text) for name, text in sent.items() if text != (before[name] or "")}
    wrong = _refused(patch)
    changed = steps if patch and not wrong else {}
    return {id_: _patched(step, patch) for id_, step in changed.items()}, wrong


def _shown(step: Mapping[str, Any], name: str) -> str:
    held = (step.get("retry") or {}).get("max") if name == RETRY else step.get("timeout_s")
    return "" if held is None else str(held)


def _number(text: str) -> int | float | str | None:
    if not _NUMBER.fullmatch(text):
        return text or None  # the schema refuses a word in its own words
    return float(text) if "." in text else int(text)


def _refused(patch: Mapping[str, Any]) -> list[str]:
    own = STEP_FORM["properties"]
    parts = {RETRY: own["retry"]["properties"]["max"], TIMEOUT: own["timeout_s"]}
    return [
        f"{parts[name]['title']}: {problem.message.replace('the document', 'it')}"
        for name, value in patch.items()
        if value is not None
        for problem in Schema(parts[name]).problems(value)
    ]


def _patched(step: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if TIMEOUT in patch:
        found["timeout_s"] = patch[TIMEOUT]
    if RETRY in patch:
        most = patch[RETRY]
        found["retry"] = None if most is None else {**(step.get("retry") or {}), "max": most}
    return found
