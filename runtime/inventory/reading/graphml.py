"""GraphML: nodes and edges with their data, as the Internet Topology Zoo and yEd write it.

Read by expat itself: a document type is refused, so there are no entities and nothing is fetched;
depth and text are bounded. What Garland exports has data named `garland.kind` and the like.

Source: http://graphml.graphdrawing.org/specification.html (keys, data, edgedefault).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from runtime.imports.reading import refused
from runtime.inventory.model import NAME_MAX, Gathered

DEPTH_MAX = 20
TEXT_MAX = 16 * 1024
OWN = "garland."
_NAMES = ("label", "name", "Name", "Label")
_SITES = ("site", "Site")
_TYPES = ("type", "Type")
_READERS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda text: {"true": True, "false": False}[text.strip().lower()],
}
_KEPT_NUMBER = 2**53

Key = Callable[[str, str], str]


def read_graphml(content: bytes, key_of: Key) -> Gathered:
    """Read a GraphML file.

    Raises:
        InvalidError: it is no XML, has a document type, or nests too deep; with the line.
    """
    reader = _Reader(key_of)
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise refused(
            f"line {error.lineno}: the file is no XML that can be read: "
            f"{expat.ErrorString(error.code)}"
        ) from None
    except (ValueError, LookupError):  # an encoding that nobody knows
        raise refused("the file's encoding is not known: save it as UTF-8") from None
    return reader.finished()


class _Reader:
    """What was read so far; ends are tied together when all nodes are known."""

    def __init__(self, key_of: Key) -> None:
        self._key_of = key_of
        self._found = Gathered("GraphML")
        self._names: dict[str, tuple[str, str]] = {}
        self._keys: dict[str, str] = {}
        self._edges: list[tuple[int, str, str, dict[str, Any]]] = []
        self._path: list[str] = []
        self._thing: tuple[str, int, dict[str, str]] | None = None
        self._data: dict[str, Any] = {}
        self._data_key: str | None = None
        self._text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say

    @property
    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _refuse_doctype(self, *_: Any) -> None:
        raise refused(f"line {self._line}: a document type is not read: remove <!DOCTYPE …>")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self._path and name != "graphml":
            raise refused(f"line {self._line}: the file is XML but no GraphML: it begins <{name}>")
        self._path.append(name)
        if len(self._path) > DEPTH_MAX:
            raise refused(f"line {self._line}: elements nest deeper than {DEPTH_MAX}")
        if name == "key":
            kind = attributes.get("attr.type", "string")
            self._names[attributes.get("id", "")] = (attributes.get("attr.name", ""), kind)
        elif name in ("node", "edge") and self._thing is None:
            self._thing, self._data = (name, self._line, attributes), {}
        elif name == "data" and self._thing is not None:
            self._data_key, self._text = attributes.get("key", ""), []

    def _say(self, text: str) -> None:
        if self._data_key is not None:
            self._text.append(text)
            if sum(map(len, self._text)) > TEXT_MAX:
                raise refused(f"line {self._line}: data of over {TEXT_MAX // 1024} KB: shorten it")

    def _end(self, tag: str) -> None:
        name = self._path.pop() if self._path else tag
        if name == "data" and self._data_key is not None:
            self._keep(self._data_key, "".join(self._text).strip())
            self._data_key = None
        elif self._thing is not None and name == self._thing[0]:
            kind, line, attributes = self._thing
            self._thing = None
            (self._node if kind == "node" else self._edge)(line, attributes)

    def _keep(self, key: str, text: str) -> None:
        name, kind = self._names.get(key, (key, "string"))
        if name and text:
            self._data[name] = _value(text, kind)

    def _node(self, line: int, attributes: dict[str, str]) -> None:
        own, data = attributes.get("id", ""), self._data
        label = next((str(data[one]) for one in _NAMES if data.get(one)), "")
        key = str(data.get(f"{OWN}key", "")) or self._key_of(own, label)
        self._keys[own] = key
        said = {
            "key": key,
            "kind": str(data.get(f"{OWN}kind", "node")),
            "name": str(data.get(f"{OWN}name", label))[:NAME_MAX],
            "type": str(_first(data, (f"{OWN}type", *_TYPES)))[:120],
            "site": str(_first(data, (f"{OWN}site", *_SITES))),
            "attributes": {
                name: value
                for name, value in data.items()
                if not name.startswith(OWN) and name not in (*_NAMES, *_TYPES, *_SITES)
            },
        }
        self._found.add(f"line {line}", said)

    def _edge(self, line: int, attributes: dict[str, str]) -> None:
        ends = attributes.get("source", ""), attributes.get("target", "")
        self._edges.append((line, *ends, self._data))

    def finished(self) -> Gathered:
        """Tie the edges' ends to the nodes' keys; give what there is."""
        for line, source, target, data in self._edges:
            unknown = next((one for one in (source, target) if one not in self._keys), None)
            place = f"line {line}"
            if unknown is not None:
                self._found.refuse(
                    place, f"there is no node {unknown[:60]!r}: add it, or drop the edge"
                )
                continue
            start, end = self._keys[source], self._keys[target]
            if start and end:
                kind = str(data.get(f"{OWN}relation", "connects"))
                self._found.relate(place, start, end, kind)
        return self._found


def _first(data: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((data[name] for name in names if name in data), "")


def _value(text: str, kind: str) -> Any:
    """Read a value as its key says; what does not fit stays text."""
    try:
        value = _READERS.get(kind, str)(text)
    except (ValueError, KeyError):
        return text
    is_kept = not isinstance(value, float | int) or -_KEPT_NUMBER <= value <= _KEPT_NUMBER
    return value if is_kept else text
