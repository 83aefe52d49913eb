"""The form one step is tried with: texts of JSON, filled in with what it will need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from blocks.forms import Submitted
from designer.drafts import read_json_text, write_json_text
from designer.workflows.samples import SAMPLE_ALARM
from kernel.errors import InvalidError, Problem
from runtime.runs.trying import Alone

TEXTS = ("pins", "trigger", "input")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the form's texts hold, and what is wrong with them by name."""

    pins: str = ""
    trigger: str = ""
    input: str = ""
    item: str = ""


def first_texts(document: Mapping[str, Any], needed: list[str], *, has_run: bool) -> Texts:
    """Fill in what the step will need and no run gives: results to complete, a made-up alarm."""
    if has_run:
        return Texts()
    triggers: Mapping[str, Mapping[str, Any]] = document["triggers"]
    kind = next((one["kind"] for one in triggers.values()), "rule")
    seen = {"input": {}} if kind in ("manual", "flow") else {"alarm": SAMPLE_ALARM}
    pins = {id_: {"port": "done", "output": {}} for id_ in needed}
    return Texts(
        pins=write_json_text(pins) if pins else "",
        trigger=write_json_text({"kind": kind, **seen}),
    )


def sent_texts(form: Submitted) -> Texts:
    """Give the texts as they were sent."""
    return Texts(
        **{name: (form.getlist(name) or [""])[-1].strip() for name in (*TEXTS, "item")},
    )


def read_alone(texts: Texts, *, from_run: UUID | None, allow_effects: bool, key: str) -> Alone:
    """Read the texts.

    Raises:
        InvalidError: naming each text that is no JSON, or no object.
    """
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name in (*TEXTS, "item"):
        text = getattr(texts, name)
        try:
            found[name] = read_json_text(text) if text else None
        except InvalidError as error:
            problems.append(Problem(f"/{name}", error.message))
            continue
        if name != "item" and not isinstance(found[name], dict | None):
            problems.append(Problem(f"/{name}", "write a JSON object, such as {}"))
    pins = found.get("pins") or {}
    if isinstance(pins, dict) and any(not isinstance(one, dict) for one in pins.values()):
        problems.append(Problem("/pins", 'write each as {"port": "done", "output": …}'))
    if problems:
        raise InvalidError("this cannot be read", problems=problems)
    return Alone(
        pins=pins,
        from_run=from_run,
        trigger=found["trigger"],
        input=found["input"],
        item=(found["item"],) if texts.item else (),
        allow_effects=allow_effects,
        key=key,
    )
