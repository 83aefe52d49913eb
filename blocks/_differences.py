"""One thing that is otherwise in a new version of a block, and what it asks of the version."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Bump(IntEnum):
    """The part of a version that has to grow (semver 2.0.0)."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise.

    Attributes:
        bump: What it asks of the version.
        pointer: JSON Pointer into the new manifest.
        message: A sentence for the author and for who decides on the upgrade.
        needs_consent: Whether people must agree anew before it is installed.
    """

    bump: Bump
    pointer: str
    message: str
    needs_consent: bool = False

    @property
    def is_breaking(self) -> bool:
        """Whether a workflow that uses the old version may fail or do another thing."""
        return self.bump is Bump.MAJOR
