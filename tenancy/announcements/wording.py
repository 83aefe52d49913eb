"""The text of an announcement taken apart, so that a template can show it: no HTML is made here.

Empty lines part paragraphs, lines that begin with a hyphen are a list, and an address that begins
with https:// or http:// is a link, shown as it is written: nobody is led elsewhere than they read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINK = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_AT_ITS_END = ".,;:!?)]}*_"
_ITEM = re.compile(r"[-*•] +")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text; `is_link` where it is an address."""

    text: str
    is_link: bool = False


Line = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph with its lines, or a list with its entries."""

    lines: tuple[Line, ...]
    is_list: bool = False


def parts_of(text: str) -> tuple[Part, ...]:
    r"""Take a text apart.

    >>> [(part.is_list, len(part.lines)) for part in parts_of("Work.\n\n- one\n- two")]
    [(False, 1), (True, 2)]
    """
    found: list[Part] = []
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        begins_another = bool(lines) and _is_item(line) != _is_item(lines[-1])
        if lines and (not line.strip() or begins_another):
            found.append(_part(lines))
            lines = []
        if line.strip():
            lines.append(line.strip())
    return tuple(found)


def stretches_of(line: str) -> Line:
    """Take a line apart.

    >>> [(one.text, one.is_link) for one in stretches_of("See https://a.example/x.")]
    [('See ', False), ('https://a.example/x', True), ('.', False)]
    """
    found, at = [], 0
    for link in _LINK.finditer(line):
        address = link[0].rstrip(_AT_ITS_END)
        if address.partition("://")[2]:
            found += [Stretch(line[at : link.start()]), Stretch(address, is_link=True)]
            at = link.start() + len(address)
    found.append(Stretch(line[at:]))
    return tuple(one for one in found if one.text)


def _part(lines: list[str]) -> Part:
    is_list = _is_item(lines[0])
    plain = [_ITEM.sub("", line, count=1) for line in lines] if is_list else lines
    return Part(tuple(stretches_of(line) for line in plain), is_list=is_list)


def _is_item(line: str) -> bool:
    return _ITEM.match(line.strip()) is not None
