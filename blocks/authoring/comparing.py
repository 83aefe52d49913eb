"""A block beside its last release: what is otherwise, and by how much the version has to grow."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.compatibility import Bump, Difference, compare, is_enough, needed_bump
from blocks.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a new version means for those who use the old one.

    Attributes:
        old: The version compared with.
        new: The version now.
        differences: The gravest first.
        needed: How far the version has to grow.
        least: The lowest version that is enough.
        is_enough: Whether the present one is.
    """

    old: str
    new: str
    differences: tuple[Difference, ...]
    needed: Bump
    least: str
    is_enough: bool

    @property
    def needs_consent(self) -> bool:
        """Whether people must agree anew before it is installed."""
        return any(one.needs_consent for one in self.differences)


def compare_releases(old: Manifest, new: Manifest) -> Comparison:
    """Set a block beside its last release."""
    differences = compare(old, new)
    needed = needed_bump(differences)
    return Comparison(
        old=old.version,
        new=new.version,
        differences=differences,
        needed=needed,
        least=grown(old.version, needed),
        is_enough=is_enough(old.version, new.version, needed),
    )


def grown(version: str, bump: Bump) -> str:
    """Give the next version; before 1.0.0 the minor part is the major.

    >>> grown("1.2.3", Bump.MINOR), grown("0.2.3", Bump.MAJOR), grown("0.2.3", Bump.MINOR)
    ('1.3.0', '0.3.0', '0.2.4')
    """
    major, minor, patch = (int(part) for part in version.partition("-")[0].split("."))
    if major == 0:
        return f"0.{minor + 1}.0" if bump is Bump.MAJOR else f"0.{minor}.{patch + 1}"
    if bump is Bump.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump is Bump.MINOR else f"{major}.{minor}.{patch + 1}"
