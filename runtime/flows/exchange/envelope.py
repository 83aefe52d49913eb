"""The file that workflows travel in: what format it is of, the workflows, and what they need.

It names no version of Garland and no time, so that the same workflows give the same file. What is
needed is told for people and programs that look into it; an import finds out by itself. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Registry
from kernel.errors import InvalidError, Problem
from kernel.ids import slugify
from kernel.numbers import rounding_problems
from kernel.schema import pointer_to
from runtime.flows._named_things import calendars_of, connections_of, look_up_tables_of
from runtime.flows.exchange.canonical import ordered, written
from runtime.flows.exchange.carried import Carried
from runtime.flows.exchange.retelling import retold, unmistakable
from runtime.flows.exchange.secrets import without_secrets
from runtime.flows.model import shape_problems
from runtime.flows.table_steps import tables_used
from runtime.flows.uses import blocks_of

KIND = "workflows"
FORMAT = 1
MOST = 200
"""Workflows in one file."""


def write_envelope(
    workflows: Mapping[str, Mapping[str, Any]],
    registry: Registry,
    tables: Mapping[str, str] | None = None,
) -> str:
    """Write workflows, by their short names, as one file.

    Args:
        workflows: Documents of the schema.
        registry: The blocks by which secrets and what is named are told.
        tables: The names of decision tables by their ids, which stand in the file instead.
    """
    told = unmistakable(tables or {})
    safe = {
        slug: without_secrets(retold(workflows[slug], registry, told, "table"), registry)
        for slug in sorted(workflows)
    }
    left_out = {slug: pointers for slug, (_, pointers) in safe.items() if pointers}
    return written(
        {
            "garland": KIND,
            "format": FORMAT,
            "workflows": {slug: ordered(document) for slug, (document, _) in safe.items()},
            "needs": needs_of([one for one, _ in safe.values()], registry, tables or {}),
            **({"left_out": left_out} if left_out else {}),
        }
    )


def needs_of(
    documents: list[dict[str, Any]], registry: Registry, tables: Mapping[str, str]
) -> dict[str, Any]:
    """Say what workflows need of where they go: by name, and only what they name.

    A decision table stands under what steps call it: its name too, or its id where several tables
    have that name.
    """
    found: dict[str, set[str]] = {
        name: set() for name in ("blocks", "connections", "calendars", "look_up_tables")
    }
    decided: set[str] = set()
    for one in documents:
        found["blocks"] |= blocks_of(one)
        found["connections"] |= connections_of(one)
        found["calendars"] |= calendars_of(one, registry)
        found["look_up_tables"] |= look_up_tables_of(one, registry)
        decided |= {used.table for used in tables_used(one, registry)}
    named = {told: tables.get(told, told) for told in sorted(decided)}
    return {
        **{name: sorted(names) for name, names in found.items() if names},
        **({"decision_tables": named} if named else {}),
    }


def read_envelope(value: Any) -> list[Carried]:
    """Read what was in a file: an envelope, or one workflow's document alone.

    Raises:
        InvalidError: it is neither, or of a format that is not known, or what is in it is no
            workflow; each problem says where.
    """
    if isinstance(value, dict) and "flow" in value and "garland" not in value:
        value = {
            "garland": KIND,
            "format": FORMAT,
            "workflows": {slugify(str(value.get("name", ""))): value},
        }
    workflows = _workflows_in(value)
    problems = [
        Problem(pointer_to(["workflows", slug]) + one.pointer, f"{slug}: {one.message}")
        for slug, document in workflows.items()
        for one in shape_problems(document) or rounding_problems(document)
    ]
    if problems:
        raise InvalidError("what the file has is no workflow", problems=problems)
    needs, left_out = value.get("needs"), value.get("left_out")
    tables = _texts(needs.get("decision_tables") if isinstance(needs, dict) else None)
    return [
        Carried(
            slug=slugify(slug),
            document=document,
            left_out=_pointers(left_out, slug),
            tables=tables,
        )
        for slug, document in workflows.items()
    ]


def _workflows_in(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or value.get("garland") != KIND:
        raise _refusal(
            "the file has no workflows as they are exported here: export some, or send a BPMN file"
        )
    if value.get("format") != FORMAT:
        raise _refusal(
            f"the file is of a format that is not known here ({FORMAT} is): export it again from "
            "a release as old as this one, or bring this one up to date",
            "/format",
        )
    found = value.get("workflows")
    if not isinstance(found, dict) or not 0 < len(found) <= MOST:
        raise _refusal(f"a file has 1 to {MOST} workflows, by their short names", "/workflows")
    return found


def _pointers(left_out: Any, slug: str) -> tuple[str, ...]:
    found = left_out.get(slug) if isinstance(left_out, dict) else None
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _texts(value: Any) -> dict[str, str]:
    found = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in found if isinstance(text, str)}


def _refusal(message: str, pointer: str = "") -> InvalidError:
    return InvalidError(message, problems=[Problem(pointer, message)])
