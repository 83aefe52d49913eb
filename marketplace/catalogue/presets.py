"""Settings that providers decide on: how those of several go together, and what a step gets.

A setting is suggested (the customer may change it), fixed (seen, not changed) or hidden. Who stands
further down may leave less to the customer, never more, and never changes a value that is fixed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from blocks.schemas import is_expression, is_schema, widget_of
from kernel.errors import InvalidError
from kernel.json_text import kept_text
from kernel.schema import Schema
from marketplace.catalogue.overlay import Hold, Preset

COMPILED_MAX = 2_000
"""So many schemas of single settings a process keeps compiled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What providers along the tree came to about one setting.

    Attributes:
        preset: The strictest hold of theirs, with the value that counts.
        by: Who gave the value, or the first to speak of the setting where nobody gave one; None
            to a reader who stands below.
    """

    preset: Preset
    by: UUID | None


def laid_over(above: Held | None, preset: Preset, owner: UUID) -> Held:
    """Lay what one provider says of a setting over what those above it said.

    >>> from uuid import UUID
    >>> top, low = UUID(int=1), UUID(int=2)
    >>> fixed = laid_over(None, Preset(name="a", hold=Hold.FIXED, value=1), top)
    >>> laid_over(fixed, Preset(name="a", hold=Hold.HIDDEN, value=2), low).preset.value
    1
    >>> laid_over(fixed, Preset(name="a", hold=Hold.SUGGESTED, value=2), low).preset.hold.name
    'FIXED'
    """
    if above is None:
        return Held(preset=preset, by=owner)
    takes = preset.has_value and above.preset.hold is Hold.SUGGESTED
    given = preset if takes else above.preset
    hold = max(above.preset.hold, preset.hold)
    kept = Preset(name=preset.name, hold=hold, has_value=given.has_value, value=given.value)
    return Held(preset=kept, by=owner if given is preset else above.by)


def preset_problem(preset: Preset, config: Mapping[str, Any]) -> str:
    """Say why a preset does not fit a block's settings; "" when it does.

    Args:
        preset: The setting and its value.
        config: The JSON Schema of the settings.
    """
    name = kept_text(preset.name)
    part = (config.get("properties") or {}).get(preset.name)
    if part is None:
        return f"{name} is no setting of this version: choose another, or take it away"
    if _holds_secret(part):
        return f"{name} is a secret: it belongs into a connection, not into a catalogue"
    if preset.has_value:
        return _value_problem(preset, part)
    is_needed = preset.name in config.get("required", ()) and "default" not in part
    if preset.hold is not Hold.SUGGESTED and is_needed:
        return f"{name} must be given and has no default: hide it with a value"
    return ""


def can_be_set(part: Mapping[str, Any]) -> bool:
    """Tell whether a setting of that schema may be decided on: no secret may stand in it."""
    return not _holds_secret(part)


def _value_problem(preset: Preset, part: Mapping[str, Any]) -> str:
    name = kept_text(preset.name)
    if is_expression(preset.value):
        return f"{name} holds an expression: give a plain value"
    found = _compiled(json.dumps(part, sort_keys=True)).problems(preset.value)
    return f"{name} does not fit this version: {found[0].message}" if found else ""


@lru_cache(maxsize=COMPILED_MAX)
def _compiled(schema: str) -> Schema:
    """Compile a schema once: a list of offers asks for the same ones over and over."""
    return Schema(json.loads(schema))


def filled(config: Mapping[str, Any], presets: Iterable[Preset]) -> dict[str, Any]:
    """Give the settings of a step as it runs: what is fixed or hidden counts, whatever was sent.

    What is hidden without a value is left to the block's default. What is suggested fills a gap.
    """
    found = dict(config)
    for one in presets:
        if one.hold is Hold.SUGGESTED:
            if one.has_value:
                found.setdefault(one.name, one.value)
        elif one.has_value:
            found[one.name] = one.value
        else:
            found.pop(one.name, None)
    return found


def shown_schema(config: Mapping[str, Any], presets: Iterable[Preset]) -> dict[str, Any]:
    """Give the schema of the form that a customer sees: without what is hidden or fixed.

    A suggested value becomes the default.
    """
    by_name = {one.name: one for one in presets}
    away = {name for name, one in by_name.items() if one.hold is not Hold.SUGGESTED}
    properties = {
        name: {**part, "default": by_name[name].value} if _suggests(by_name.get(name)) else part
        for name, part in (config.get("properties") or {}).items()
        if name not in away
    }
    required = [name for name in config.get("required", ()) if name not in away]
    shown = {**config, "properties": properties}
    names = config.get("propertyNames") or {}
    if "enum" in names:  # it is the order of the form
        order = [name for name in names["enum"] if name not in away]
        shown["propertyNames"] = {**names, "enum": order}
    shown.pop("required", None)
    return {**shown, "required": required} if required else shown


def fits_all(presets: Iterable[Preset], config: Mapping[str, Any]) -> str:
    """Say why one of some presets does not fit a block's settings; "" when all do."""
    try:
        told = (preset_problem(one, config) for one in presets)
        return next((problem for problem in told if problem), "")
    except InvalidError:
        return "its settings cannot be read"


def _holds_secret(schema: Mapping[str, Any]) -> bool:
    """Tell whether a secret may stand anywhere in what fits a schema."""
    inner = [schema.get("items"), schema.get("additionalProperties")]
    inner += (schema.get("properties") or {}).values()
    is_one = widget_of(schema).startswith("secret")
    return is_one or any(_holds_secret(one) for one in inner if is_schema(one))


def _suggests(preset: Preset | None) -> bool:
    return preset is not None and preset.has_value
