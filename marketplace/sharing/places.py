"""Places in a document as people read them: a step by its title, a field by its label. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from blocks.registry import Registry
from kernel.schema import pointer_to
from marketplace.sharing.findings import Path
from marketplace.sharing.secrets import without_secrets
from runtime.flows.titles import step_title

_STEP = 2
_LOOP = ("body", "steps")
_TITLE_MAX = 60
_WHOLE = {
    "name": "name",
    "title": "title",
    "summary": "summary",
    "description": "description",
    "words": "description",
}


class Places:
    """Says where something stands in a document; of a secret in a title nothing is shown."""

    def __init__(
        self, document: Any, registry: Registry | None = None, stored: Collection[str] = ()
    ) -> None:
        self._document = document
        self._registry = registry
        self._stored = stored
        self._by_first: Mapping[str, Callable[[Path], str]] = {
            "steps": self._step,
            "triggers": self._trigger,
            "vars": self._variable,
            "canvas": self._canvas,
            "when": lambda path: self._numbered("Condition", path),
            "then": lambda path: self._numbered("Action", path),
            "rows": lambda path: self._numbered("Row", path),
            "inputs": lambda path: self._numbered("Input column", path),
            "outputs": lambda path: self._numbered("Output column", path),
            "settings": lambda path: self._of("The settings", path[1:]),
            "input": lambda path: self._of("What starts it by hand", path[1:]),
            "pattern": lambda path: self._of("The pattern", path[1:]),
        }

    def name(self, path: Path, *, is_key: bool = False) -> str:
        """Name a place; of a key, that it is one.

        >>> at = Places({"flow": 1, "steps": {"ask": {"title": "Ask the desk"}}})
        >>> at.name(("steps", "ask", "config", "body"))
        '“Ask the desk”, field “Body”'
        """
        if is_key:
            return self._key(path)
        first = str(path[0]) if path else ""
        if len(path) > 1 and first in self._by_first:
            return self._by_first[first](path)
        return self._of("", path)

    def pointer(self, path: Path) -> str:
        """Give a place as a JSON Pointer, without the secrets in names of fields.

        >>> Places({}).pointer(("body", "AKIAIOSFODNN7EXAMPLE", 0))
        '/body/…/0'
        """
        return pointer_to(
            [without_secrets(one, self._stored) if isinstance(one, str) else one for one in path]
        )

    def _key(self, path: Path) -> str:
        holder, shelf = path[:-1], path[-2] if len(path) > 1 else ""
        if shelf in ("steps", "triggers") and (len(holder) == 1 or holder[-2] == "body"):
            return f"{self.name(path)}, short name"
        inside = self.name(holder) if holder else "The document"
        return f"{inside}, name of a field"

    def _step(self, path: Path) -> str:
        at = _STEP
        while path[at : at + 2] == _LOOP and len(path) > at + 2:
            at += 3
        step, id_ = self._at(path[:at]), str(path[at - 1])
        rest = path[at:]
        undo = rest[:1] == ("undo",)
        holder = step.get("undo", {}) if undo and isinstance(step, Mapping) else step
        said = self._quoted(self._step_title(step, id_))
        said = f"Taking back {said}" if undo else said
        return self._of(said, rest[1:] if undo else rest, holder)

    def _trigger(self, path: Path) -> str:
        trigger = self._at(path[:2])
        said = f"Start {self._quoted(self._title(trigger, str(path[1])))}"
        return self._of(said, path[2:], trigger)

    def _variable(self, path: Path) -> str:
        return self._of(f"Variable {self._quoted(str(path[1]))}", path[2:])

    def _canvas(self, path: Path) -> str:
        if path[1] == "notes":
            return "A note on the canvas"
        group = self._at(path[:3])
        return f"Group {self._quoted(self._title(group, str(path[-1])))} on the canvas"

    def _numbered(self, word: str, path: Path) -> str:
        at = next((n for n, one in enumerate(path) if isinstance(one, int)), None)
        if at is None:
            return self._of(word, path[1:])
        return self._of(f"{word} {int(path[at]) + 1}", path[at + 1 :])

    def _of(self, said: str, rest: Path, holder: Any = None) -> str:
        names = [one for one in rest if isinstance(one, str)]
        if names[:1] in (["config"], ["input"]) and len(names) > 1 and holder is not None:
            label = self._label(names[0], names[1], holder)
            names = [label, *map(self._spelled, names[2:])]
        else:
            names = [_WHOLE.get(one) or self._spelled(one) for one in names]
        if not names:
            return said or "The document"
        field = ", ".join(self._quoted(one) for one in names)
        return f"{said}, field {field}" if said else f"Field {field}"

    def _label(self, part: str, field: str, holder: Any) -> str:
        if self._registry is not None and isinstance(holder, Mapping):
            block = self._registry.find(holder.get("block", ""), holder.get("version", ""))
            if block is not None:
                schema = block.manifest.config if part == "config" else block.manifest.input
                found = schema.get("properties", {}).get(field, {})
                return str(found.get("title") or self._spelled(field))
        return self._spelled(field)

    def _at(self, path: Path) -> Any:
        found = self._document
        for part in path:
            known = isinstance(found, Mapping) and part in found
            found = found[part] if known else {}
        return found

    def _step_title(self, step: Any, id_: str) -> str:
        if self._registry is not None and isinstance(step, Mapping) and "block" in step:
            return step_title(id_, step, self._registry)
        return self._title(step, id_)

    @staticmethod
    def _title(one: Any, id_: str) -> str:
        title = one.get("title") if isinstance(one, Mapping) else None
        return title if isinstance(title, str) and title.strip() else id_

    def _spelled(self, name: str) -> str:
        """Spell a field's name; what is secret in it goes first, while it is written as it is."""
        return _spelled(without_secrets(name, self._stored))

    def _quoted(self, text: str) -> str:
        return f"“{without_secrets(text, self._stored)[:_TITLE_MAX].strip()}”"


def _spelled(name: str) -> str:
    """Spell a field's name as a label.

    >>> _spelled("retry_after_s")
    'Retry after s'
    """
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
