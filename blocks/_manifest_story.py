"""What a manifest tells of cases, earlier versions and other languages: does it hold together?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blocks.schemas import with_defaults
from blocks.translating import translation_problems
from blocks.versions import precedence
from kernel.errors import Problem

_GARLANDS = (
    "block",
    "http",
    "mail",
    "alarms",
    "tables",
    "calendars",
    "state",
    "connections",
    "inventory",
    "hook",
)
"""Errors of these families come from Garland; a block need not declare them."""

_SERVED_BY = {
    "http": "http",
    "mail": "mail",
    "alarms": "alarms",
    "tables": "tables",
    "decisions": "tables",
    "calendars": "calendars",
    "state": "state",
    "inventory": "inventory",
}


def story_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """List what does not agree with the rest of a document of the right shape."""
    for index, example in enumerate(document.get("examples", ())):
        for pointer, message in _example_problems(document, example):
            yield Problem(f"/examples/{index}{pointer}", message)
    yield from _migration_problems(document)
    for language, texts in document.get("i18n", {}).items():
        for problem in translation_problems(document, texts):
            yield Problem(f"/i18n/{language}{problem.pointer}", problem.message)


def _example_problems(
    document: Mapping[str, Any], example: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    expects, services = example["expect"], example.get("services", {})
    names = [port["name"] for port in document["outputs"]]
    port, error = expects.get("port"), expects.get("error")
    if port is not None and port not in names and "dynamic_outputs" not in document:
        yield "/expect/port", f"there is no port {port}: name one of {', '.join(names)}"
    if port is not None and error is not None:
        yield "/expect/error", "a step leaves by a port or fails: expect one of both"
    if error is not None and error not in _errors_known(document, example):
        yield "/expect/error", f"{error} is not declared: add it to errors"
    asked = [permission["name"] for permission in document.get("permissions", ())]
    for name, permission in _SERVED_BY.items():
        if name in services and permission not in asked:
            message = f"the block does not ask for {permission}: add the permission, or remove this"
            yield f"/services/{name}", message
    yield from _slot_problems(document, services)


def _errors_known(document: Mapping[str, Any], example: Mapping[str, Any]) -> list[Any]:
    """List what it may fail with: what it declares, Garland's own, what its settings name."""
    declared = [error["code"] for error in document.get("errors", ())]
    wanted = str(example["expect"]["error"])
    own = [wanted] if wanted.split(".", maxsplit=1)[0] in _GARLANDS else []
    settings = with_defaults(document["config"], example.get("config", {}))
    return [*declared, *own, *settings.values()]


def _slot_problems(
    document: Mapping[str, Any], services: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    slots = [secret["slot"] for secret in document.get("secrets", ())]
    parts = ("connections", "hook")
    used = {f"{part}/{slot}": slot for part in parts for slot in services.get(part, {})}
    for index, call in enumerate(services.get("http", ())):
        if "slot" in call:
            used[f"http/{index}/slot"] = call["slot"]
    for where, slot in used.items():
        if slot not in slots:
            yield f"/services/{where}", f"there is no slot {slot}: declare it in secrets"


def _migration_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    own = precedence(document["version"])
    last: tuple[object, ...] = ()
    for index, migration in enumerate(document.get("migrations", ())):
        where, before = f"/migrations/{index}/before", migration["before"]
        if precedence(before) > own:
            message = f"{before} comes after this version: it is {document['version']}"
            yield Problem(where, message)
        if precedence(before) <= last:
            yield Problem(where, "migrations stand in the order of their versions, each once")
        last = precedence(before)
        for place, step in enumerate(migration["steps"]):
            if step.get("from", "") == step.get("to", None):
                message = f"{step['from']} stays where it is: name another place"
                yield Problem(f"/migrations/{index}/steps/{place}/to", message)
