"""What every kind of part is asked for, and the desk it is made at.

A kind knows nothing of packs. Blocks come in by doors, for what installs them stands above.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.model import InstallView
from blocks.packages.trust import Trusted
from kernel.errors import NotFoundError
from kernel.secrets import Vault
from runtime.packs.parts import Part

Said = Mapping[str, Any]
T = TypeVar("T")
_SHOWN = 3


class InstallBlock(Protocol):
    """Installs a package of a block with what it carries."""

    def __call__(
        self,
        session: Session,
        tenant_id: UUID,
        digest: str,
        *,
        consents: bool,
        by: str,
        now: datetime,
    ) -> InstallView:
        """Install it; see `runtime.flows.installing.install`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDoors:
    """What stands above and knows blocks whole: it installs them, and says what uses a version."""

    install: InstallBlock
    what_uses: Callable[[Session, UUID, str, str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where and for whom parts are made.

    Attributes:
        by_id: Who answers for it; None for a program.
        require: Refuses who may not change what these permissions are for; raises ForbiddenError.
        vouched_by: The pack, where it is signed and believed: its digest and keys.
        kinds: Those that take the place of a pack's, or are beside them, by their word.
    """

    session: Session
    tenant_id: UUID
    by: str
    by_id: UUID | None
    now: datetime
    vault: Vault
    doors: BlockDoors
    require: Callable[[Collection[str]], None]
    vouched_by: Trusted | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    @property
    def where(self) -> tuple[Session, UUID]:
        """Give what every service asks first."""
        return self.session, self.tenant_id

    @property
    def who(self) -> dict[str, Any]:
        """Give who does it, and when."""
        return {"by": self.by, "now": self.now}


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """A part as an installed version of the pack brought it.

    Attributes:
        stood: What of its document the tenant had before, where that is told apart by name.
    """

    kind: str
    file: str
    title: str
    part_id: UUID | None
    is_brought: bool
    document: Said
    stood: Sequence[str] = ()

    @property
    def brought(self) -> Part:
        """Give it as a part that says no more than what the pack itself brought."""
        return self.as_part({one: it for one, it in self.document.items() if one not in self.stood})

    def as_part(self, document: Said | None = None) -> Part:
        """Give it as a part again, saying what it said or something else."""
        said = self.document if document is None else document
        return Part(kind=self.kind, file=self.file, title=self.title, document=said)


class Kind:
    """One kind of part; a part's document and what `read` gives are compared as they are.

    Attributes:
        permission: What somebody needs in order to change such a part.
        restores_in_part: Whether what nobody changed goes back where something else was changed.
    """

    permission: str
    restores_in_part = False

    def find(self, desk: Desk, part: Part) -> UUID | None:
        """Find what stands under the part's name."""
        raise NotImplementedError

    def read(self, desk: Desk, part_id: UUID, part: Part) -> Said | None:
        """Give what is there now; None where it is gone."""
        raise NotImplementedError

    def make(self, desk: Desk, part: Part) -> UUID:
        """Make it."""
        raise NotImplementedError

    def change(self, desk: Desk, part_id: UUID, part: Part) -> UUID:
        """Let what is there say what the part says."""
        raise NotImplementedError

    def restore(self, desk: Desk, part_id: UUID, now: Part, was: Said) -> UUID:
        """Let what is there, as `now` left it, say again what it said before."""
        return self.change(desk, part_id, replace(now, document=was))

    def merge(self, desk: Desk, part: Part, base: Said) -> bool:  # noqa: ARG002  most have none
        """Where the tenant's is kept: bring what is apart from it; tell whether there was any."""
        return False

    def stood(self, desk: Desk, part: Part, base: Said) -> Sequence[str]:  # noqa: ARG002
        """Name what of a part is there, though the pack did not bring it before as `base`."""
        return ()

    def why_stays(
        self, desk: Desk, part_id: UUID, part: Part, besides: Collection[str] = ()
    ) -> str:
        """Say what keeps it from being removed; "" for nothing. Uses by `besides` do not count."""
        raise NotImplementedError

    def remove(self, desk: Desk, part_id: UUID, part: Part) -> None:
        """Remove it; raises a GarlandError before anything is changed where it cannot be."""
        raise NotImplementedError


def found_or_none(give: Callable[[], T]) -> T | None:
    """Give what is there, None where nothing is."""
    try:
        return give()
    except NotFoundError:
        return None


def few(names: Sequence[str]) -> str:
    """Name the first of some, and say how many more there are.

    >>> few(["a", "b", "c", "d"])
    'a, b, c and 1 more'
    """
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def without(users: Sequence[str], besides: Collection[str]) -> list[str]:
    """Leave out those users that go as well."""
    return [one for one in users if one.removeprefix("the workflow ") not in besides]
