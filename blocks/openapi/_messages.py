"""What one operation takes and gives, as the schemas and the request of a block."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.openapi._document import Part, PartError
from blocks.openapi._names import field_name
from blocks.openapi._operations import Message, Operation, Parameter
from blocks.openapi._schemas import Converter, TooManyError

SIZE_MAX_BYTES = 48 * 1024
DEPTHS = (8, 6, 5, 4, 3, 2, 1, 0)
PAGES_MAX = 50
_LISTS = ("items", "results", "data", "value", "content", "entries")
_NEXTS = ("next", "nextLink", "@odata.nextLink", "next_page_url")
_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a block takes.

    Attributes:
        schema: Of its input.
        request: The parts of `request` that are filled from it.
        fields: The parameter each field stands for.
        body: What is sent, where something is.
    """

    schema: dict[str, Any]
    request: dict[str, Any]
    fields: Mapping[str, Parameter]
    body: Message | None


def taken_by(operation: Operation) -> Taken:
    """Read the parameters and the body of an operation."""
    body = operation.body()
    fields: dict[str, Parameter] = {}
    for one in operation.parameters():
        fields[field_name(one.name, one.where, {*fields, "body"})] = one
    needed = [name for name, one in fields.items() if one.is_required]
    request = _request(operation, fields)
    if body is not None:
        needed += ["body"] if body.is_required else []
        request |= {"body": "${input.body}", "content_type": body.content_type}

    def made(converter: Converter) -> dict[str, Any]:
        properties = {name: converter.convert(one.schema) for name, one in fields.items()}
        if body is not None:
            properties["body"] = {"title": "Body"} | converter.convert(body.schema)
        schema = {"type": "object", "additionalProperties": False, "properties": properties}
        return schema | ({"required": needed} if needed else {})

    schema = fitted(operation, made, is_sent=True)
    return Taken(schema=schema, request=request, fields=fields, body=body)


def given_by(operation: Operation, statuses: list[str]) -> tuple[dict[str, Any], Message | None]:
    """Give the schema of what leaves by a port, and the answer it was made of."""
    answers = operation.answers()
    parts = [answers[status] for status in statuses if status in answers]
    found = (operation.answer_body(part) for part in parts)
    message = next((one for one in found if one is not None), None)

    def made(converter: Converter) -> dict[str, Any]:
        body = {} if message is None else converter.convert(message.schema)
        status = {"type": "integer", "title": "Status"}
        properties = {"status": status, "body": {"title": "Answer"} | body}
        return {"type": "object", "properties": properties}

    return fitted(operation, made, is_sent=False), message


def fitted(
    operation: Operation, make: Callable[[Converter], dict[str, Any]], *, is_sent: bool
) -> dict[str, Any]:
    """Make a schema as deep as it stays small enough to be used."""
    for depth in DEPTHS:
        converter = Converter(is_sent=is_sent, depth_max=depth)
        try:
            made = make(converter)
        except TooManyError:
            continue
        if len(json.dumps(made).encode()) <= SIZE_MAX_BYTES:
            operation.notes.update(converter.notes)
            return made
    raise PartError(operation.part.pointer, "its schemas are too large for a block")


def paging_of(operation: Operation, taken: Taken, given: dict[str, Any]) -> dict[str, Any] | None:
    """Find out how a list goes on, by the names and headers that say so."""
    if operation.method != "GET":
        return None
    body = given["properties"]["body"]
    listed = next(_lists(body), None)
    if listed is None:
        return None
    names = {one.name for one in taken.fields.values() if one.where == "query"}
    following = next(_pointers(body), None)
    if following is None and any(_has_link(part) for part in operation.answers().values()):
        following = {"by": "link"}
    if following is None and "offset" in names:
        following = {"by": "offset", "query": "offset"}
        following |= {"limit": "limit"} if "limit" in names else {}
    if following is None:
        return None
    return {"items": listed, "next": following, "pages_max": "${config.pages}"}


def _lists(body: Mapping[str, Any]) -> Iterator[str]:
    if body.get("type") == "array":
        yield "/body"
    properties = body.get("properties", {})
    for name in _LISTS:
        if properties.get(name, {}).get("type") == "array":
            yield f"/body/{name}"


def _pointers(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in _NEXTS:
        if "string" in str(body.get("properties", {}).get(name, {}).get("type")):
            yield {"by": "pointer", "at": f"/body/{name}"}


def _has_link(answer: Part) -> bool:
    return any(name.lower() == "link" for name in answer.part("headers").fields)


def _request(operation: Operation, fields: Mapping[str, Parameter]) -> dict[str, Any]:
    in_path = {one.name: name for name, one in fields.items() if one.where == "path"}

    def place(found: re.Match[str]) -> str:
        if found[1] not in in_path:
            raise PartError(operation.part.pointer, f"no parameter fills {found[1]} in its path")
        return f"${{input.{in_path[found[1]]}}}"

    path = operation.path if operation.path.startswith("/") else f"/{operation.path}"
    request: dict[str, Any] = {
        "method": operation.method,
        "url": "${config.server}" + _PLACE.sub(place, path),
    }
    query = {one.name: _query(name, one) for name, one in fields.items() if one.where == "query"}
    headers = {
        one.name: f"${{input.{name}}}" for name, one in fields.items() if one.where == "header"
    }
    return request | ({"query": query} if query else {}) | ({"headers": headers} if headers else {})


def _query(name: str, one: Parameter) -> Any:
    value = f"${{input.{name}}}"
    return {"value": value, "list": "repeat"} if one.is_repeated else value
