"""A document with what must not be shared taken out: places to fill in stand instead. Pure.

The same thing gets the same place wherever it stands, so that expressions go on reading what they
read; a later version of a template keeps the places of the one before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from blocks.registry import Registry
from kernel.schema import pointer_to
from marketplace.sharing.checking import (
    NOTHING_KNOWN,
    Known,
    check,
    fingerprint,
    hidden_paths,
    spans_in,
)
from marketplace.sharing.findings import PLACEHOLDER, Finding, Path, Span
from marketplace.sharing.places import Places
from marketplace.sharing.references import WHAT, references_in
from marketplace.sharing.texts import Text, texts_in

_ROUNDS = 20
_WORDS = {
    "secret": "a secret",
    "url": "a web address",
    "email": "an e-mail address",
    "host": "the name of a host",
    "address": "an address of a machine",
    "phone": "a telephone number",
    "place": "a place or postal address",
    "name": "a name",
}
_ORDER = {"secret": 0, "address": 1, "name": 2, "reference": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place to fill in: its name, what goes there, and where it stands as people read it."""

    name: str
    word: str
    what: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What cleaning made.

    Attributes:
        numbering: Which place stands for what, by digests that give nothing away: to be given
            when a later version is cleaned.
        found: What was taken out.
    """

    document: Any
    numbering: Mapping[str, str]
    found: tuple[Finding, ...]


def clean(
    document: Any,
    known: Known = NOTHING_KNOWN,
    registry: Registry | None = None,
    *,
    confirmed: Collection[str] = (),
    numbering: Mapping[str, str] | None = None,
) -> Cleaned:
    """Take out of a document what the check finds, but for what was confirmed and may stay."""
    found = check(document, known, registry, confirmed=confirmed)
    work = _Cleaning(known, registry, confirmed, dict(numbering or {}))
    work.taken.update(one.name for one in slots_in(document, registry))
    made = deepcopy(document)
    for _ in range(_ROUNDS):
        made, is_changed = work.round(made)
        if not is_changed:
            break
    return Cleaned(document=made, numbering=work.numbering, found=tuple(found))


def slots_in(document: Any, registry: Registry | None = None) -> list[Slot]:
    """List the places of a document that are to be filled in, by their names."""
    places = Places(document, registry)
    found: dict[str, list[str]] = {}
    for text in texts_in(document, registry):
        for name in PLACEHOLDER.findall(text.value):
            said = places.name(text.path, is_key=text.is_key)
            if not text.follows:
                found.setdefault(name, []).append(said)
    return [
        Slot(name=name, word=_word(name), what=_what(name), places=tuple(dict.fromkeys(said)))
        for name, said in sorted(found.items())
    ]


def filled(document: Any, values: Mapping[str, str]) -> Any:
    """Put values in the place of places to fill in; those without one stay to be filled in.

    >>> filled({"to": "fill_in_email_1"}, {"fill_in_email_1": "desk@example.org"})
    {'to': 'desk@example.org'}
    """
    if isinstance(document, dict):
        return {_put(name, values): filled(one, values) for name, one in document.items()}
    if isinstance(document, list):
        return [filled(one, values) for one in document]
    return _put(document, values) if isinstance(document, str) else document


def _put(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda one: values.get(one.group(), one.group()), text)


class _Cleaning:
    def __init__(
        self,
        known: Known,
        registry: Registry | None,
        confirmed: Collection[str],
        numbering: dict[str, str],
    ) -> None:
        self._known = known
        self._registry = registry
        self._confirmed = confirmed
        self.numbering = numbering
        self.taken = set(numbering.values())
        """Places that have a meaning: also those that a template this was made of brought."""

    def round(self, document: Any) -> tuple[Any, bool]:
        """Take out all that is found once; what is left may show more."""
        whole = {one.path: (one.word, one.name) for one in references_in(document, self._registry)}
        for text in texts_in(document, self._registry):
            if text.value in self._known.connections and not text.is_key:
                whole.setdefault(text.path, ("connection", text.value))
        for path in hidden_paths(document, self._registry):
            whole[path] = ("secret", "")
        new: dict[tuple[Path, bool], str] = {
            (path, False): self._place(word, name, path) for path, (word, name) in whole.items()
        }
        for text in texts_in(document, self._registry):
            said = self._said(text) if (text.path, text.is_key) not in new else text.value
            if said != text.value:
                new[text.path, text.is_key] = said
        return (_rewritten(document, new, ()), True) if new else (document, False)

    def _said(self, text: Text) -> str:
        found, at = "", 0
        for one in self._spans(text):
            found += text.value[at : one.start]
            place = self._place(one.word, text.value[one.start : one.end], text.path)
            found += f" {place}" if found[-1:].isalnum() else place  # or it is not read as one
            at = one.end
        return found + text.value[at:]

    def _spans(self, text: Text) -> list[Span]:
        """Give what is to go, each once: where two overlap, both as one, called by the gravest."""
        merged: list[Span] = []
        for one in sorted(spans_in(text, self._known), key=lambda one: one.start):
            if self._stays(text, one):
                continue
            if merged and one.start < merged[-1].end:
                gravest = min(merged[-1], one, key=lambda it: _ORDER[it.kind])
                last = merged.pop()
                merged.append(
                    Span(
                        start=last.start,
                        end=max(last.end, one.end),
                        kind=gravest.kind,
                        what=gravest.what,
                        word=gravest.word,
                    )
                )
            else:
                merged.append(one)
        return merged

    def _stays(self, text: Text, one: Span) -> bool:
        if not one.may_stay:
            return False
        said = text.value[one.start : one.end]
        found = Finding(
            kind=one.kind, what=one.what, word=one.word, path=text.path, place="", text=said
        )
        return fingerprint(found) in self._confirmed

    def _place(self, word: str, said: str, path: Path) -> str:
        """Give the place that stands for something: of a secret by where it stands, not by it."""
        about = pointer_to(path) if word == "secret" else said.casefold().strip()
        digest = hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()
        key = f"{word}:{digest[:24]}"
        if key not in self.numbering:
            same = [one for one in self.taken if _word(one) == word]
            number = max((int(one.rpartition("_")[2]) for one in same), default=0) + 1
            self.numbering[key] = f"fill_in_{word}_{number}"
            self.taken.add(self.numbering[key])
        return self.numbering[key]


def _rewritten(value: Any, new: Mapping[tuple[Path, bool], str], path: Path) -> Any:
    if (path, False) in new:
        return new[path, False]
    if isinstance(value, dict):
        return {
            new.get(((*path, name), True), name): _rewritten(one, new, (*path, name))
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_rewritten(one, new, (*path, at)) for at, one in enumerate(value)]
    return value


def _word(name: str) -> str:
    return name.removeprefix("fill_in_").rpartition("_")[0]


def _what(name: str) -> str:
    word = _word(name)
    return _WORDS.get(word) or WHAT.get(word, "something").replace(" of yours", "")
