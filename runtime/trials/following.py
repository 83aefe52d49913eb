"""Pins follow the steps of a draft that were only called otherwise, however it was saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from runtime.drafts.aligning import aligned
from runtime.trials.pins import pinned_steps, rename_step


class PinsFollow:
    """See `runtime.flows.beside.Beside`."""

    def follow(
        self,
        session: Session,
        tenant_id: UUID,
        flow_id: UUID,
        *,
        was: Mapping[str, Any],
        draft: Mapping[str, Any],
    ) -> None:
        """See `Beside.follow`."""
        if not pinned_steps(session, tenant_id, flow_id):
            return
        for old, new in aligned(was, draft, registry_of(session, tenant_id))[1].items():
            rename_step(session, tenant_id, flow_id, old, to=new)
