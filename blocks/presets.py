"""Settings of a block that somebody above a tenant decided: what a step shows, and runs with.

A setting is suggested (the tenant may change it), fixed (seen, not changed) or hidden. Pure: who
decides, and how the words of several go together, is not said here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Any

from blocks.schemas import is_expression, is_schema, widget_of, with_defaults
from kernel.errors import InvalidError
from kernel.json_text import kept_text, leaves_of
from kernel.schema import Schema

COMPILED_MAX = 2_000
"""So many schemas of single settings a process keeps compiled."""
UNFIT = "A setting that your provider decided on does not fit this version: choose another version"


class Hold(IntEnum):
    """How much of a setting is left to the customer; the higher, the less."""

    SUGGESTED = 0
    FIXED = 1
    HIDDEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A setting that a provider decided on.

    Attributes:
        name: Of the setting, at the top of the block's settings.
        has_value: Whether a value is given; else the one from above, or the block's own, holds.
    """

    name: str
    hold: Hold
    has_value: bool = True
    value: Any = None


@dataclass(frozen=True)
class Decided:
    """What was decided about the settings of one version of a block.

    Attributes:
        config: The JSON Schema of its settings, as the package has it.
        presets: At most one for each setting; what this version does not have counts for nothing.
    """

    config: Mapping[str, Any]
    presets: tuple[Preset, ...]

    @cached_property
    def shown(self) -> dict[str, Any]:
        """The schema of what is left to the tenant."""
        return shown_schema(self.config, self.presets)

    @cached_property
    def away(self) -> frozenset[str]:
        """The settings that are not left to the tenant; what it says of them counts for nothing."""
        return frozenset(one.name for one in self.presets if one.hold is not Hold.SUGGESTED)

    @cached_property
    def fixed(self) -> dict[str, Any]:
        """What is fixed and may be seen, by name; one that has no value is left out."""
        return self._values(Hold.FIXED)

    @cached_property
    def hidden(self) -> dict[str, Any]:
        """What must be shown to nobody, by name; one that has no value is left out."""
        return self._values(Hold.HIDDEN)

    @cached_property
    def problem(self) -> str:
        """Say that a step cannot run with it; "" when it can. Neither name nor value is told."""
        there = self.config.get("properties") or {}
        mine = [one for one in self.presets if one.name in there]
        return UNFIT if fits_all(mine, self.config) else ""

    def left(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Give what of a step's settings counts."""
        return {name: value for name, value in config.items() if name not in self.away}

    def whole(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Give all that a block is run with, given what the tenant set up."""
        return {**with_defaults(self.shown, self.left(config)), **self.fixed, **self.hidden}

    def _values(self, hold: Hold) -> dict[str, Any]:
        there = self.config.get("properties") or {}
        held = [one for one in self.presets if one.hold is hold and one.name in there]
        alone = {"properties": {one.name: there[one.name] for one in held}}
        found: dict[str, Any] = with_defaults(alone, filled({}, held))
        return found


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
    if _has_widget(part, "secret"):
        return f"{name} is a secret: it belongs into a connection, not into a catalogue"
    if preset.has_value:
        return _value_problem(preset, part)
    is_needed = preset.name in config.get("required", ()) and "default" not in part
    if preset.hold is not Hold.SUGGESTED and is_needed:
        return f"{name} must be given and has no default: hide it with a value"
    return ""


def can_be_set(part: Mapping[str, Any]) -> bool:
    """Tell whether a setting of that schema may be decided on: no secret may stand in it."""
    return not _has_widget(part, "secret")


def _value_problem(preset: Preset, part: Mapping[str, Any]) -> str:
    name = kept_text(preset.name)
    if any(is_expression(one) for _, one in leaves_of(preset.value)):
        return f"{name} holds an expression: give a plain value"
    if preset.hold is not Hold.SUGGESTED and _has_widget(part, "expression"):
        return f"{name} is a condition, which is worked out in each run: suggest it at most"
    found = _compiled(json.dumps(part, sort_keys=True)).problems(preset.value)
    told = found[0].message.removeprefix("the document ") if found else ""
    return f"{name} does not fit this version: {told}" if found else ""


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


def _has_widget(schema: Mapping[str, Any], widget: str) -> bool:
    """Tell whether a widget, by how its name begins, stands anywhere in what fits a schema."""
    inner = [schema.get("items"), schema.get("additionalProperties")]
    inner += (schema.get("properties") or {}).values()
    is_one = widget_of(schema).startswith(widget)
    return is_one or any(_has_widget(one, widget) for one in inner if is_schema(one))


def _suggests(preset: Preset | None) -> bool:
    return preset is not None and preset.has_value
