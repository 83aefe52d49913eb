"""Letting an environment be an organisation of its own: what it had as a part stays had."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from blocks.installs.firsts import hand_on_firsts
from kernel.acting import Acting
from tenancy.environments import find_environment, untie


def let_go(session: Session, who: Acting, slug: str, *, now: datetime) -> None:
    """Untie an environment; what the live organisation first had when counts for it too.

    So nobody has a trial period of something a second time by way of an environment.

    Raises:
        NotFoundError: no such environment of this organisation.
    """
    one = find_environment(session, who.tenant_id, slug)
    untie(session, who=who, slug=slug, now=now)
    hand_on_firsts(session, who.tenant_id, one.organisation_id)
