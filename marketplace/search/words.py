"""What a listing is found by: words without case and accents, and what each is worth. Pure.

How close a typed word is to one of these is `marketplace.search.typos`; what a search makes of both
is `marketplace.search.ranking`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from marketplace.search.model import Entry

NAME, KEYWORD, PUBLISHER, CATEGORY, SUMMARY, PERMISSION, DOCS = 24, 12, 10, 9, 5, 2, 1
STRONG = CATEGORY
"""From here on a word says what a listing is; weaker ones only occur in what is written of it."""
READ_AS = 1
"""Grows when texts are read in another way: what was kept by the way before is read anew."""
WORD_MAX = 40
DOCS_WORDS_MAX = 400
_SHORT_NAME = 6
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[\u0300-\u036f]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SINGULAR_MIN = 4
_NOT_PLURAL = ("ss", "us", "is")
_STOP = """a an and are as at be by can do for from how i in into is it my of on or that the this
to want when with you your"""
STOP_WORDS = frozenset(_STOP.split())
_SAME = (
    ("alarm", "alert"),
    ("ticket", "incident"),
    ("email", "mail"),
    ("sms", "text message"),
    ("chat", "slack", "teams"),
    ("backup", "back up"),
    ("notify", "notification"),
    ("config", "configuration"),
    ("db", "database"),
    ("k8s", "kubernetes"),
    ("holiday", "calendar"),
    ("outage", "down"),
)


def fold(text: str) -> str:
    """Write a text without case and accents.

    >>> fold("Zürich ÉCLAIR")
    'zurich eclair'
    """
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def words_of(text: str) -> list[str]:
    """Take a text apart into words as they are kept: folded, in the singular, humps as words too.

    >>> words_of("Send e-mails to ServiceNow")
    ['send', 'e', 'mail', 'email', 'to', 'servicenow', 'service', 'now']
    """
    found: list[str] = []
    before = ""
    for word in _WORD.findall(text):
        one = _kept(word)
        found.append(one)
        if len(before) == 1 and before.isalpha():  # who writes "e-mail" may look for "email"
            found.append(before + one)
        humps = _HUMP.split(word)
        if len(humps) > 1:
            found += (_kept(hump) for hump in humps)
        before = one
    return found


def _kept(word: str) -> str:
    return singular(fold(word))[:WORD_MAX]


def singular(word: str) -> str:
    """Take the s of a plural away; what only looks like one stays the same in both places.

    >>> [singular(one) for one in ("links", "status", "gas", "access")]
    ['link', 'status', 'gas', 'access']
    """
    is_plural = word.endswith("s") and len(word) >= _SINGULAR_MIN
    return word[:-1] if is_plural and not word.endswith(_NOT_PLURAL) else word


def asked_words(text: str) -> list[str]:
    """Take what was typed apart; words that say nothing are left out where others remain.

    >>> asked_words("how to send an e-mail")
    ['send', 'email']
    >>> asked_words("to")
    ['to']
    """
    plain = [_kept(word) for word in _WORD.findall(text)]
    joined: list[str] = []
    for word in plain:
        if joined and len(joined[-1]) == 1 and joined[-1] == "e":
            joined[-1] += word
        else:
            joined.append(word)
    telling = [word for word in joined if word not in STOP_WORDS]
    return list(dict.fromkeys(telling or joined))


def words_in(entry: Entry) -> dict[str, int]:
    """Give every word that a listing is found by, and what it is worth there, at least 1.

    Where a word stands in several fields it is worth all of them. A word of a short name is worth
    more: who types "wait" means Wait before Wait for an event.
    """
    worth: dict[str, int] = {}
    name = words_of(entry.title)
    bonus = max(0, _SHORT_NAME - len(name))
    _add(worth, (*name, *_pairs(name)), NAME + bonus)
    for keyword in (*entry.keywords, entry.listing_id.partition(".")[2]):
        said = words_of(keyword)
        _add(worth, said, KEYWORD, at_most=NAME + bonus)
        _add(worth, _pairs(said), NAME)  # a name that people have for it
    _add(worth, words_of(f"{entry.publisher} {entry.publisher_name}"), PUBLISHER)
    _add(worth, words_of(" ".join(entry.categories)), CATEGORY)
    _add(worth, words_of(entry.summary), SUMMARY)
    _add(worth, words_of(" ".join(entry.permissions)), PERMISSION)
    docs = [word for word in dict.fromkeys(words_of(entry.docs)) if word not in STOP_WORDS]
    _add(worth, docs[:DOCS_WORDS_MAX], DOCS)
    return worth


def _pairs(words: list[str]) -> list[str]:
    """Neighbours as one word: who types "servicenow" finds "Service Now"."""
    return [a + b for a, b in pairwise(words) if a + b not in words and len(a + b) <= WORD_MAX]


def _add(worth: dict[str, int], words: Iterable[str], value: int, at_most: int = 0) -> None:
    for word in set(words):
        so_far = worth.get(word, 0)
        if not at_most or so_far < at_most:
            worth[word] = so_far + value


def _others() -> dict[str, tuple[str, ...]]:
    return {
        one: tuple(other for other in group if other != one) for group in _SAME for one in group
    }


SYNONYMS = _others()
"""What people call the same by other words; each of them may be of two words."""
