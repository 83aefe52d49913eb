"""A past run laid over the draft: which of its steps are as they were, changed or gone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.flows.model import every_step

_PLACES = ("position", "body", "digest", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a draft differs from the version that a run was of.

    Attributes:
        changed, gone, added: Ids of steps.
        is_rewired: Wires or triggers differ.
    """

    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    is_rewired: bool = False

    @property
    def is_none(self) -> bool:
        """Tell whether the draft does what the version did."""
        return not (self.changed or self.gone or self.added or self.is_rewired)


def drift(version: Mapping[str, Any], draft: Mapping[str, Any]) -> Drift:
    """Compare what is done; places on the canvas, titles and what publishing notes are left out.

    >>> was = {"steps": {"a": {"block": "x"}, "b": {"block": "y"}}, "wires": [], "triggers": {}}
    >>> drift(was, {**was, "steps": {"a": {"block": "z"}}})
    Drift(changed=('a',), gone=('b',), added=(), is_rewired=False)
    """
    old, new = _steps(version), _steps(draft)
    return Drift(
        changed=tuple(sorted(id_ for id_ in old.keys() & new.keys() if old[id_] != new[id_])),
        gone=tuple(sorted(old.keys() - new.keys())),
        added=tuple(sorted(new.keys() - old.keys())),
        is_rewired=_wiring(version) != _wiring(draft),
    )


def _steps(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        id_: {name: one for name, one in step.items() if name not in _PLACES}
        for id_, step, _ in every_step(document)
    }


def _wiring(document: Mapping[str, Any]) -> tuple[Any, ...]:
    bodies = [step.get("body", {}).get("wires", []) for _, step, _ in every_step(document)]
    wires = {(one["from"], one["to"]) for found in (document["wires"], *bodies) for one in found}
    triggers = {
        id_: {name: one for name, one in trigger.items() if name not in _PLACES}
        for id_, trigger in document["triggers"].items()
    }
    return wires, triggers
