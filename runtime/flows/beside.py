"""What is kept beside a draft and follows it: a door to what stands elsewhere.

Whoever keeps something gives the door, and the composition root puts it into every session's
`info`, so that it follows however a draft is saved. Where there is none, nothing follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

BESIDE = "garland.beside_drafts"


class Beside(Protocol):
    """What somebody keeps by the steps of drafts."""

    def follow(
        self,
        session: Session,
        tenant_id: UUID,
        flow_id: UUID,
        *,
        was: Mapping[str, Any],
        draft: Mapping[str, Any],
    ) -> None:
        """Take along what is kept of steps that are called otherwise in the draft that is now."""
        ...


def follow_draft(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    was: Mapping[str, Any],
    draft: Mapping[str, Any],
) -> None:
    """Tell whoever keeps something beside a draft that it was replaced."""
    beside: Beside | None = session.info.get(BESIDE)
    if beside is not None:
        beside.follow(session, tenant_id, flow_id, was=was, draft=draft)
