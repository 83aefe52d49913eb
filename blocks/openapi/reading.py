"""An OpenAPI document as plain JSON, whether it came as JSON or as YAML.

YAML is read by what it is written with, not by what its tags would build: texts, numbers, true,
false, null, lists and maps. What stands behind an alias is copied where it is used, against one
budget for the whole document, so a few lines cannot become a billion (an "alias bomb").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json
from kernel.schema import half_character_in, pointer_to

SIZE_MAX_BYTES = 8 * 1024 * 1024
VALUES_MAX = 500_000
DEPTH_MAX = 90
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where it is there
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
_TEXTS = frozenset({"str", "timestamp", "int", "float", "bool", "value", "merge"})
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Path = tuple[str | int, ...]


def read_document(content: bytes) -> dict[str, Any]:
    """Read a document.

    Raises:
        InvalidError: it is neither JSON nor YAML, too large, or no map of fields.
    """
    if len(content) > SIZE_MAX_BYTES:
        most = SIZE_MAX_BYTES // 1024**2
        raise refused("", f"the document has over {most} MB: take out what is not needed")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("", "the document is not UTF-8: save it so") from None
    found = _read_json(text) if text.lstrip()[:1] == "{" else _read_yaml(text)
    if not isinstance(found, dict):
        raise refused("", "an OpenAPI document is a map that begins with openapi or swagger")
    if half := half_character_in(found):
        raise InvalidError("the document cannot be read", problems=[half])
    return found


def refused(pointer: str, message: str) -> InvalidError:
    """Give the refusal of a document, with the place in it."""
    return InvalidError("the document cannot be imported", problems=[Problem(pointer, message)])


def _read_json(text: str) -> Any:
    try:
        return read_json(text, what="the document")
    except MalformedError as error:
        try:
            return _read_yaml(text)  # YAML may begin with a brace as well
        except InvalidError:
            raise refused("", error.message) from None


def _read_yaml(text: str) -> Any:
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        told = f" at line {where.line + 1}, column {where.column + 1}" if where else ""
        what = getattr(error, "problem", None) or "it cannot be read"
        raise refused("", f"the document is not YAML: {what}{told}") from None
    return _Reader().value(node, ())


@dataclass(slots=True)
class _Reader:
    """Makes JSON of a YAML tree, alias by alias, until the budget is used up."""

    left: int = VALUES_MAX

    def value(self, node: Any, path: Path) -> Any:
        """Give the value of a node."""
        self.left -= 1
        if self.left < 0:
            raise refused(pointer_to(path), f"the document holds over {VALUES_MAX} values")
        if len(path) > DEPTH_MAX:
            raise refused(pointer_to(path[:8]), f"it is nested over {DEPTH_MAX} deep: flatten it")
        if isinstance(node, yaml.MappingNode):
            return self._fields(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*path, index)) for index, one in enumerate(node.value)]
        return _scalar(node, path)

    def _fields(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, one in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAG}merge":
                raise refused(pointer_to(path), "a field's name is a text here: write it out")
            name = str(key.value)
            if name in found:
                raise refused(pointer_to((*path, name)), f"{name} is there twice: keep one")
            found[name] = self.value(one, (*path, name))
        return found


def _scalar(node: Any, path: Path) -> Any:
    text, kind = "" if node is None else str(node.value), "null" if node is None else node.tag
    kind = kind.removeprefix(_TAG)
    if kind == "null" or (kind == "bool" and text.lower() in _WORDS):
        return _WORDS.get(text.lower())
    if kind == "int" and _INTEGER.fullmatch(text):
        return int(text)
    if kind in ("int", "float") and _NUMBER.fullmatch(text):
        return float(text)
    if kind in _TEXTS:
        return text
    raise refused(pointer_to(path), f"the tag !{kind[:40]} builds what is no JSON: remove it")
