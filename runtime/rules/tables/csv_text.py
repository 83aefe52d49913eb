"""A decision table as CSV, for spreadsheets: a line of heads, then a line for each row.

Pure. A head says what its column is: `in perceived_severity`, `in attributes.load number`,
`out set attributes.team`, `out start`, `out do`, `out value score number`, `note`. What a
spreadsheet would take for a formula gets an apostrophe in front, which is taken off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.rules.fields import ATTRIBUTES, find_field
from runtime.rules.tables._schema import INPUT_KIND_NAMES, OUTPUT_KIND_NAMES, ROWS_MAX, TARGETS

SIZE_MAX_BYTES = 2_000_000
_NAMED = ("set", "value")
_FORMULAS = ("=", "+", "@", "'", "\t", "\r")


def write_csv(document: Mapping[str, Any]) -> str:
    """Write a good table document as CSV, lines ending as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [*map(_input_head, document["inputs"]), *map(_output_head, document["outputs"])]
    writer.writerow([_guarded(one) for one in (*heads, "note")])
    for row in document["rows"]:
        cells = (*row["when"], *row["then"], row.get("note", ""))
        writer.writerow([_guarded(one) for one in cells])
    return out.getvalue()


def _input_head(column: Mapping[str, Any]) -> str:
    return " ".join(filter(None, ("in", column["field"], column.get("kind"))))


def _output_head(column: Mapping[str, Any]) -> str:
    name = column.get("name") if column["to"] in _NAMED else None
    return " ".join(filter(None, ("out", column["to"], name, column.get("kind"))))


def _guarded(text: str) -> str:
    is_formula = text.startswith(_FORMULAS) or (text.startswith("-") and not _is_number(text))
    return f"'{text}" if is_formula and text != "-" else text


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).isdigit()


def read_csv(body: bytes) -> dict[str, Any]:
    """Read inputs, outputs and rows; what else a table has is not in the file.

    Commas, semicolons and tabs part the cells, whichever the heads are parted by.

    Raises:
        InvalidError: naming the line or the head, and the remedy.
    """
    lines = _lines(body)
    heads = [one.strip() for one in lines[0]]
    while heads and not heads[-1]:
        heads.pop()
    columns = [_column(index, head) for index, head in enumerate(heads)]
    places = {
        side: [i for i, (s, _) in enumerate(columns) if s == side] for side in ("in", "out", "note")
    }
    for side, word in (("in", "in perceived_severity"), ("out", "out set attributes.team")):
        if not places[side]:
            raise _refusal(f"no head begins with {side}: write one such as {word}")
    rows = [
        _row(line, number, places, len(heads))
        for number, line in enumerate(lines[1:], 2)
        if any(map(str.strip, line))
    ]
    return {
        "inputs": [columns[i][1] for i in places["in"]],
        "outputs": [columns[i][1] for i in places["out"]],
        "rows": rows,
    }


def _lines(body: bytes) -> list[list[str]]:
    if len(body) > SIZE_MAX_BYTES:
        raise _refusal(f"the file is larger than {SIZE_MAX_BYTES:,} bytes: part it")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise _refusal(f"line {line} is not UTF-8: save the file as CSV UTF-8") from None
    if not text.strip():
        raise _refusal("the file is empty: write a line of heads, then a line for each row")
    first = text.lstrip("\r\n").partition("\n")[0]
    parting = max((",", ";", "\t"), key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=parting))
    except csv.Error as error:
        raise _refusal(f"the file is no CSV: {error}") from None
    if len(lines) > 2 * ROWS_MAX:
        raise _refusal(f"the file has {len(lines)} lines: a table has at most {ROWS_MAX} rows")
    return lines


def _column(index: int, head: str) -> tuple[str, dict[str, Any]]:
    """Read a head; a field's or value's name may hold spaces, a kind is its last word."""
    text = head.removeprefix("'")
    side, _, rest = text.partition(" ")
    if text.lower() == "note":
        return "note", {}
    if side == "in" and rest:
        name, kind = _parted(rest, INPUT_KIND_NAMES)
        if find_field(name) is not None:
            typed = {"kind": kind} if kind and name.startswith(ATTRIBUTES) else {}
            return "in", {"field": name, **typed}
        raise _refusal(f"head {index + 1}: {name} is not a field: use one, or attributes.<name>")
    to, _, named = rest.partition(" ")
    if side == "out" and to in TARGETS and bool(named) is (to in _NAMED):
        name, kind = _parted(named, OUTPUT_KIND_NAMES)
        known = {"name": name} if name else {}
        return "out", {"to": to, **known, **({"kind": kind} if kind else {})}
    raise _refusal(
        f"head {index + 1}, {head or 'which is empty'}, is not known: write in <field>, "
        "out set <field>, out start, out do, out value <name>, or note"
    )


def _parted(text: str, kinds: Sequence[str]) -> tuple[str, str]:
    name, _, kind = text.rpartition(" ")
    return (name.strip(), kind) if name and kind in kinds else (text.strip(), "")


def _row(
    line: Sequence[str], number: int, places: Mapping[str, Sequence[int]], width: int
) -> dict[str, Any]:
    if any(map(str.strip, line[width:])):
        raise _refusal(f"line {number} has more cells than there are heads: put commas in quotes")
    cells = [*(one.removeprefix("'") for one in line), *[""] * width]
    note = next((cells[i].strip() for i in places["note"]), "")
    row: dict[str, Any] = {
        "when": [cells[i].strip() or "-" for i in places["in"]],
        "then": [cells[i].strip() for i in places["out"]],
    }
    return {**row, "note": note} if note else row


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("", message)])
