"""How well code of others is kept in on this machine; `trial.py` finds it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Wanted = Literal["auto", "0", "1", "2"]
"""What an operator may ask for: `auto` is 1 where this machine can."""


@dataclass(frozen=True, slots=True)
class Level:
    """What may run here.

    Attributes:
        number: 0: only blocks without code of others; 1: code of others, locked down;
            2: hardened, in namespaces of its own besides.
        missing: Why it is not what was asked for, a sentence each, with the remedy.
    """

    number: Literal[0, 1, 2]
    missing: tuple[str, ...] = ()
