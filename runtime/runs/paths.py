"""Step paths: where in a run a step stands, loops' rounds included.

A round's scope is `<loop's path>[<number>]`, the workflow itself is the scope "". A path is its
scope, a dot and the step's id, so that it can be read, sorted and kept in one column.
"""

from __future__ import annotations

from collections.abc import Iterator


def path_in(scope: str, step: str) -> str:
    """Give the path of a step in a scope.

    >>> path_in("", "site"), path_in("each[3]", "call")
    ('site', 'each[3].call')
    """
    return f"{scope}.{step}" if scope else step


def split(path: str) -> tuple[str, str]:
    """Give the scope and the step's id.

    >>> split("a[1].b[0].call"), split("site")
    (('a[1].b[0]', 'call'), ('', 'site'))
    """
    scope, _, step = path.rpartition(".")
    return scope, step


def round_scope(loop: str, number: int) -> str:
    """Give the scope of a round of a loop.

    >>> round_scope("a[1].b", 0)
    'a[1].b[0]'
    """
    return f"{loop}[{number}]"


def loop_of(scope: str) -> tuple[str, int]:
    """Give the path of the loop a scope is a round of, and which round.

    >>> loop_of("a[1].b[12]")
    ('a[1].b', 12)
    """
    loop, _, number = scope.rpartition("[")
    return loop, int(number[:-1])


def enclosing(scope: str) -> Iterator[str]:
    """Yield the scope, then each around it, the workflow's own last.

    >>> list(enclosing("a[1].b[0]"))
    ['a[1].b[0]', 'a[1]', '']
    """
    yield scope
    while scope:
        scope = split(loop_of(scope)[0])[0]
        yield scope


def outermost(path: str) -> str:
    """Give the id of the step, or of the loop around all others, a path begins with.

    >>> outermost("a[1].b[0].call"), outermost("site"), outermost("site~undo")
    ('a', 'site', 'site')
    """
    return path.partition("[")[0].partition("~")[0]


def is_inside(scope: str, loop: str) -> bool:
    """Tell whether a scope lies in a round of a loop, however deep.

    >>> is_inside("a[1].b[0]", "a"), is_inside("ab[0]", "a")
    (True, False)
    """
    return scope.startswith(loop + "[")


def is_within(inner: str, scope: str) -> bool:
    """Tell whether a scope is another or lies in it.

    >>> is_within("a[1].b[0]", "a[1]"), is_within("a[10]", "a[1]")
    (True, False)
    """
    return inner == scope or not scope or inner.startswith(scope + ".")
