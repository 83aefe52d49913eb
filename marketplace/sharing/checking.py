"""The check of a document that is to be shared: every secret, address, name and reference in it.

Pure: what the organisation has is given. What the check finds nothing in holds nothing that it
looks for; what it looks for is said in `docs/sharing-templates.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from blocks.registry import Registry
from kernel.schema import path_of
from marketplace.sharing.addresses import addresses_in, whole
from marketplace.sharing.findings import (
    PLACEHOLDER,
    Finding,
    Path,
    Span,
    outside_placeholders,
)
from marketplace.sharing.names import Names, names_in
from marketplace.sharing.places import Places
from marketplace.sharing.references import WHAT, references_in
from marketplace.sharing.secrets import in_secret_field, secrets_in
from marketplace.sharing.texts import Text, texts_in
from runtime.flows.exchange.secrets import without_secrets

_LONG = 6
"""From how many digits on a number can be somebody's: of a customer, of a device."""
_GRAVEST = ("secret", "address", "name", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an organisation has that a shared document must not hold.

    Attributes:
        secrets: What its connections hold in secret fields.
        connections: What its connections are called: found where a text says that alone.
    """

    names: Names = field(default_factory=Names)
    secrets: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()


def check(
    document: Any,
    known: Known = NOTHING_KNOWN,
    registry: Registry | None = None,
    *,
    confirmed: Collection[str] = (),
) -> list[Finding]:
    """List what must not be shared as it is, the gravest first, then in the document's order.

    Args:
        document: A workflow, rule or decision table of its schema, or words by their fields.
        known: What the organisation has.
        registry: Its blocks, for fields that are secret, and for labels.
        confirmed: Fingerprints of findings that somebody said are none: only where they may stay.
    """
    places = Places(document, registry, known.secrets)
    found = [*_of_texts(document, known, registry, places), *_hidden(document, registry, places)]
    found += _references(document, known, registry, places)
    left = {
        (one.path, one.is_key, one.kind, one.text): one
        for one in found
        if not (one.may_stay and fingerprint(one) in confirmed)
    }
    return sorted(left.values(), key=lambda one: _GRAVEST.index(one.kind))


def fingerprint(one: Finding) -> str:
    """Name what was found, wherever it stands: so that somebody can say that it is none."""
    return _digest(f"{one.kind}:{one.text.casefold()}")


def spans_in(text: Text, known: Known) -> list[Span]:
    """List what stands in one text of a document, outside of places to fill in."""
    if text.is_secret and not _is_filled_later(text.value):
        hidden = [Span(start=0, end=len(text.value), kind="secret", what="a secret", word="secret")]
        return hidden if text.is_number else list(in_secret_field(text.value))
    if text.is_place and not _is_filled_later(text.value) and not text.value.startswith("= "):
        return [whole(text.value)] if text.value.strip() else []
    if text.is_number:
        return list(names_in(text.value, known.names)) if len(text.value) >= _LONG else []
    return [
        _moved(one, start)
        for start, part in outside_placeholders(text.value)
        for look in (
            secrets_in(part, known.secrets),
            addresses_in(part),
            names_in(part, known.names),
        )
        for one in look
    ]


def hidden_paths(document: Any, registry: Registry | None) -> list[Path]:
    """List where a workflow holds a value in a field that its block's schema calls secret."""
    if registry is None or not isinstance(document, dict) or "flow" not in document:
        return []
    pointers = without_secrets(document, registry)[1]
    paths = [_walked(document, path_of(one)) for one in pointers]
    return [one for one in paths if _is_hidden(_at(document, one))]


def _is_hidden(value: Any) -> bool:
    """Tell whether a secret field says one itself, and does not read it from elsewhere."""
    if not isinstance(value, str):
        return True
    return not _is_filled_later(value) and any(in_secret_field(value))


def _of_texts(
    document: Any, known: Known, registry: Registry | None, places: Places
) -> Iterator[Finding]:
    for text in texts_in(document, registry):
        if text.follows:
            continue
        spans = spans_in(text, known)
        secrets = [(one.start, one.end) for one in spans if one.kind == "secret"]
        for one in spans:
            yield Finding(
                kind=one.kind,
                what=one.what,
                word=one.word,
                path=text.path,
                place=places.name(text.path, is_key=text.is_key),
                text=text.value[one.start : one.end],
                may_stay=one.may_stay,
                is_key=text.is_key,
                pointer=places.pointer(text.path),
                hidden=_within(one, secrets),
            )


def _within(one: Span, secrets: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Give what of the secrets in a text lies in something else that was found in it."""
    met = ((max(start, one.start), min(end, one.end)) for start, end in secrets)
    return tuple((start - one.start, end - one.start) for start, end in met if start < end)


def _hidden(document: Any, registry: Registry | None, places: Places) -> Iterator[Finding]:
    for path in hidden_paths(document, registry):
        said = str(_at(document, path))
        what = "a secret"
        yield Finding(
            kind="secret",
            what=what,
            word="secret",
            path=path,
            place=places.name(path),
            text=said,
            pointer=places.pointer(path),
        )


def _references(
    document: Any, known: Known, registry: Registry | None, places: Places
) -> Iterator[Finding]:
    named = [(one.word, one.path, one.name) for one in references_in(document, registry)]
    there = {path for _, path, _ in named}
    alone = (
        ("connection", text.path, text.value)
        for text in texts_in(document, registry)
        if text.value in known.connections and not text.is_key and text.path not in there
    )
    for word, path, name in (*named, *alone):
        yield Finding(
            kind="reference",
            what=WHAT[word],
            word=word,
            path=path,
            place=places.name(path),
            text=name,
            pointer=places.pointer(path),
        )


def _moved(one: Span, by: int) -> Span:
    return Span(
        start=one.start + by,
        end=one.end + by,
        kind=one.kind,
        what=one.what,
        word=one.word,
        may_stay=one.may_stay,
    )


def _is_filled_later(value: str) -> bool:
    return PLACEHOLDER.fullmatch(value.strip()) is not None


def _walked(document: Any, names: list[str]) -> Path:
    """Give a pointer's path with whole numbers where lists are."""
    found: list[str | int] = []
    for name in names:
        part: str | int = int(name) if isinstance(document, list) else name
        document = document[part]
        found.append(part)
    return tuple(found)


def _at(document: Any, path: Path) -> Any:
    for part in path:
        document = document[part]
    return document


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
