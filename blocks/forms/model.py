"""What a form consists of: fields, their choices and their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.forms._kinds import Kind

ROWS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that can be chosen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry of a list or a map.

    Attributes:
        name: Pointer for the operations `del` and `up`.
        key: The control of a map's key, None in a list.
        fields: The entry's own controls.
    """

    name: str
    fields: tuple[Field, ...]
    key: Field | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One control, or a group of them.

    Attributes:
        name: The control's name: where it stands in the form.
        pointer: Where its value stands in the document; differs from `name` only inside maps.
        id: The control's HTML id.
        kind: Which control.
        label: What it is called.
        text: What it holds, as text; empty for composites and for stored secrets.
        help: A sentence on it, "" when none.
        error: What is wrong with it, "" when nothing.
        required: Whether a value must be given.
        formula: It holds an expression and is shown as its text.
        can_toggle: Offers the operations `fx` and `plain`.
        segmented: A choice shown as a bar.
        stored: A secret is kept, though not shown.
        has_lines: A secret of several lines, such as a private key.
        present: The group, list or map is there; an absent group offers `add`.
        unit: Of a duration.
        choices: Of a choice or picker.
        children: Of a group.
        rows: Of a list or map.
        attributes: Further HTML attributes of the control.
        takes_data: A page offers data to take its value from; set by that page.
        shown: Of a formula, what such a page shows in its place.
    """

    name: str
    pointer: str
    id: str
    kind: Kind
    label: str
    text: str = ""
    help: str = ""
    error: str = ""
    required: bool = False
    formula: bool = False
    can_toggle: bool = False
    segmented: bool = False
    stored: bool = False
    has_lines: bool = False
    present: bool = True
    unit: str = "s"
    choices: tuple[Choice, ...] = ()
    children: tuple[Field, ...] = ()
    rows: tuple[Row, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    takes_data: bool = False
    shown: tuple[Any, ...] = ()
