"""What the page of the interface shows: operations by group, with examples. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from garland.reference.components import HERE

DEPTH_MAX = 6
_EXAMPLES: Mapping[str, Any] = {
    "uuid": "0198c1f2-7a30-7c11-9a55-0d2f6f1b3c44",
    "date-time": "2026-11-27T08:00:00Z",
}
_PLAIN: Mapping[str, Any] = {
    "string": "…",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "null": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing of the query, the path or the head of a request."""

    name: str
    place: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[Parameter]
    answers: Sequence[tuple[str, str]]
    example: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The operations whose addresses begin alike."""

    name: str
    words: str
    operations: Sequence[Shown]


def groups_of(document: Mapping[str, Any]) -> list[Group]:
    """List the groups of an OpenAPI document with their operations."""
    return [
        Group(
            name=tag["name"],
            words=tag["description"],
            operations=[
                _shown(path, method, one, document)
                for path, methods in document["paths"].items()
                for method, one in methods.items()
                if tag["name"] in one["tags"]
            ],
        )
        for tag in document["tags"]
    ]


def _shown(path: str, method: str, one: Mapping[str, Any], document: Mapping[str, Any]) -> Shown:
    return Shown(
        name=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        description=one.get("description", ""),
        parameters=[
            Parameter(
                name=each["name"],
                place=each["in"],
                required=each.get("required", False),
                words=_words_of(each),
            )
            for each in one.get("parameters", [])
        ],
        answers=[(status, each["description"]) for status, each in one["responses"].items()],
        example="\n".join(_curl(path, method, one, document)),
        answer=_answer(one, document),
    )


def _words_of(parameter: Mapping[str, Any]) -> str:
    schema = parameter["schema"]
    choices = schema.get("enum") or schema.get("items", {}).get("enum", ())
    told = ", ".join(map(str, choices))
    return ": ".join(filter(None, (parameter.get("description"), told)))


def _curl(
    path: str, method: str, one: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[str]:
    """Write a call as lines for a shell; each but the last ends with a backslash."""
    lines = [f"curl {document['servers'][0]['url']}{path}"]
    if method not in ("get", "post") or (method == "post" and "requestBody" not in one):
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ", 1)
    if one.get("security") != []:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if any(each["name"] == "If-Match" for each in one.get("parameters", [])):
        lines.append("-H 'If-Match: \"1\"'")
    for kind, content in list(one.get("requestBody", {}).get("content", {}).items())[:1]:
        lines.append(f"-H 'Content-Type: {kind}'")
        is_json = kind.endswith("json")
        body = json.dumps(example_of(content["schema"], document), ensure_ascii=False)
        lines.append(f"-d '{body}'" if is_json else "--data-binary @FILE")
    for line in lines[:-1]:
        yield f"{line} \\" if line is lines[0] else f"  {line} \\"
    yield f"  {lines[-1]}" if len(lines) > 1 else lines[-1]


def _answer(one: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    good = next(each for status, each in one["responses"].items() if status.startswith("2"))
    found = good.get("content", {}).get("application/json")
    if found is None:
        return ""
    return json.dumps(example_of(found["schema"], document), indent=2, ensure_ascii=False)


def example_of(schema: Any, document: Mapping[str, Any], depth: int = 0) -> Any:
    """Make up something that has the form of a schema, as plain as it may be.

    >>> example_of({"type": "object", "properties": {"n": {"type": "integer"}}}, {})
    {'n': 1}
    """
    if not isinstance(schema, Mapping) or depth > DEPTH_MAX:
        return {}
    if "$ref" in schema:
        return example_of(_found(schema["$ref"], document), document, depth + 1)
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    for name in ("enum", "anyOf"):
        if schema.get(name):
            first = next(filter(None, schema[name]), "")
            return first if name == "enum" else example_of(first, document, depth + 1)
    return _of_type(schema, document, depth)


def _of_type(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "array":
        return [example_of(schema.get("items", {}), document, depth + 1)]
    if kind != "object":
        return _EXAMPLES.get(schema.get("format", ""), _PLAIN[kind])
    wanted = schema.get("required") or list(schema.get("properties", {}))
    properties = schema.get("properties", {})
    return {name: example_of(properties.get(name, {}), document, depth + 1) for name in wanted}


def _found(reference: str, document: Mapping[str, Any]) -> Any:
    name, *rest = reference.removeprefix(HERE).split("/")
    found = document["components"]["schemas"][name]
    for part in rest:
        found = found[part]
    return found
