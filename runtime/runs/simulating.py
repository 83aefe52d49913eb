"""Whether a trial really does what a step asks, or answers for it and tells."""

from __future__ import annotations

from blocks.manifest import Manifest
from runtime.runs._rows import RunRow
from runtime.runs.plan import UNDO

_INSIDE = frozenset({"alarms", "state", "tables", "calendars", "inventory"})
"""Abilities that change nothing but by effects, which a trial leaves undone."""


def is_dry(run: RunRow, step_id: str) -> bool:
    """Tell whether a step changes nothing: its run is a trial, and nobody allowed it to."""
    if not run.is_trial or run.allows_effects:
        return False
    return step_id.removesuffix(UNDO) not in (run.pins or {}).get("allows", ())


def is_simulated(run: RunRow, step_id: str, manifest: Manifest) -> bool:
    """Tell whether a trial answers for this step instead of running its block."""
    return is_dry(run, step_id) and answers_for(manifest)


def answers_for(manifest: Manifest) -> bool:
    """Tell whether a trial without effects answers for a block instead of running it."""
    behaviour = manifest.behaviour
    writes = behaviour.effects == "write" and behaviour.control != "call"  # what it calls does
    return writes and not _only_wishes(manifest)


def changes_something(manifest: Manifest) -> bool:
    """Tell whether a block changes something where it may; what a workflow calls is not seen."""
    return manifest.behaviour.effects == "write" and manifest.behaviour.control != "call"


def _only_wishes(manifest: Manifest) -> bool:
    """Tell whether all that a block changes are alarms: then a trial tells what it would change."""
    names = {one.name for one in manifest.permissions}
    return "alarms" in names and names <= _INSIDE and manifest.behaviour.control is None
