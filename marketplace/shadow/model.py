"""What comes of a recorded step that is tried with a new version, and how it is counted. Pure.

A step counts as the same only where all that it was given is recorded: what it was told by the
outside, by alarms, tables or what it kept is not, so a version that asks for that is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kernel.schema import pointer_to

PATHS_MAX = 20
"""So many places that differ are kept of one step."""


class ShadowState(Enum):
    """How far a shadow run is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_under_way(self) -> bool:
        """Tell whether it is done, or will be, by itself."""
        return self in (ShadowState.WAITING, ShadowState.RUNNING)


class Verdict(Enum):
    """What came of one recorded step."""

    SAME = "same"
    DIFFERS = "differs"
    FAILS = "fails"
    NOT_COMPARABLE = "not_comparable"


class Why(Enum):
    """Why a recorded step cannot be compared."""

    OUTSIDE = "outside"
    THEN = "then"
    SECRET = "secret"  # noqa: S105  the word for it
    GONE = "gone"
    ELSEWHERE = "elsewhere"
    UNSTEADY = "unsteady"


VERDICT_LOOKS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.SAME: ("The same", "good", "circle-check"),
    Verdict.DIFFERS: ("Differs", "notice", "shuffle"),
    Verdict.FAILS: ("Fails", "bad", "circle-x"),
    Verdict.NOT_COMPARABLE: ("Not comparable", "neutral", "circle-dashed"),
}
"""How each is shown: word, tone and icon."""

WHY_WORDS: Mapping[Why, str] = {
    Why.OUTSIDE: "it calls out, and no answer is recorded",
    Why.THEN: "it reads alarms, tables, calendars, inventory or what it kept, as they were",
    Why.SECRET: "a secret is in it, and those are not handed to a version that nobody agreed to",
    Why.GONE: "a large value of it is not kept any more",
    Why.ELSEWHERE: "its result comes from people, workflows or events that it waits for",
    Why.UNSTEADY: "the older version gives something else today, too",
}
"""The same in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one recorded step.

    Attributes:
        paths: Where what it gave differs: `port`, or a pointer into the output (`/state`) or
            into the variables (`variables/n`).
        why: Why it cannot be compared; None where it can.
        code: The code of the error that it fails with; "" where it does not.
    """

    verdict: Verdict
    paths: tuple[str, ...] = ()
    why: Why | None = None
    code: str = ""


def not_comparable(why: Why) -> Tried:
    """Say that a step cannot be compared."""
    return Tried(verdict=Verdict.NOT_COMPARABLE, why=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gave:
    """What a step gave."""

    port: str
    output: Any
    variables: Mapping[str, Any]


def differing(before: Gave, after: Gave) -> tuple[str, ...]:
    """Name the places in which two results differ, the shortest that tells each; 20 at most.

    >>> old = Gave(port="done", output={"a": 1, "b": [1]}, variables={})
    >>> differing(old, Gave(port="done", output={"a": 2, "b": [1, 2]}, variables={}))
    ('/a', '/b')
    """
    found = ["port"] if before.port != after.port else []
    found += _places((), before.output, after.output)
    found += [f"variables{one}" for one in _places((), before.variables, after.variables)]
    return tuple(found[:PATHS_MAX])


def _places(path: tuple[str | int, ...], before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            if name in before and name in after:
                yield from _places((*path, name), before[name], after[name])
            else:
                yield pointer_to((*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _places((*path, at), one, other)
    elif isinstance(before, bool) != isinstance(after, bool) or before != after:
        yield pointer_to(path) or "/"


Counts = dict[str, int]
"""How many recorded steps came to what: by the words of `Verdict`, and of `Why` behind a colon."""


def count(tried: Iterable[Tried]) -> Counts:
    """Count what came of some steps.

    >>> count([Tried(verdict=Verdict.SAME), not_comparable(Why.GONE)])
    {'same': 1, 'not_comparable': 1, 'not_comparable:gone': 1}
    """
    found: Counts = {}
    for one in tried:
        words = [one.verdict.value]
        words += [f"{one.verdict.value}:{one.why.value}"] if one.why else []
        for word in words:
            found[word] = found.get(word, 0) + 1
    return found


def added(counts: Iterable[Mapping[str, int]]) -> Counts:
    """Add up counts.

    >>> added([{"same": 1}, {"same": 2, "fails": 1}])
    {'same': 3, 'fails': 1}
    """
    found: Counts = {}
    for one in counts:
        for word, number in one.items():
            found[word] = found.get(word, 0) + number
    return found


def total_of(counts: Mapping[str, int]) -> int:
    """Give how many recorded steps were tried."""
    return sum(counts.get(one.value, 0) for one in Verdict)


def reasons_of(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """List why steps could not be compared, in words, with how many, the most first."""
    found = [(WHY_WORDS[one], counts.get(f"not_comparable:{one.value}", 0)) for one in Why]
    return sorted([one for one in found if one[1]], key=lambda pair: -pair[1])
