"""The named schemas of the interface's document, gathered while it is written. Pure.

What has a name stands once, under `#/components/schemas`, and is referred to; references within a
schema and to a published one lead there as well, so that the document needs no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from garland.reference.published import FOLDER, PUBLISHED
from kernel.rest import Shape

HERE = "#/components/schemas/"
_LEFT_OUT = ("$id", "$schema")


class Components:
    """Named schemas, each written once."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}

    def written(self, schema: Any, root: str = "") -> Any:
        """Write a schema; what has a name becomes a reference to it.

        Args:
            schema: The schema, or a part of one.
            root: What `#` means in it: the reference to the named schema that it is a part of.
        """
        if isinstance(schema, Shape):
            return self._named(schema.name, schema)
        if isinstance(schema, Mapping):
            if str(schema.get("$id", "")).startswith(FOLDER):
                return self._named(name_of(schema["$id"]), schema)
            return self._parts(schema, root)
        if isinstance(schema, list | tuple):
            return [self.written(one, root) for one in schema]
        return schema

    def _named(self, name: str, schema: Mapping[str, Any]) -> dict[str, str]:
        reference = HERE + name
        if name not in self.schemas:
            self.schemas[name] = {}  # so that one that holds itself ends
            self.schemas[name] = self._parts(schema, reference)
        return {"$ref": reference}

    def _parts(self, schema: Mapping[str, Any], root: str) -> dict[str, Any]:
        return {
            name: self._reference(one, root)
            if name == "$ref" and isinstance(one, str)
            else self.written(one, root)
            for name, one in schema.items()
            if name not in _LEFT_OUT
        }

    def _reference(self, reference: str, root: str) -> str:
        address, _, rest = reference.partition("#")
        if not address:
            return root + rest
        self.written(PUBLISHED[address.removeprefix(FOLDER)])
        return HERE + name_of(address) + rest


def name_of(path: str) -> str:
    """Name a published schema as a type.

    >>> name_of("/schemas/alarm-event")
    'AlarmEvent'
    """
    return "".join(word.capitalize() for word in path.removeprefix(FOLDER).split("-"))
