"""A block's page (`README.md`) taken apart, so that a template can show it: no HTML is made here.

It reads the part of Markdown that such pages need: headings, paragraphs, lists, tables, code, and
inside them `code`, **strong** and *stressed* words. Everything else stays the text it is, pictures
are left out, and of a link its text is kept: a page of somebody else's leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["text", "code", "strong", "stressed"]
PartKind = Literal["heading", "text", "code", "list", "table"]

_SPAN = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*")
_KINDS: tuple[SpanKind, ...] = ("code", "strong", "stressed")
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\n]{0,500}\)")
_ITEM = re.compile(r"(?:[-*]|\d{1,3}\.) +")
_INDENT = "    "
PAGE_MAX = 64 * 1024
"""Characters that are read: a page is for people."""
_CELL_BREAK = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text of one look."""

    kind: SpanKind
    text: str


Cell = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a page.

    Attributes:
        kind: What it is.
        rows: A heading, a text or code is one row of one cell; a list has a row for each entry; a
            table's first row is its head.
    """

    kind: PartKind
    rows: tuple[tuple[Cell, ...], ...]


def parts_of(page: str) -> tuple[Part, ...]:
    r"""Take a page apart; its first heading is left out, since whoever shows it has the title.

    >>> [part.kind for part in parts_of("# A block\n\nUse it.\n\n- one\n- two\n")]
    ['text', 'list']
    """
    lines = _PICTURE.sub("", page[:PAGE_MAX]).splitlines()
    while lines and not lines[0].strip():
        lines.pop(0)
    if lines and lines[0].startswith("# "):
        lines.pop(0)
    return tuple(part for group in _groups(lines) for part in _read(group))


def spans_of(text: str) -> Cell:
    """Take a line apart.

    >>> [(one.kind, one.text) for one in spans_of("Say `a` or **b**.")]
    [('text', 'Say '), ('code', 'a'), ('text', ' or '), ('strong', 'b'), ('text', '.')]
    """
    spans, at = [], 0
    for found in _SPAN.finditer(text):
        if found.start() > at:
            spans.append(Span("text", _plain(text[at : found.start()])))
        index = next(index for index in range(3) if found[index + 1] is not None)
        kind = _KINDS[index]
        spans.append(Span(kind, found[index + 1] if kind == "code" else _plain(found[index + 1])))
        at = found.end()
    if at < len(text):
        spans.append(Span("text", _plain(text[at:])))
    return tuple(spans)


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", text)


def _groups(lines: list[str]) -> Iterator[list[str]]:
    """Give lines that belong together: fenced code whole, else what stands between empty lines."""
    group: list[str] = []
    is_fenced = False
    for line in lines:
        is_fence = line.startswith("```")
        if (is_fence and not is_fenced) or (not line.strip() and not is_fenced):
            if group:
                yield group
            group = [line] if is_fence else []
        else:
            group.append(line)
        is_fenced ^= is_fence
    if group:
        yield group


def _read(group: list[str]) -> Iterator[Part]:
    if group[0].startswith("```"):
        inner = [line for line in group[1:] if not line.startswith("```")]
        yield _code(inner)
    elif all(line.startswith(_INDENT) for line in group):
        yield _code([line.removeprefix(_INDENT) for line in group])
    elif group[0].startswith("#"):
        yield Part("heading", ((spans_of(group[0].lstrip("#").strip()),),))
        if group[1:]:
            yield from _read(group[1:])
    elif group[0].startswith("|"):
        yield _table(group)
    elif _ITEM.match(group[0]):
        yield Part("list", tuple((spans_of(entry),) for entry in _entries(group)))
    else:
        yield Part("text", ((spans_of(" ".join(line.strip() for line in group)),),))


def _code(lines: list[str]) -> Part:
    return Part("code", (((Span("code", "\n".join(lines)),),),))


def _table(group: list[str]) -> Part:
    rows = [
        tuple(
            spans_of(cell.strip().replace("\\|", "|"))
            for cell in _CELL_BREAK.split(line.strip().strip("|"))
        )
        for line in group
        if set(line) - set("|-: ")
    ]
    return Part("table", tuple(rows))


def _entries(group: list[str]) -> Iterator[str]:
    entry = ""
    for line in group:
        found = _ITEM.match(line)
        if found and entry:
            yield entry
        entry = line[found.end() :] if found else f"{entry} {line.strip()}"
    yield entry
