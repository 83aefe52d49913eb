"""Examples of texts: one for each combination of contains, starts with and ends with there can be.

Pure. A text that has some parts also has what lies within these, and nothing forces it to have
more: so the parts themselves, joined by a character that none of them uses, make the example
that has the least. All combinations are found by adding one part after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runtime.rules.conditions import Op
from runtime.rules.fields import TEXT_MAX
from runtime.rules.tables.cells import Cell, Textual, Value, cell_holds

COMBINATIONS_MAX = 2048
PARTS_MAX = 40
_SEPARATORS = (" ", "-", "_", ".", "/", "~", "|", "\u00b7", "\u00a6", "\u00a7")
_FILLING = "something else"

Make = Callable[[Sequence[Textual]], Value]


def combinations(parts: Sequence[Textual], make: Make) -> list[Value] | None:
    """Give an example of each combination; None where there are too many to list."""
    if len(parts) > PARTS_MAX:
        return None
    implied = [_bits(parts, make([one])) for one in parts]
    against = [_conflicts(one, parts) for one in parts]
    found, waiting = {0: None}, [0]
    while waiting:
        had = waiting.pop()
        for index in range(len(parts)):
            more = had | implied[index]
            if more not in found and not more & against[index]:
                found[more] = None
                waiting.append(more)
        if len(found) > COMBINATIONS_MAX:
            return None
    examples = (make([one for i, one in enumerate(parts) if had >> i & 1]) for had in found)
    return [one for one in examples if not isinstance(one, str) or len(one) <= TEXT_MAX]


def text_maker(written: Sequence[str], parts: Sequence[Textual]) -> Make:
    """Give what makes a text of parts, unlike any that is written."""
    separator = _separator([*written, *(one.part for one in parts)])

    def make(wanted: Sequence[Textual]) -> str:
        begins, ends = _longest(wanted, Op.STARTS_WITH), _longest(wanted, Op.ENDS_WITH)
        within = [one.part for one in wanted if one.op is Op.CONTAINS]
        least = _joined(begins, within, ends, separator)
        filled = _joined(begins, [*within, _FILLING], ends, separator)
        candidates = (*within, filled, filled.strip(separator))
        had = _bits(parts, least)
        fitting = (one for one in candidates if one not in written and _bits(parts, one) == had)
        return next(fitting, least)

    return make


def list_maker(parts: Sequence[Textual]) -> Make:
    """Give what makes a list of texts, each one part."""
    separator = _separator([one.part for one in parts])

    def make(wanted: Sequence[Textual]) -> tuple[str, ...]:
        return tuple(one.part for one in wanted) or (separator,)

    return make


def _bits(parts: Sequence[Textual], value: Value) -> int:
    return sum(1 << i for i, one in enumerate(parts) if cell_holds(Cell((one,)), value))


def _conflicts(part: Textual, parts: Sequence[Textual]) -> int:
    """Give the parts no text can have together with this one: two beginnings, or two ends."""
    return sum(1 << i for i, other in enumerate(parts) if _exclude(part, other))


def _exclude(one: Textual, other: Textual) -> bool:
    if one.op is not other.op or one.op is Op.CONTAINS:
        return False
    short, long = sorted((one.part.casefold(), other.part.casefold()), key=len)
    return not (long.startswith(short) if one.op is Op.STARTS_WITH else long.endswith(short))


def _joined(begins: str, within: Sequence[str], ends: str, separator: str) -> str:
    return separator.join((begins, *within, ends))


def _longest(parts: Sequence[Textual], op: Op) -> str:
    return max((one.part for one in parts if one.op is op), key=len, default="")


def _separator(texts: Sequence[str]) -> str:
    return next(_unused("".join(texts).casefold()))


def _unused(used: str) -> Iterator[str]:
    yield from (one for one in _SEPARATORS if one not in used)
    yield from (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in used)
