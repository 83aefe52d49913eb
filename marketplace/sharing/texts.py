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
from marketplace.sharing.standing import ids_in, is_drawn, is_public, is_shelf, repeats
from runtime.flows.model import FLOW_SCHEMA, every_step
from runtime.rules.model import RULE_SCHEMA
from runtime.rules.tables.model import TABLE_SCHEMA

_VARIABLES = ("vars",)


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
    known, is_flow = _vocabulary(), isinstance(document, Mapping) and "flow" in document
    if registry is not None and is_flow:
        known = _with_blocks(known, document, registry)
    yield from _Walk(known, ids_in(document) if is_flow else None).of(document, ())


def everything_said(value: Any) -> Iterator[str]:
    """Yield each text, number and name of a field of a value, whatever place it is.

    >>> list(everything_said({"a": [1, "b", None]}))
    ['a', '1', 'b']
    """
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name)
            yield from everything_said(one)
    elif isinstance(value, list):
        for one in value:
            yield from everything_said(one)
    elif isinstance(value, str | int | float):
        yield str(value)


class _Walk:
    """Goes through a document; `ids` are those of a workflow, None in anything else."""

    def __init__(self, known: Vocabulary, ids: frozenset[str] | None) -> None:
        self._known = known
        self._ids = ids

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
            place = self._names_place(path)
            yield Text(
                path=path, value=str(value), is_number=True, is_secret=is_secret, is_place=place
            )

    def _field(self, name: str, one: Any, path: Path, *, is_secret: bool) -> Iterator[Text]:
        inside = (*path, name)
        if self._ids is not None and (is_public(inside, one) or is_drawn(inside, one)):
            return
        if self._is_chosen(name, path):
            yield Text(path=inside, value=name, is_key=True)
        hides = is_secret or (names_a_secret(name) and not self._is_id(path))
        yield from self.of(one, inside, is_secret=hides)

    def _text(self, value: str, path: Path, *, is_secret: bool) -> Iterator[Text]:
        if value in self._known.words and not is_secret:
            return
        yield Text(
            path=path,
            value=value,
            is_secret=is_secret,
            is_place=self._names_place(path),
            follows=self._ids is not None and repeats(path, value, self._ids),
        )

    def _is_chosen(self, name: str, path: Path) -> bool:
        return name not in self._known.fields or (self._ids is not None and is_shelf(path))

    def _is_id(self, path: Path) -> bool:
        """Tell whether what stands at a path is called by ids, which say nothing of its kind."""
        return self._ids is not None and is_shelf(path) and path != _VARIABLES

    def _names_place(self, path: Path) -> bool:
        names = [one for one in path if isinstance(one, str)]
        return bool(names) and names_a_place(names[-1]) and not self._is_id(path[:-1])


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
