"""Writes docs/block-json.md from the manifest's schema: every field of `block.json`.

Run it after a change of `blocks/manifest.schema.json`, with `.venv/bin/python`. A test compares,
so that the page cannot fall behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "blocks" / "manifest.schema.json"
PAGE = ROOT / "docs" / "block-json.md"

_HEAD = """# block.json
What a block says about itself, field by field. [Blocks](blocks.md) tells the story,
[the SDK](sdk.md) what code can do.

This page is written from the schema by `tools/write_block_json.py`. Every Garland serves the schema
as `/schemas/block`, for editors that help while typing. A field that is not here is refused. And
names have to agree with each other: `garland block check` names each field that does not, and what
to do.

A field in **bold** has to be there.
"""

_TABLE = "| field | means | must be | such as |\n|---|---|---|---|"
_NAME = re.compile(r"[a-z0-9_]+")
_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "object",
}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "maxLength": "at most {} characters",
    "minLength": "at least {} characters",
    "maxItems": "at most {} entries",
    "minItems": "at least {} entries",
    "maxProperties": "at most {} fields",
    "minProperties": "at least {} fields",
}


class Entry(NamedTuple):
    """One field: where it stands, its schema, and whether it has to be there."""

    path: str
    schema: Mapping[str, Any]
    required: bool


def fields_of(document: Mapping[str, Any]) -> list[Entry]:
    """List every field of a schema, each after the one it stands in."""
    return list(_below(document, document, ""))


def page(document: Mapping[str, Any]) -> str:
    """Write the page: a table of all fields, and one for each that has fields of its own."""
    entries = fields_of(document)
    parts = [_HEAD, _TABLE]
    parts += [_row(entry) for entry in entries if _top(entry) == entry.path]
    section = ""
    for entry in entries:
        if (top := _top(entry)) == entry.path:
            continue
        if top != section:
            section = top
            parts.append(f"\n## `{top}`\n{_TABLE}")
        parts.append(_row(entry))
    return "\n".join(parts) + "\n"


def _top(entry: Entry) -> str:
    return _NAME.match(entry.path)[0]  # type: ignore[index]  # every path begins with a name


def _row(entry: Entry) -> str:
    schema = entry.schema
    name = f"**`{entry.path}`**" if entry.required else f"`{entry.path}`"
    shown = ", ".join(
        f"`{json.dumps(one, ensure_ascii=False)}`" for one in schema.get("examples", ())
    )
    cells = (name, schema.get("description", ""), _must_be(schema), shown)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _must_be(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{one}`" for one in schema["enum"])
    found = [_WORDS.get(str(schema.get("type")), "anything")]
    found += [text.format(schema[name]) for name, text in _LIMITS.items() if name in schema]
    if schema.get("uniqueItems"):
        found.append("each once")
    if "format" in schema:
        found.append(f"a {schema['format']}")
    if "pattern" in schema:
        found.append(f"of the form `{schema['pattern']}`")
    items = schema.get("items", {})
    if "enum" in items or "pattern" in items:
        found.append("each " + _must_be(items))
    return ", ".join(found)


def _below(root: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[Entry]:
    for name, part in schema.get("properties", {}).items():
        whole = _resolved(root, part)
        here = f"{path}.{name}" if path else name
        yield Entry(here, whole, name in schema.get("required", ()))
        yield from _inside(root, whole, here)


def _inside(root: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[Entry]:
    yield from _below(root, schema, path)
    items, rest = schema.get("items"), schema.get("additionalProperties")
    if isinstance(items, Mapping):
        yield from _inside(root, _resolved(root, items), f"{path}[]")
    if isinstance(rest, Mapping):
        yield from _inside(root, _resolved(root, rest), f"{path}.<name>")
    for form in schema.get("oneOf", ()):
        kind = _resolved(root, form["properties"]["do"])
        named = kind.get("const") or " or ".join(kind["enum"])
        yield from _below(root, form, f"{path}<{named}>")


def _resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = root
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **{name: one for name, one in schema.items() if name != "$ref"}}


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(SCHEMA.read_text(encoding="utf-8"))), encoding="utf-8")
