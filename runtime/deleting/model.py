"""How a deletion goes, and what is asked for: words and numbers that everybody shares. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

DAYS = 30
"""So many days pass between asking and the first row, unless somebody chooses others."""
DAYS_CHOICES = (7, 14, 30, 60, 90)
"""What is chosen from on the page; whoever runs the installation takes any number up to a year."""
DAYS_MOST = 365
REST = timedelta(hours=1)
"""So long after closing nothing begins: by then every process has let go of the organisation."""


class Stage(Enum):
    """How far a deletion is."""

    ASKED = "asked"
    CANCELLED = "cancelled"
    UNDER_WAY = "under_way"
    FINISHED = "finished"

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to come, or going on."""
        return self in (Stage.ASKED, Stage.UNDER_WAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for.

    Attributes:
        name: The organisation's name as they typed it, which confirms that they mean it.
        days: How many days to wait before anything is deleted; 0 to `DAYS_MOST`.
    """

    name: str
    reason: str
    days: int = DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionView:
    """One deletion: asked for, called off, going on, or done.

    Attributes:
        owner_id: The organisation that it stood under, which the certificate belongs to.
        problem: Why it does not begin or go on; "" where nothing is in its way.
        rows, gone: How many rows there were when it began, and how many are deleted by now.
        certificate: The document's text, as its digest is made of it; "" until it is finished.
        digest: SHA-256 of that text.
    """

    id: UUID
    owner_id: UUID
    organisation_id: UUID
    name: str
    slug: str
    kind: str
    stage: Stage
    reason: str
    asked_at: datetime
    asked_by: str
    due_at: datetime
    cancelled_at: datetime | None
    cancelled_by: str
    begun_at: datetime | None
    finished_at: datetime | None
    problem: str
    rows: int
    gone: int
    certificate: str
    digest: str

    @property
    def percent(self) -> int:
        """Give how much of it is done, 0 to 100; never 100 before it is finished."""
        if self.stage is Stage.FINISHED:
            return 100
        return min(99, self.gone * 100 // self.rows) if self.rows else 0
