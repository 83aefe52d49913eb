"""What blocks are found by: words prepared for the search of `static/js/canvas/search.js`.

The search itself runs in the page, at every key; here is what each word of a block is worth. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

Field = tuple[int, str, list[str]]
"""Worth, what to say of the block where it is found by this (""; its summary), and the words."""
TITLE, KEYWORD, CATEGORY, SUMMARY = 40, 30, 15, 10
_SHORT = 5
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[\u0300-\u036f]")


def words_of(text: str) -> list[str]:
    """Take a text apart into words without case and accents.

    >>> words_of("Größe: E-Mail senden")
    ['große', 'e', 'mail', 'senden']
    """
    return _WORD.findall(_MARKS.sub("", unicodedata.normalize("NFKD", text.lower())))


def fields_of(
    title: str, keywords: Sequence[str], category: str, summary: str, *, is_core: bool
) -> list[Field]:
    """Give what a block is found by, from what says most of it to what says least.

    What is one word long is worth a little more than what has more of them: who types "wait" means
    Wait before Wait for an event. What ships with Garland likewise, before others'.
    """
    core = 2 if is_core else 0
    words = words_of(title)
    # who writes "e-mail" may look for "email"
    joined = [a + b for a, b in pairwise(words) if len(a) == 1]
    said = [
        (TITLE, "", words + joined),
        *((KEYWORD, f"Also: {one}", words_of(one)) for one in keywords),
    ]
    return [
        *((worth + core + max(0, _SHORT - len(found)), why, found) for worth, why, found in said),
        (CATEGORY, category, words_of(category)),
        (SUMMARY, "", words_of(summary)),
    ]
