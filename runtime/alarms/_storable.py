"""What no database of ours could keep: told with the place and the remedy, before it is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kernel.errors import Problem
from kernel.schema import pointer_to

ATTRIBUTES_MAX_BYTES = 64 * 1024
ATTRIBUTES_MAX_DEPTH = 8


def storage_problems(document: Mapping[str, Any]) -> list[Problem]:
    """List what no database of ours could keep; one look at the text finds most events clean."""
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (ValueError, RecursionError):
        return list(_unstorable(document, []))
    is_suspect = "\\u0000" in text or text.count("{") + text.count("[") > ATTRIBUTES_MAX_DEPTH
    problems = list(_unstorable(document, [])) if is_suspect else []
    if size > ATTRIBUTES_MAX_BYTES:
        attributes = json.dumps(document.get("attributes", {}), ensure_ascii=False)
        if len(attributes.encode()) > ATTRIBUTES_MAX_BYTES:
            remedy = (
                f"attributes take over {ATTRIBUTES_MAX_BYTES // 1024} KB: send fewer or shorter"
            )
            problems.append(Problem("/attributes", remedy))
    return problems


def _unstorable(node: Any, path: list[str | int]) -> list[Problem]:
    where = pointer_to(path)
    if len(path) > ATTRIBUTES_MAX_DEPTH + 1:
        return [Problem(where, f"{where} nests deeper than {ATTRIBUTES_MAX_DEPTH}: flatten it")]
    if isinstance(node, Mapping):
        named = [
            problem for key in node for problem in _text_problems(key, where, "a field's name")
        ]
        return named + [
            problem for key, value in node.items() for problem in _unstorable(value, [*path, key])
        ]
    if isinstance(node, list):
        return [
            problem
            for index, value in enumerate(node)
            for problem in _unstorable(value, [*path, index])
        ]
    if isinstance(node, float) and node - node != 0.0:
        return [Problem(where, f"{where} is not a finite number: send a number or leave it out")]
    return _text_problems(node, where, where)


def _text_problems(value: Any, where: str, name: str) -> list[Problem]:
    if not isinstance(value, str):
        return []
    if "\x00" in value:
        return [Problem(where, f"{name} holds a NUL character: remove it")]
    if _is_whole(value):
        return []
    remedy = f"{name!a} holds half a character (a lone surrogate): remove it"
    return [Problem(where if _is_whole(where) else "", remedy)]


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
