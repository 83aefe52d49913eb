"""What is done again and again, part by part: one that breaks keeps no other from being done."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)


def apart(part: str, do: Callable[[], object], *, tenant_id: UUID | None = None) -> bool:
    """Do one part, whose failure is logged and goes no further; tell whether it was done.

    >>> apart("nothing", lambda: None)
    True
    """
    try:
        do()
    except Exception:
        whose = {"tenant_id": str(tenant_id)} if tenant_id is not None else {}
        log.exception("part_failed", part=part, **whose)
        return False
    return True
