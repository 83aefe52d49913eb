"""Secrets that stayed behind when a workflow was exported: found again where it came from. Pure."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from blocks.schemas import value_at
from kernel.schema import path_of


def with_kept_secrets(
    document: Mapping[str, Any], draft: Mapping[str, Any], left_out: Iterable[str]
) -> dict[str, Any]:
    """Give a workflow with the secrets its draft has in the places from which they were left out.

    >>> with_kept_secrets({"vars": {}}, {"vars": {"token": "x"}}, ["/vars/token"])
    {'vars': {'token': 'x'}}
    """
    found = copy.deepcopy(dict(document))
    for pointer in left_out:
        kept = value_at(draft, pointer)
        holder = value_at(found, pointer.rpartition("/")[0])
        if kept is not None and isinstance(holder, dict):
            holder.setdefault(path_of(pointer)[-1], kept)
    return found


def is_filled(document: Mapping[str, Any], pointer: str) -> bool:
    """Tell whether a place has a value."""
    return value_at(document, pointer) not in (None, "")


def place_words(pointer: str, titles: Mapping[str, str]) -> str:
    """Say where a pointer into a workflow leads, in a person's words.

    >>> place_words("/steps/mail/config/headers/Authorization", {"mail": "Tell the desk"})
    'Tell the desk, headers Authorization'
    """
    path = [part for part in path_of(pointer) if part not in ("steps", "body")]
    at = max((i for i, part in enumerate(path) if part in titles), default=-1)
    if at < 0:
        return " ".join(path)
    rest = [part for part in path[at + 1 :] if part not in ("config", "input")]
    return f"{titles[path[at]]}, {' '.join(rest)}" if rest else titles[path[at]]
