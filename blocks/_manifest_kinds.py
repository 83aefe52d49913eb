"""What each kind of block has to say of itself, and what it must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from blocks.kinds._http_checks import request_problems
from blocks.schemas import field_schema, widget_of
from kernel.errors import Problem
from kernel.schema import path_of

EVENTS = "events"
PARTS = {"request": "http", "code": "code", "trigger": "trigger"}


def kind_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """List what a document of the right shape lacks for its kind, or has of another."""
    kind = document["kind"]
    for part, of in PARTS.items():
        if kind == of and part not in document:
            yield Problem(f"/{part}", f"a block of kind {kind} needs {part}: add it")
        if kind != of and part in document:
            message = f"{part} belongs to the kind {of} and this is {kind}: remove it"
            yield Problem(f"/{part}", message)
    if kind == "http" and "request" in document:
        yield from request_problems(document)
    if kind == "code" and "code" in document:
        yield from _code_problems(document)
    if kind == "trigger":
        yield from _trigger_problems(document)


def _trigger_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    trigger = document.get("trigger", {})
    if "every_s" in trigger and trigger["mode"] != "poll":
        yield Problem("/trigger/every_s", "only poll has a pause: remove every_s")
    if "methods" in trigger and trigger["mode"] != "webhook":
        yield Problem("/trigger/methods", "only webhook is called: remove methods")
    names = [port["name"] for port in document["outputs"]]
    if names != [EVENTS]:
        yield Problem("/outputs", f"a trigger leaves by one port, {EVENTS}: declare that alone")


def _code_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    code = document["code"]
    if ("source" in code) == ("from" in code):
        message = "give the lines in source, or name their field in from: one of both"
        yield Problem("/code", message)
    for name, (fits, wanted) in _POINTED.items():
        if name in code and not fits(_at(document["config"], code[name])):
            yield Problem(f"/code/{name}", f"{name} must point to {wanted} in config")
    if len(document["outputs"]) != 1 or "dynamic_outputs" in document:
        yield Problem("/outputs", "code leaves by one port: declare exactly one")
    if document.get("permissions"):
        yield Problem("/permissions", "code has no abilities: remove them, or use kind python")
    yield from _name_problems(document)


def _name_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in document["input"].get("properties") or {}:
        if not name.isidentifier() or name == "config":
            message = f"code cannot read a variable called {name}: choose another name"
            yield Problem(f"/input/properties/{name}", message)


def _at(schema: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    for part in path_of(pointer):
        schema = field_schema(schema, part)
    return schema


def _is_object(field: Mapping[str, Any]) -> bool:
    return field.get("type") == "object"


_Fits = Callable[[Mapping[str, Any]], bool]
_POINTED: Mapping[str, tuple[_Fits, str]] = {
    "from": (lambda field: widget_of(field) == "code", "a text with the widget code"),
    "variables": (_is_object, "an object"),
    "expects": (_is_object, "an object"),
}
