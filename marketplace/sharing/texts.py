"""Every text of a document that is to be shared: where it stands, and what kind of place that is.

Works on workflows, rules, decision tables and plain words alike. Words that a document's own
schema gives (names of fields, enumerations) are nobody's data; ids that repeat what stands
elsewhere (ends of wires, members of groups) follow it. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from blocks.registry import Block, Registry
from marketplace.sharing.addresses import names_a_place
from marketplace.sharing.findings import Path
from marketplace.sharing.secrets import names_a_secret
from runtime.flows.model import FLOW_SCHEMA, every_step
from runtime.rules.model import RULE_SCHEMA
from runtime.rules.tables.model import TABLE_SCHEMA

_UNREAD = frozenset({"block", "version", "digest", "publisher"})
"""Names of blocks are public, and what a document is written in."""
_SHELVES = frozenset({"steps", "triggers", "vars", "groups"})
_PLACED = frozenset({"position", "size"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of a document.

    Attributes:
        path: Where it stands; its last part is the text itself where `is_key`.
        value: What it says; a number as it is written.
        key: The name of the field it stands in.
        is_secret: Whether that name, or one around it, says that it holds a secret.
        is_place: Whether it says that it holds an address.
        follows: Whether it repeats an id that stands elsewhere.
    """

    path: Path
    value: str
    is_key: bool = False
    is_number: bool = False
    is_secret: bool = False
    is_place: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What documents are written with: names of fields, and words that are chosen from."""

    fields: frozenset[str] = field(default_factory=frozenset)
    words: frozenset[str] = field(default_factory=frozenset)


def texts_in(document: Any, registry: Registry | None = None) -> Iterator[Text]:
    """Yield every text of a document, keys that somebody chose too."""
    known = _vocabulary()
    if registry is not None and isinstance(document, Mapping) and "flow" in document:
        known = _with_blocks(known, document, registry)
    yield from _Walk(known).of(document, ())


class _Walk:
    def __init__(self, known: Vocabulary) -> None:
        self._known = known

    def of(self, value: Any, path: Path, *, is_secret: bool = False) -> Iterator[Text]:
        if isinstance(value, Mapping):
            for name, one in value.items():
                yield from self._field(str(name), one, path, is_secret=is_secret)
        elif isinstance(value, list):
            for at, one in enumerate(value):
                yield from self.of(one, (*path, at), is_secret=is_secret)
        elif isinstance(value, str):
            yield from self._text(value, path, is_secret=is_secret)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            place = _names_place(path)
            yield Text(
                path=path, value=str(value), is_number=True, is_secret=is_secret, is_place=place
            )

    def _field(self, name: str, one: Any, path: Path, *, is_secret: bool) -> Iterator[Text]:
        if name in _UNREAD or (name in _PLACED and isinstance(one, list)):
            return
        if self._is_chosen(name, path):
            yield Text(path=(*path, name), value=name, is_key=True)
        hides = is_secret or (names_a_secret(name) and not _is_shelf(path))
        yield from self.of(one, (*path, name), is_secret=hides)

    def _text(self, value: str, path: Path, *, is_secret: bool) -> Iterator[Text]:
        if value in self._known.words and not is_secret:
            return
        yield Text(
            path=path,
            value=value,
            is_secret=is_secret,
            is_place=_names_place(path),
            follows=_repeats(path),
        )

    def _is_chosen(self, name: str, path: Path) -> bool:
        return _is_shelf(path) or name not in self._known.fields


def _is_shelf(path: Path) -> bool:
    """Tell whether the keys at a path are ids that somebody chose."""
    if not path or path[-1] not in (*_SHELVES, "notes"):
        return False
    return path[-1] == "vars" or len(path) == 1 or path[-2] in ("body", "canvas")


def _repeats(path: Path) -> bool:
    if path[-1:] and path[-1] in ("from", "to") and "wires" in path[-3:]:
        return True
    return path[:2] == ("canvas", "groups") and path[3:4] == ("steps",)


def _names_place(path: Path) -> bool:
    names = [one for one in path if isinstance(one, str)]
    return bool(names) and names_a_place(names[-1]) and not _is_shelf(path[:-1])


@cache
def _vocabulary() -> Vocabulary:
    fields: set[str] = set()
    words: set[str] = set()
    for schema in (FLOW_SCHEMA, RULE_SCHEMA, TABLE_SCHEMA):
        _gather(schema, fields, words)
    return Vocabulary(frozenset(fields), frozenset(words))


def _with_blocks(known: Vocabulary, document: Mapping[str, Any], registry: Registry) -> Vocabulary:
    """Add what the blocks of a workflow call their fields, and what they let choose from."""
    fields, words = set(known.fields), set(known.words)
    for holder in holders_in(document):
        block = registry.find(holder.get("block", ""), holder.get("version", ""))
        if block is not None:
            for schema in (block.manifest.config, block.manifest.input, *_outputs(block)):
                _gather(schema, fields, words)
    return Vocabulary(frozenset(fields), frozenset(words))


def _outputs(block: Block) -> Collection[Any]:
    return [one.schema for one in block.manifest.outputs]


def holders_in(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List what in a workflow has a block: steps, what takes them back, triggers."""
    steps = [step for _, step, _ in every_step(document)]
    triggers = list(document.get("triggers", {}).values())
    return [*steps, *(one["undo"] for one in steps if "undo" in one), *triggers]


def _gather(schema: Any, fields: set[str], words: set[str]) -> None:
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            fields.update(map(str, properties))
        chosen: Collection[Any] = [*_listed(schema.get("enum")), schema.get("const")]
        words.update(one for one in chosen if isinstance(one, str))
        for one in schema.values():
            _gather(one, fields, words)
    elif isinstance(schema, list):
        for one in schema:
            _gather(one, fields, words)


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
