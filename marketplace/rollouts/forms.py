"""The form of a plan: what people fill in, read as a plan's document. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from marketplace.rollouts.model import (
    RINGS_MAX,
    SAMPLES_MAX,
    WAIT_MAX_S,
    WHOLE,
    Plan,
    plan_document,
    read_plan,
)

_MINUTE_S = 60
DIGITS_MAX = 9
EVERY = "*"
_NUMBERS: Mapping[str, tuple[str, int, int]] = {
    "wait_min": ("the minutes that each ring is watched", 0, WAIT_MAX_S // _MINUTE_S),
    "samples_min": ("the steps that have to be over", 1, SAMPLES_MAX),
    "failures_max": ("the percent that may fail", 0, WHOLE - 1),
}
"""What each number says, and from where to where it goes."""
_CHECKED = ("goes_back", "goes_on_unproven")


def filled(plan: Plan) -> dict[str, Any]:
    """Give the form of a plan, filled in.

    >>> filled(Plan())["rings"], filled(Plan())["wait_min"]
    ('5, 25, 50, 100', '60')
    """
    return {
        "rings": ", ".join(map(str, plan.rings)),
        "wait_min": str(plan.wait_s // _MINUTE_S),
        "samples_min": str(plan.samples_min),
        "failures_max": str(plan.failures_max),
        "goes_back": plan.goes_back,
        "goes_on_unproven": plan.goes_on_unproven,
    }


def sent(form: Mapping[str, str]) -> dict[str, Any]:
    """Give the form as somebody sent it, to be shown again."""
    texts = {name: form.get(name, "") for name in ("rings", *_NUMBERS)}
    return {**texts, **{name: form.get(name) == "true" for name in _CHECKED}}


def read_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Read a sent form as the document of a plan.

    Raises:
        InvalidError: naming each field that cannot be taken; a pointer is its name.
    """
    problems: list[Problem] = []
    numbers = {name: _number(form, name, problems) for name in _NUMBERS}
    rings = _rings(form.get("rings", ""), problems)
    if problems:
        raise InvalidError("the plan cannot be taken as it is", problems=problems)
    document = {
        "rings": rings,
        "wait_s": numbers["wait_min"] * _MINUTE_S,
        "samples_min": numbers["samples_min"],
        "failures_max": numbers["failures_max"],
        **{name: form.get(name) == "true" for name in _CHECKED},
    }
    return plan_document(read_plan(document))


def block_in(form: Mapping[str, str]) -> str:
    """Give the block that a freeze or a hold is of; "" for every block, which is chosen as `*`.

    Raises:
        InvalidError: none is chosen.
    """
    block = form.get("block", "").strip()
    if not block:
        told = "Choose a block, or every block"
        raise InvalidError(told, problems=[Problem("/block", told)])
    return "" if block == EVERY else block


def _number(form: Mapping[str, str], name: str, problems: list[Problem]) -> int:
    words, least, most = _NUMBERS[name]
    text = form.get(name, "").strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    number = int(text) if is_number else -1
    if not least <= number <= most:
        told = f"Give {words} as a whole number from {least:,} to {most:,}."
        problems.append(Problem(name, told))
    return number


def _rings(text: str, problems: list[Problem]) -> list[int]:
    parts = text.replace("%", " ").replace(",", " ").split()
    shares = {str(one): one for one in range(1, WHOLE + 1)}
    found = [shares.get(one, 0) for one in parts[: RINGS_MAX + 1]]
    grows = found == sorted(set(found)) and 0 not in found
    if not grows or len(found) > RINGS_MAX or found[-1:] != [WHOLE]:
        told = (
            f"Give one to {RINGS_MAX} growing shares in percent, the last of which is 100, "
            "such as 5, 25, 50, 100."
        )
        problems.append(Problem("rings", told))
    return found
