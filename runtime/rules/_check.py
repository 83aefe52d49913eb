"""What is wrong with a rule document, beyond what its JSON Schema can say.

Each problem's pointer leads to the field, its message names the remedy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kernel.errors import Problem
from kernel.schema import Schema
from runtime.rules._schema import RULE_SCHEMA, with_naming
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
    for where, condition in _conditions_of(document) if isinstance(document, Mapping) else ():
        if _too_deep(condition):
            deep = f"{where} is nested more than {DEPTH_MAX} deep: flatten its groups"
            return [Problem(where, deep)]
    problems = with_naming(_schema.problems(document), "rule")
    if problems:
        return problems
    return [
        *_condition_problems(document),
        *_pattern_problems(document),
        *_action_problems(document, flow_slugs),
    ]


def _too_deep(condition: Any) -> bool:
    """Measure before the schema recurses; iterative, so that no input is too deep to measure."""
    level = [condition]
    for _ in range(DEPTH_MAX + 1):
        level = [member for node in level for member in _members(node)]
    return bool(level)


def _members(node: Any) -> list[Any]:
    if not isinstance(node, Mapping):
        return []
    groups = (node.get(gate) for gate in ("all", "any", "none"))
    return [member for group in groups if isinstance(group, list) for member in group]


def _condition_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Look at every condition of a rule; all of them together have one limit."""
    found = [
        (where, node)
        for top, condition in _conditions_of(document)
        for where, node in _walk(condition, top)
    ]
    if len(found) > NODES_MAX:
        yield Problem("/when", f"when has {len(found)} conditions: use at most {NODES_MAX}")
        return
    for pointer, node in found:
        if "field" in node:
            yield from _leaf_problems(pointer, node)


def _conditions_of(document: Any) -> Iterator[tuple[str, Any]]:
    """Name the places of a rule that hold a condition; of rubbish, those that are there."""
    if "when" in document:
        yield "/when", document["when"]
    pattern = document.get("pattern")
    for name in ("a", "b") if isinstance(pattern, Mapping) else ():
        if name in pattern:
            yield f"/pattern/{name}", pattern[name]
    actions = document.get("then")
    for index, action in enumerate(actions if isinstance(actions, list) else ()):
        if isinstance(action, Mapping) and "where" in action:
            yield f"/then/{index}/where", action["where"]


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
    pattern = document.get("pattern", {})
    paths = {f"group_by/{index}": path for index, path in enumerate(pattern.get("group_by", ()))}
    if "distinct" in pattern:
        paths["distinct"] = pattern["distinct"]
    for where, path in paths.items():
        yield from _path_problems(f"/pattern/{where}", path)
    if pattern.get("release_below", 0) > pattern.get("more_than", 0) + 1:
        yield Problem(
            "/pattern/release_below",
            "release_below lies above more_than: choose a number at most as high",
        )
    if pattern.get("kind") == "persists" and "cleared" in document.get("on", ()):
        yield Problem("/on", "a cleared alarm does not persist: leave cleared out")


def _path_problems(pointer: str, path: str) -> Iterator[Problem]:
    if find_field(path) is None:
        said = f"{path} is not a field: choose one of the alarm's, or attributes.<name>"
        yield Problem(pointer, said)


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
        if action["do"] == "correlate":
            yield from _correlate_problems(document, action, pointer)
        for key in ("alarm", "fields", "reason", "key", "subject", "text"):
            yield from _text_problems(action.get(key), f"{pointer}/{key}")


def _correlate_problems(
    document: Mapping[str, Any], action: Mapping[str, Any], pointer: str
) -> Iterator[Problem]:
    """A parent is among the pattern's alarms, or it is found by a condition or in the network."""
    parent = action["parent"]
    if (parent == "matching") is not ("where" in action):
        said = "where goes with the parent matching: say which alarm the parent is"
        yield Problem(f"{pointer}/where", said)
    for name in ("hops", "at_least"):
        if name in action and parent != "above":
            said = f"{name} goes with the parent above: leave it out, or choose above"
            yield Problem(f"{pointer}/{name}", said)
    if "same" in action and parent == "above":
        said = "same does not go with the parent above: leave it out, or choose matching"
        yield Problem(f"{pointer}/same", said)
    kind = document.get("pattern", {}).get("kind", "each")
    if parent in ("first", "most_severe") and kind in ("each", "persists"):
        yield Problem(
            f"{pointer}/parent",
            f"{kind} has a single alarm: choose the parent above or matching, or a pattern of "
            "several",
        )
    for index, path in enumerate(action.get("same", ())):
        yield from _path_problems(f"{pointer}/same/{index}", path)


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
