"""How long a short message is: its alphabet, and into how many parts a network splits it.

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension), TS 23.040, 9.2.3.24.1:
140 octets a message, 6 of them for the header of each part of a longer one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")
_LIMITS = {"GSM 03.38": (160, 153), "UCS-2": (70, 67)}

Alphabet = Literal["GSM 03.38", "UCS-2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long a text is as short messages.

    Attributes:
        alphabet: What it has to be written in.
        units: Septets of the one alphabet, or 16-bit units of the other.
        parts: How many messages it is sent, and paid, as.
    """

    alphabet: Alphabet
    units: int
    parts: int


def length_of(text: str) -> Length:
    """Count a text.

    No part ends within a character: an escape of the extension, or a pair of UTF-16, goes whole
    into the next.

    >>> length_of("a" * 161), length_of("Störung €"), length_of("€" * 80).parts
    (Length(alphabet='GSM 03.38', units=161, parts=2), \
Length(alphabet='GSM 03.38', units=10, parts=1), 1)
    >>> length_of("ł" * 71)
    Length(alphabet='UCS-2', units=71, parts=2)
    """
    is_gsm = all(one in _BASIC or one in _EXTENSION for one in text)
    alphabet: Alphabet = "GSM 03.38" if is_gsm else "UCS-2"
    size = _septets if is_gsm else _words
    units = sum(map(size, text))
    alone, together = _LIMITS[alphabet]
    parts = 1 if units <= alone else len(_ends(text, size, together)) + 1
    return Length(alphabet=alphabet, units=units, parts=parts)


def cut_to(text: str, parts: int) -> str:
    """Give as much of a text as fits into so many messages, with three dots where it was cut.

    >>> cut_to("a" * 200, 1)[-5:], len(cut_to("a" * 200, 1)), cut_to("ab", 1)
    ('aa...', 160, 'ab')
    """
    if length_of(text).parts <= parts:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits: a longer one never has fewer parts
        middle = (low + high + 1) // 2
        if length_of(text[:middle] + "...").parts <= parts:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "..."


def _ends(text: str, size: Callable[[str], int], room: int) -> list[int]:
    """List where one part ends and the next begins."""
    ends, used = [], 0
    for index, one in enumerate(text):
        if used + size(one) > room:
            ends.append(index)
            used = 0
        used += size(one)
    return ends


def _septets(one: str) -> int:
    return 2 if one in _EXTENSION else 1


def _words(one: str) -> int:
    return len(one.encode("utf-16-le")) // 2
