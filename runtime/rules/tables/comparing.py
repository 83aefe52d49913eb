"""What changed between two documents of a decision table, in the words of the grid. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from runtime.flows.comparing import Change
from runtime.rules.tables.cell_text import ANY_TEXT
from runtime.rules.tables.columns import Input, Output, input_columns, output_columns
from runtime.rules.tables.words import AGGREGATE_WORDS, HIT_WORDS, input_title, output_title

_SETTINGS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "name": ("Name", str),
    "hit": ("Hit policy", lambda value: HIT_WORDS[value]),
    "aggregate": ("Numbers", lambda value: AGGREGATE_WORDS[value]),
    "on": ("When it looks", ", ".join),
    "cooldown_s": ("Pause", lambda value: f"{value} seconds"),
    "priority": ("Priority", str),
    "notes": ("Notes", str),
}


def compare_tables(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """List what differs between two good documents: settings, columns, then rows by number."""
    return [*_settings(old, new), *_lists(old, new)]


def row_words(document: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Say what a row asks and puts out; what it leaves open is left out.

    >>> document = {"inputs": [{"field": "perceived_severity"}], "hit": "first",
    ...             "outputs": [{"to": "start"}], "rows": []}
    >>> row_words(document, {"when": [">= major"], "then": ["ticket"], "note": "for Berta"})
    'Severity >= major: Start workflow ticket (for Berta)'
    """
    asked = [
        f"{input_title(column)} {cell}"
        for column, cell in zip(input_columns(document), row["when"], strict=True)
        if cell.strip() not in ("", ANY_TEXT)
    ]
    said = [
        f"{output_title(column)} {cell}"
        for column, cell in zip(output_columns(document), row["then"], strict=True)
        if cell.strip() not in ("", ANY_TEXT)
    ]
    note = f" ({row['note']})" if row.get("note") else ""
    return f"{', '.join(asked) or 'any'}: {', '.join(said) or 'nothing'}{note}"


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, (title, words) in _SETTINGS.items():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        lines = [f"-{words(before)}"] if before is not None else []
        lines += [f"+{words(after)}"] if after is not None else []
        yield _change(name, title, lines, had=before is not None, has=after is not None)


def _lists(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, title, words in (
        ("inputs", "Input columns", _inputs),
        ("outputs", "Output columns", _outputs),
        ("rows", "Rows", _rows),
    ):
        thing = "row" if name == "rows" else "column"
        lines = _differences(words(old), words(new), thing)
        if lines:
            yield _change(name, title, lines, had=True, has=True)


def _inputs(document: Mapping[str, Any]) -> list[str]:
    return [_input(one) for one in input_columns(document)]


def _input(column: Input) -> str:
    return f"{input_title(column)} ({column.field}, {column.kind.value})"


def _outputs(document: Mapping[str, Any]) -> list[str]:
    return [_output(one) for one in output_columns(document)]


def _output(column: Output) -> str:
    order = f", order {', '.join(map(str, column.order))}" if column.order else ""
    name = f" {column.name}" if column.name else ""
    return f"{output_title(column)} ({column.to.value}{name}, {column.kind.value}{order})"


def _rows(document: Mapping[str, Any]) -> list[str]:
    return [row_words(document, row) for row in document["rows"]]


def _differences(old: Sequence[str], new: Sequence[str], thing: str) -> list[str]:
    """Write what went with a minus and what came with a plus, each with its number."""
    found: list[str] = []
    same = _alike(old, new)  # the matcher looks for the longest run, be it in another place
    tail = _alike(reversed(old[same:]), reversed(new[same:]))
    middles = old[same : len(old) - tail], new[same : len(new) - tail]
    matcher = SequenceMatcher(None, *middles, autojunk=False)
    for verb, begin, end, new_begin, new_end in matcher.get_opcodes():
        if verb != "equal":
            gone, come = range(same + begin, same + end), range(same + new_begin, same + new_end)
            found += [f"-{thing} {at + 1}: {old[at]}" for at in gone]
            found += [f"+{thing} {at + 1}: {new[at]}" for at in come]
    return found


def _alike(old: Iterable[str], new: Iterable[str]) -> int:
    """Count how many are the same from the beginning."""
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _change(name: str, title: str, lines: Sequence[str], *, had: bool, has: bool) -> Change:
    kind = "changed" if had and has else ("removed" if had else "added")
    return Change(part=f"/{name}", title=title, kind=kind, lines=tuple(lines))  # type: ignore[arg-type]
