"""What a person looks at on the page of a run, read from its address. Pure.

An address is typed, shortened and kept for years: what cannot be in one is passed over rather
than refused, so that the page still shows the run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NAMES = ("step", "attempt", "in", "only", "first", "show", "level")
NUMBER_MAX = 1_000_000
_SCOPE = re.compile(r"[^\[\].\0]+(\[\d{1,9}\]\.[^\[\].\0]+)*(\[\d{1,9}\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person looks at.

    Attributes:
        step, attempt: The step picked, by path or by its id in a loop's body, and which try.
        inside: The scope shown: a loop's path for its rounds, a round's for its steps.
        only: Only lanes in this state.
        first: How many lanes are passed over.
        start: They look at what started the run.
        level: "warning" for the log's warnings and errors alone.
    """

    step: str = ""
    attempt: int | None = None
    inside: str = ""
    only: str = ""
    first: int = 0
    start: bool = False
    level: str = ""


def read_asked(args: Mapping[str, str]) -> Asked:
    """Read what an address asks for.

    >>> read_asked({"step": "each[3].call", "attempt": "2", "in": "each]"})
    Asked(step='each[3].call', attempt=2, inside='', only='', first=0, start=False, level='')
    """
    step, inside = args.get("step", ""), args.get("in", "")
    return Asked(
        step="" if "\0" in step else step,
        attempt=_number(args.get("attempt", "")),
        inside=inside if _SCOPE.fullmatch(inside) else "",
        only=args.get("only", ""),
        first=_number(args.get("first", "")) or 0,
        start=args.get("show") == "start",
        level=args.get("level", ""),
    )


def _number(text: str) -> int | None:
    """Read a number; one beyond what any run has is as good as NUMBER_MAX."""
    if not (text.isascii() and text.isdecimal()):
        return None
    return NUMBER_MAX if len(text) > len(str(NUMBER_MAX)) else min(int(text), NUMBER_MAX)
