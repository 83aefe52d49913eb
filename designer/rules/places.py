"""Which field of the rule form shows what is wrong at a place of the document; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from designer.rules.rows import RuleRows
from kernel.errors import Problem
from runtime.rules.condition_rows import field_name
from runtime.rules.fields import ATTRIBUTES

_SHOWN = {
    "/pattern": "/kind",
    "/pattern/within_s": "/within/amount",
    "/pattern/after_s": "/within/amount",
    "/pattern/at_least": "/at_least",
    "/pattern/more_than": "/more_than",
    "/pattern/release_below": "/release_below",
    "/pattern/distinct": "/distinct/field",
    "/cooldown_s": "/cooldown/amount",
}


def place(problems: Iterable[Problem], rows: RuleRows) -> list[Problem]:
    """Let each problem of the document point to the field that shows it, the first of each."""
    placed: dict[str, Problem] = {}
    for one in problems:
        name = _field_name(one.pointer, rows)
        placed.setdefault(name, Problem(name, one.message))
    return list(placed.values())


def _field_name(pointer: str, rows: RuleRows) -> str:
    if pointer in _SHOWN:
        return _SHOWN[pointer]
    if pointer.startswith("/when"):
        return field_name(pointer)
    if re.match(r"/pattern/[ab](/|$)", pointer):
        return field_name(pointer.removeprefix("/pattern"))
    if pointer.startswith(("/pattern/group_by/", "/pattern/b_on")):
        name = pointer.removeprefix("/pattern")
        return f"{name}/field" if "group_by" in name else "/b_on"
    return _action_name(pointer, rows)


def _action_name(pointer: str, rows: RuleRows) -> str:
    """Find the field of an action that shows a problem."""
    for places, shown in _OF_ACTIONS:
        if places.match(pointer):
            return shown(pointer)
    return _setting_name(pointer, rows)


def _setting_name(pointer: str, rows: RuleRows) -> str:
    """Find the row of the field that an action writes; the action itself where there is none."""
    found = re.fullmatch(r"/then/(\d+)/(?:fields|alarm)(?:/(.+))?", pointer)
    if found is None:
        return pointer
    index, rest = int(found[1]), (found[2] or "").replace("~1", "/").replace("~0", "~")
    path = rest.replace("attributes/", ATTRIBUTES, 1)
    for number, one in enumerate(rows.then[index].settings):
        if one.field == path:
            return f"/then/{index}/settings/{number}/value"
    return f"/then/{index}/do"


_OF_ACTIONS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"/then/\d+/where(/|$)"), field_name),
    (re.compile(r"/then/\d+/same/\d+$"), lambda pointer: f"{pointer}/field"),
    (
        re.compile(r"/then/\d+/max_age_s$"),
        lambda pointer: pointer.removesuffix("max_age_s") + "age/amount",
    ),
    (re.compile(r"/then/\d+/every_s$"), lambda pointer: pointer.removesuffix("_s") + "/amount"),
    (
        re.compile(r"/then/\d+/(to|take|attributes)/\d+$"),
        lambda pointer: pointer.rpartition("/")[0],
    ),
)
