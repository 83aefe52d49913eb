"""A trap entry's form as rows of plain text, right or wrong, and back into its document. Pure.

Field names are pointers into the document, so what a check says of a field stands beside it. Only
a trap's name may be typed for its numbers: `document_of` looks it up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.form_rows import drop, rows_at, text_at, tree_of
from runtime.alarms.model import Severity
from runtime.alarms.sources.snmp.catalogue import (
    FORMAT,
    OBJECTS_MAX,
    Entry,
    parse_entry,
)

RAISES, ENDS = "raise", "clear"
_PLAIN = (
    "mib", "event_type", "probable_cause", "specific_problem", "text", "managed_object", "key",
)  # fmt: skip
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,9})){1,127}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_PARTS = frozenset({"objects", "clears"})
_NUMBERS = "write its numbers, such as 1.3.6.1.4.1.9.0.1, or a name that the catalogue knows"
_LETTERS = "use letters, digits, _ and -, a letter first"

Names = Mapping[str, str]
"""Object identifiers of traps by their names in small letters."""


@dataclass
class ObjectRow:
    """One named variable."""

    name: str = ""
    oid: str = ""


@dataclass
class EntryRows:
    """The whole form.

    Attributes:
        role: Whether the trap raises an alarm, or ends those of `clears`.
        both: Whether entries that end its alarms get its key too.
        sample: A trap to look at, as `pasted` reads it.
    """

    oid: str = ""
    name: str = ""
    role: str = RAISES
    severity: str = Severity.MAJOR.value
    mib: str = ""
    event_type: str = ""
    probable_cause: str = ""
    specific_problem: str = ""
    text: str = ""
    managed_object: str = ""
    key: str = ""
    clears: list[str] = field(default_factory=list)
    objects: list[ObjectRow] = field(default_factory=list)
    both: bool = False
    sample: str = ""


def read_rows(items: Iterable[tuple[str, str]]) -> EntryRows:
    """Read what a browser posted."""
    tree = tree_of(items)
    return EntryRows(
        oid=text_at(tree, "oid").strip(),
        name=text_at(tree, "name").strip(),
        role=ENDS if text_at(tree, "role") == ENDS else RAISES,
        severity=text_at(tree, "severity") or Severity.MAJOR.value,
        clears=[text_at(one, "oid").strip() for one in rows_at(tree, "clears")],
        objects=[
            ObjectRow(text_at(one, "name").strip(), text_at(one, "oid").strip())
            for one in rows_at(tree, "objects")
        ],
        both=bool(text_at(tree, "both")),
        sample=text_at(tree, "sample").replace("\r\n", "\n"),
        **{name: text_at(tree, name).strip() for name in _PLAIN},
    )


def operate(rows: EntryRows, operation: str) -> None:
    """Do what a button of a row asks for; one that is unknown does nothing."""
    verb, _, pointer = operation.partition(":")
    if verb == "del":
        drop(rows, pointer, _PARTS)
    elif operation == "add:/objects" and len(rows.objects) < OBJECTS_MAX:
        rows.objects.append(ObjectRow())
    elif operation == "add:/clears":
        rows.clears.append("")


def rows_of(document: Mapping[str, Any], sample: str = "") -> EntryRows:
    """Fill the form from a document."""
    clears = list(document.get("clears", ()))
    return EntryRows(
        oid=document["oid"],
        name=document["name"],
        role=ENDS if clears else RAISES,
        severity=Severity.MAJOR.value if clears else document["severity"],
        clears=clears,
        objects=[ObjectRow(name, oid) for name, oid in document.get("objects", {}).items()],
        sample=sample,
        **{name: document.get(name, "") for name in _PLAIN},
    )


def numbers_of(text: str, names: Names) -> str:
    """Give the numbers of a trap by its name; other text stays, for the check to refuse."""
    said = text.strip().removeprefix(".")
    return names.get(said.rpartition("::")[2].lower(), said)


def document_of(rows: EntryRows, names: Names) -> dict[str, Any]:
    """Write the form as an entry's document, good or not."""
    document: dict[str, Any] = {
        "trap": FORMAT,
        "oid": numbers_of(rows.oid, names),
        "name": rows.name,
        "severity": Severity.CLEARED.value if rows.role == ENDS else rows.severity,
    }
    document |= {name: getattr(rows, name) for name in _PLAIN if getattr(rows, name)}
    if rows.role == ENDS:
        document["clears"] = [numbers_of(one, names) for one in rows.clears]
    if rows.objects:
        document["objects"] = {one.name: one.oid.removeprefix(".") for one in rows.objects}
    return document


def check_rows(rows: EntryRows, names: Names) -> Entry:
    """Read the form as an entry.

    Raises:
        InvalidError: with a problem by field of the form.
    """
    problems = list(_row_problems(rows, names))
    if problems:
        raise InvalidError("the entry cannot be kept so", problems=problems)
    try:
        return parse_entry(document_of(rows, names))
    except InvalidError as error:
        raise InvalidError(
            error.message, problems=[_placed(one) for one in error.problems]
        ) from None


def field_errors(problems: Iterable[Problem]) -> dict[str, str]:
    """Give each problem by the field that shows it."""
    return {_placed(one).pointer: one.message for one in problems}


def _placed(problem: Problem) -> Problem:
    """Show a row's problem beside its field."""
    is_row = re.fullmatch(r"/clears/\d+", problem.pointer) is not None
    return Problem(f"{problem.pointer}/oid", problem.message) if is_row else problem


def _row_problems(rows: EntryRows, names: Names) -> Iterator[Problem]:
    if _OID.fullmatch(numbers_of(rows.oid, names)) is None:
        yield Problem("/oid", f"trap: {_NUMBERS}")
    if _NAME.fullmatch(rows.name) is None:
        yield Problem("/name", f"name: {_LETTERS}")
    if rows.role == ENDS:
        yield from _end_problems(rows.clears, names)
    for number, row in enumerate(rows.objects):
        yield from _object_problems(number, row, {one.name for one in rows.objects[:number]})


def _end_problems(clears: Sequence[str], names: Names) -> Iterator[Problem]:
    if not clears:
        yield Problem("/clears", "what it ends: name the trap that raises the alarm")
    for number, one in enumerate(clears):
        if _OID.fullmatch(numbers_of(one, names)) is None:
            yield Problem(f"/clears/{number}/oid", f"what it ends: {_NUMBERS}")


def _object_problems(number: int, row: ObjectRow, taken: Collection[str]) -> Iterator[Problem]:
    at, words = f"/objects/{number}", f"variable {number + 1}"
    if _NAME.fullmatch(row.name) is None:
        yield Problem(f"{at}/name", f"{words}: {_LETTERS}")
    elif row.name in taken:
        yield Problem(f"{at}/name", f"{words}: {row.name} is there already, name it otherwise")
    if _OID.fullmatch(row.oid.removeprefix(".")) is None:
        yield Problem(f"{at}/oid", f"{words}: write its object's numbers, without the row")
