"""What is wrong with a rule document, beyond what its JSON Schema can say.

Each problem's pointer leads to the field, its message names the remedy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kernel.errors import Problem
from kernel.schema import Schema
from runtime.rules._schema import RULE_SCHEMA
from runtime.rules.conditions import Op, bind
from runtime.rules.fields import find_field
from runtime.rules.placeholders import unknown_placeholders

NODES_MAX = 60
DEPTH_MAX = 6

_schema = Schema(RULE_SCHEMA)


def check_rule(document: Any, flow_slugs: Collection[str] | None = None) -> list[Problem]:
    """List what keeps a rule from being published; empty when it is good.

    Args:
        document: Whatever was sent.
        flow_slugs: The tenant's workflows, for `start`; None leaves them unchecked.
    """
    if _too_deep(document):
        return [Problem("/when", f"when is nested more than {DEPTH_MAX} deep: flatten its groups")]
    problems = _schema.problems(document)
    if problems:
        return problems
    return [
        *_condition_problems(document),
        *_pattern_problems(document),
        *_action_problems(document, flow_slugs),
    ]


def _too_deep(document: Any) -> bool:
    """Measure before the schema recurses; iterative, so that no input is too deep to measure."""
    if not isinstance(document, Mapping):
        return False
    level = [document.get("when")]
    for _ in range(DEPTH_MAX + 1):
        level = [member for node in level for member in _members(node)]
    return bool(level)


def _members(node: Any) -> list[Any]:
    if not isinstance(node, Mapping):
        return []
    groups = (node.get(gate) for gate in ("all", "any", "none"))
    return [member for group in groups if isinstance(group, list) for member in group]


def _condition_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    if "when" not in document:
        return
    found = list(_walk(document["when"], "/when"))
    if len(found) > NODES_MAX:
        yield Problem("/when", f"when has {len(found)} conditions: use at most {NODES_MAX}")
    for pointer, node in found:
        if "field" in node:
            yield from _leaf_problems(pointer, node)


def _walk(node: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield pointer, node
    for gate in ("all", "any", "none"):
        for index, member in enumerate(node.get(gate, ())):
            yield from _walk(member, f"{pointer}/{gate}/{index}")


def _leaf_problems(pointer: str, node: Mapping[str, Any]) -> Iterator[Problem]:
    op = Op(node["op"])
    bound = bind(node["field"], op, node.get("value"))
    if not isinstance(bound, str):
        return
    if find_field(node["field"]) is None:
        part = "field"
    else:
        part = "op" if "does not go with" in bound else "value"
    yield Problem(f"{pointer}/{part}", bound)


def _pattern_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for index, path in enumerate(document.get("pattern", {}).get("group_by", ())):
        if find_field(path) is None:
            yield Problem(
                f"/pattern/group_by/{index}",
                f"{path} is not a field: choose one of the alarm's, or attributes.<name>",
            )


def _action_problems(
    document: Mapping[str, Any], flow_slugs: Collection[str] | None
) -> Iterator[Problem]:
    for index, action in enumerate(document["then"]):
        pointer = f"/then/{index}"
        if action["do"] == "start" and flow_slugs is not None and action["flow"] not in flow_slugs:
            yield Problem(
                f"{pointer}/flow",
                f"flow {action['flow']} does not exist: choose one of your workflows",
            )
        for key in ("alarm", "fields", "reason"):
            yield from _text_problems(action.get(key), f"{pointer}/{key}")


def _text_problems(value: Any, pointer: str) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield from _text_problems(member, f"{pointer}/{str(key).replace('/', '~1')}")
    elif isinstance(value, str):
        for name in unknown_placeholders(value):
            yield Problem(
                pointer,
                f"{{{name}}} is not a field: write a field's name between the braces, "
                "such as {managed_object} or {attributes.site}",
            )
