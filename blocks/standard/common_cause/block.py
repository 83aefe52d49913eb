"""Common cause: finds what in the network could have caused several alarms at once, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._alarm_lists import number_of, objects_of, text_of

ASKED_MAX = 1_000
OTHERS_MAX = 3
ALARMS_MAX = 10
_FULL = 100


def run(ctx: Context) -> Outcome:
    """End by `found` with the likely cause, or by `none`; both say why."""
    objects = objects_of(ctx.input["items"])
    asked = objects[:ASKED_MAX]
    found = ctx.inventory.common_causes(asked, depth=ctx.config["depth"])
    known = len(asked) - len(found["unknown"])
    told: dict[str, Any] = {
        "objects": len(objects),
        "unknown": found["unknown"],
        "left_out": len(objects) - len(asked),
    }
    causes = _likely(found["causes"], known, ctx.config["share"])
    if not causes:
        return ctx.emit("none", {**told, "why": _why_not(known, told)})
    root = causes[0]
    alarms = [text_of(one, "id") for one in ctx.input["items"] if root["key"] in objects_of([one])]
    told |= {
        "root": _place(root),
        "explains": root["explains"],
        "hops": root["hops"],
        "is_disturbed": root["is_given"],
        "alarms": list(filter(None, alarms))[:ALARMS_MAX],
        "others": [_place(one) for one in causes[1 : OTHERS_MAX + 1]],
        "why": _why(root, known),
    }
    return ctx.emit("found", told)


def _likely(causes: Iterable[Mapping[str, Any]], known: int, share: int) -> list[Mapping[str, Any]]:
    """Give the causes that explain enough, those that are disturbed themselves before the others.

    A single object needs no common cause.
    """
    least = max(2, known * share / _FULL)
    enough = [one for one in causes if one["explains"] >= least]
    return sorted(enough, key=lambda one: not one["is_given"])


def _place(cause: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cause.get(name, "") for name in ("key", "kind", "name", "type", "site")}


def _why(root: Mapping[str, Any], known: int) -> str:
    name = root.get("name") or root["key"]
    far = number_of(root["hops"], "step", "steps")
    text = f"{root['explains']} of {known} disturbed objects are {name} or depend on it, at most"
    return f"{text} {far} away" + (", and it is disturbed itself." if root["is_given"] else ".")


def _why_not(known: int, told: Mapping[str, Sequence[str]]) -> str:
    if known > 1:
        return f"Nothing in the network is above enough of the {known} objects."
    if told["unknown"]:
        return "The inventory does not know enough of the objects: add them, or check their keys."
    return "One object alone has no common cause."
