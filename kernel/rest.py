"""What an operation of the REST interface takes and answers, said beside its view.

The view's address, method, permission and words are read where they are; only what cannot be read
there is said here, by the schemas that the view checks with. `garland.reference` makes the
document of the interface of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kernel.schema import Schema

View = TypeVar("View", bound=Callable[..., Any])
JSON = "application/json"
TEXT: Mapping[str, Any] = {"type": "string"}
ID: Mapping[str, Any] = {"type": "string", "format": "uuid"}
INSTANT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
WHOLE: Mapping[str, Any] = {"type": "integer"}
NUMBER: Mapping[str, Any] = {"type": "number"}
FLAG: Mapping[str, Any] = {"type": "boolean"}
OBJECT: Mapping[str, Any] = {"type": "object"}
TEXTS: Mapping[str, Any] = {"type": "array", "items": TEXT}
ANYTHING: Mapping[str, Any] = {}
_OPERATION = "operation"


class Shape(dict[str, Any]):
    """The schema of something that several operations answer, under a name of its own."""

    def __init__(self, name: str, schema: Mapping[str, Any]) -> None:
        super().__init__(schema)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What cannot be read from a view.

    Attributes:
        body: The schema of what it takes; None where it takes nothing.
        bodies: The same for each choice of an address that has some, such as a verb.
        words: What it does, for each choice of an address that has some.
        is_optional: The body may be left out.
        takes: The media types of the body.
        query: The schema of each parameter of the query.
        pages: It lists by pages, and takes `limit` and `cursor`.
        answer: The schema of what it answers; None where that is empty.
        gives: The media types of the answer.
        status: What it answers when it did what was asked, and `also` what else.
        is_tagged: The answer has an `ETag`.
        needs_tag: It wants that `ETag` back as `If-Match`.
        takes_tag: It heeds `If-Match` where that is sent.
        keeps_key: It deals with `Idempotency-Key` itself.
        refuses: Statuses by which it refuses though nothing else of it tells so.
    """

    body: Mapping[str, Any] | Schema | None = None
    bodies: Mapping[str, Mapping[str, Any] | Schema] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    is_optional: bool = False
    takes: Sequence[str] = (JSON,)
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pages: bool = False
    answer: Mapping[str, Any] | None = None
    gives: Sequence[str] = (JSON,)
    status: int = 200
    also: Sequence[int] = ()
    is_tagged: bool = False
    needs_tag: bool = False
    takes_tag: bool = False
    keeps_key: bool = False
    refuses: Sequence[int] = ()


def describe(**said: Any) -> Callable[[View], View]:
    """Say what a view takes and answers; see `Operation`."""
    operation = Operation(**said)

    def decorate(view: View) -> View:
        setattr(view, _OPERATION, operation)
        return view

    return decorate


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """Give what was said of a view, or None."""
    found: Operation | None = getattr(view, _OPERATION, None)
    return found


def shape(name: str = "", /, **fields: Mapping[str, Any]) -> dict[str, Any]:
    """Write the schema of an object whose fields are all there, under a name where it has one.

    >>> shape(open=FLAG)
    {'type': 'object', 'required': ['open'], 'properties': {'open': {'type': 'boolean'}}}
    """
    schema = {"type": "object", "required": list(fields), "properties": dict(fields)}
    return Shape(name, schema) if name else schema


def with_more(name: str, base: Mapping[str, Any], /, **fields: Mapping[str, Any]) -> dict[str, Any]:
    """Write the schema of an object with the fields of another, and some more."""
    return shape(name, **base["properties"], **fields)


def maybe(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Write the schema of what is null where it is not there.

    >>> maybe(FLAG)
    {'type': ['boolean', 'null']}
    """
    if isinstance(schema, Shape) or not isinstance(schema.get("type"), str):
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def many(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Write the schema of a list of such things."""
    return {"type": "array", "items": schema}


def listed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Write the schema of a page of such things."""
    return shape(items=many(schema), next_cursor=maybe(TEXT))


def choice(*words: str) -> dict[str, Any]:
    """Write the schema of one of some words."""
    return {"type": "string", "enum": list(words)}
