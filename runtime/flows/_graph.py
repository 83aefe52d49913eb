"""Order among steps: which come before which, and whether they go in circles."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

Graph = Mapping[str, set[str]]


def find_cycle(after: Graph) -> list[str]:
    """Give the steps of one cycle in order, or an empty list.

    >>> find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}})
    ['b', 'c']
    """
    colours: dict[str, int] = {}
    for start in sorted(after):
        if start in colours:
            continue
        path: list[str] = [start]
        colours[start] = 1
        stack = [iter(sorted(after.get(start, ())))]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                colours[path.pop()] = 2
            elif colours.get(step) == 1:
                return path[path.index(step) :]
            elif step not in colours:
                colours[step] = 1
                path.append(step)
                stack.append(iter(sorted(after.get(step, ()))))
    return []


def reachable(after: Graph, starts: Iterable[str]) -> set[str]:
    """Give everything that can be reached from the starts, they included."""
    seen = set(starts)
    queue = deque(seen)
    while queue:
        for step in after.get(queue.popleft(), ()):
            if step not in seen:
                seen.add(step)
                queue.append(step)
    return seen


def comes_before(before: Graph, earlier: str, later: str) -> bool:
    """Tell whether arrows lead from `earlier` to `later`; `before` has every arrow turned.

    Looks backwards from `later` and stops at the first sight, so that the usual question, about
    the step just before, costs the same in a workflow of any size.

    >>> comes_before({"c": {"b"}, "b": {"a"}}, "a", "c")
    True
    """
    seen: set[str] = set()
    queue = deque([later])
    while queue:
        for step in before.get(queue.popleft(), ()):
            if step == earlier:
                return True
            if step not in seen:
                seen.add(step)
                queue.append(step)
    return False


def reversed_graph(after: Graph) -> dict[str, set[str]]:
    """Give the graph with every arrow turned."""
    before: dict[str, set[str]] = {}
    for step, targets in after.items():
        for target in targets:
            before.setdefault(target, set()).add(step)
    return before
