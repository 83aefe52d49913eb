"""Runs a folder's examples against the mocked world, and says what came otherwise."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks.authoring.running import AS_HERE, Bounds, runnable
from blocks.testing import Compared, compare_example
from kernel.schema import pointer_to

SHOWN_MAX = 160


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that came otherwise than expected; what is absent has no text.

    Attributes:
        where: `port`, or `output /state` with a pointer into it.
        expected: As JSON.
        came: As JSON.
    """

    where: str
    expected: str
    came: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One example that was run.

    Attributes:
        title: Of the example.
        differences: What came otherwise; empty when all is well.
        note: What the block said when it failed and was not expected to.
        ran_s: How long it took, in seconds.
    """

    title: str
    differences: tuple[Difference, ...]
    note: str
    ran_s: float

    @property
    def ok(self) -> bool:
        """Whether it came out as it says."""
        return not self.differences


def try_examples(path: Path, *, trust: bool = False, bounds: Bounds = AS_HERE) -> tuple[Tried, ...]:
    """Run all examples of a folder.

    Args:
        path: The folder.
        trust: Whether its code runs in this process, rather than in the sandbox.
        bounds: How it is kept in where it does not, and for how long it may run.

    Raises:
        InvalidError: the manifest is wrong.
        NoSandboxError: it needs the sandbox, and there is none.
    """
    tried = []
    with runnable(path, trust=trust, bounds=bounds) as block:
        for example in block.manifest.examples:
            began = time.perf_counter()
            compared = compare_example(block, example)
            ran_s = time.perf_counter() - began
            tried.append(_tried(example, compared, ran_s, trust=trust))
    return tuple(tried)


def _tried(example: Mapping[str, Any], compared: Compared, ran_s: float, *, trust: bool) -> Tried:
    found = [
        difference
        for one in compared.mismatches
        for difference in differences_of(one.name, one.expected, one.came)
    ]
    came = compared.came
    is_surprise = came.get("error") != example["expect"].get("error") and "error" in came
    note = f"it failed with {came['error']}: {came['message']}" if is_surprise else ""
    if came.get("error") == "block.crashed" and not trust:
        note += " Run it with --trust to see where."
    return Tried(example["title"], tuple(found), note, ran_s)


def differences_of(name: str, expected: Any, came: Any) -> Iterator[Difference]:
    """List the places in which two values differ.

    >>> [one.where for one in differences_of("output", {"a": {"b": 1}}, {"a": {"b": 2}})]
    ['output /a/b']
    """
    for path, before, after in _walk((), expected, came):
        where = f"{name} {pointer_to(path)}" if path else name
        yield Difference(where, before, after)


def _walk(
    path: tuple[str | int, ...], expected: Any, came: Any
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if type(expected) is type(came) and expected == came:
        return
    if isinstance(expected, dict) and isinstance(came, dict):
        for name in dict.fromkeys([*expected, *came]):
            if name in expected and name in came:
                yield from _walk((*path, name), expected[name], came[name])
            else:
                yield (*path, name), _found(expected, name), _found(came, name)
    elif isinstance(expected, list) and isinstance(came, list) and len(expected) == len(came):
        for index, (one, other) in enumerate(zip(expected, came, strict=True)):
            yield from _walk((*path, index), one, other)
    elif expected != came:
        yield path, _text(expected), _text(came)


def _found(values: dict[str, Any], name: str) -> str:
    return _text(values[name]) if name in values else "nothing"


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 1] + "…"
