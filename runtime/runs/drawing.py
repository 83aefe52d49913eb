"""A run's workflow for the canvas and how far each step is: one status each, loops summed up. Pure.

A step in a loop's body stands for all its rounds: it says how many are in which state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from blocks.registry import Registry
from runtime.flows.model import every_step
from runtime.runs._shown import RunView
from runtime.runs._tables import StepState
from runtime.runs.lanes import Attempt, last_of_each, words
from runtime.runs.paths import split
from runtime.secrecy import masked

_STATUS = {StepState.QUEUED: "ready", StepState.SUCCEEDED: "done", StepState.CANCELLED: "dead"}
"""The canvas's words where an attempt has another."""
_FIRST = ("running", "waiting", "ready", "failed", "done", "passed_over", "dead")
_SAID = {"ready": "Queued", "dead": "Skipped", "passed_over": "Passed over"}
_WORDS = {"ready": "queued", "passed_over": "passed over", "dead": "cancelled"}


_STEP_PARTS = ("block", "version", "title", "position", "disabled")
_TRIGGER_PARTS = ("kind", "title", "position", "cron", "timezone")


def without_values(flow: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """Leave of a workflow, every node placed, what drawing it needs.

    What steps are given is left out, and secrets among their settings are masked: whoever may see
    a run need not see those.
    """
    triggers = {id_: _only(one, _TRIGGER_PARTS) for id_, one in flow["triggers"].items()}
    drawn = _only(flow, ("flow", "name", "wires", "canvas"))
    return {**drawn, "steps": _drawn(flow["steps"], registry), "triggers": triggers}


def run_progress(
    run: RunView,
    attempts: Iterable[Attempt],
    remembered: Mapping[str, Any],
    document: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the progress of a run as the canvas shows it.

    `remembered` is what the interpreter does (`query.progress_of`), {} when that is gone;
    `document` is the workflow's version. Of each step `text` is what its badge shows, and `said`
    what a screen reader says.
    """
    by_step: dict[str, list[Attempt]] = {}
    for path, one in last_of_each(attempts).items():
        by_step.setdefault(split(path)[1], []).append(one)
    known = remembered.get("scopes", {}).get("", {})
    steps = {}
    for id_, _, container in every_step(document):
        if id_ in by_step:
            steps[id_] = _many(by_step[id_]) if container else _single(by_step[id_][-1])
        elif known.get(id_, [""])[0] in ("dead", "abandoned") or run.state.is_over:
            steps[id_] = {"status": "dead", "text": _SAID["dead"], "said": _SAID["dead"]}
    return {"state": run.state.value, "trigger": run.trigger_id, "steps": steps}


def _drawn(steps: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    found = {}
    for id_, step in steps.items():
        found[id_] = {**_only(step, _STEP_PARTS), "config": _config(step, registry)}
        if "body" in step:
            inner = _drawn(step["body"]["steps"], registry)
            found[id_]["body"] = {**step["body"], "steps": inner}
    return found


def _only(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: document[name] for name in names if name in document}


def _config(step: Mapping[str, Any], registry: Registry) -> Any:
    block = registry.find(step["block"], step["version"])
    return masked(step.get("config", {}), block.manifest.config if block is not None else {})


def _single(one: Attempt) -> dict[str, Any]:
    """Give one step: its badge says how long it took where it is done, else its state."""
    status = _status(one.state)
    said = text = _SAID.get(status, status.capitalize())
    if status == "done" and one.started_at is not None and one.ended_at is not None:
        text = words((one.ended_at - one.started_at).total_seconds())
    tries = f" · try {one.attempt}" if one.attempt > 1 else ""
    return {"status": status, "port": _port(one), "text": text + tries, "said": said}


def _many(found: list[Attempt]) -> dict[str, Any]:
    counts = Counter(_status(one.state) for one in found)
    text = ", ".join(f"{counts[word]} {_WORDS.get(word, word)}" for word in _FIRST if counts[word])
    return {
        "status": next(word for word in _FIRST if counts[word]),
        "text": text,
        "said": text,
        "ports": sorted({port for port in map(_port, found) if port}),
    }


def _status(state: StepState) -> str:
    return _STATUS.get(state, state.value)


def _port(one: Attempt) -> str | None:
    return "error" if one.state is StepState.FAILED else one.port
