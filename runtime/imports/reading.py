"""What is read of a file, and what could not be taken of it. Pure: no database, no clock.

What cannot be taken is a `Problem` that names the place and the remedy; it never spoils what
stands beside it. A file that cannot be read at all is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import InvalidError, Problem

ORIGIN_MAX = 120
FILE_MAX_BYTES = 5 * 1024 * 1024
PROBLEMS_MAX = 100
SHOWN_MAX = 20


@dataclass(slots=True)
class FileRead:
    """What a file says, as far as it could be taken.

    At most a hundred problems are kept; `left_out` counts all.
    """

    format: str
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0

    def refuse(self, place: str, message: str) -> None:
        """Note what cannot be taken; `place` is a line or an element."""
        self.left_out += 1
        if len(self.problems) < PROBLEMS_MAX:
            words = f"{place}: {message}" if place else message
            self.problems.append(Problem(f"/{place}", words))


def refused(message: str) -> InvalidError:
    """Refuse a file as a whole."""
    return InvalidError(message, problems=[Problem("/file", message)])


def count_changes(
    *, new: Sequence[str], changed: Sequence[str], gone: Sequence[str], same: int
) -> dict[str, Any]:
    """Say how many keys a file adds, changes and no longer has, and name some of each.

    >>> count_changes(new=["a", "b"], changed=[], gone=[], same=3)["new_keys"]
    ['a', 'b']
    """
    named = {"new": new, "changed": changed, "gone": gone}
    return {
        **{name: len(keys) for name, keys in named.items()},
        **{f"{name}_keys": list(keys[:SHOWN_MAX]) for name, keys in named.items()},
        "same": same,
    }
