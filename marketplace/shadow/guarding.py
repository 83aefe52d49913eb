"""What keeps a provider from reading others' data by what a version of its own making does with it.

A version answers for each record that it is given; who writes it could have it tell a word in it
by failing. So others' records go to versions alone that more than one person looked at, seldom,
each of those whose records they are can see that it was asked for, and few records are not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from kernel.errors import ConflictError
from marketplace.catalogue.own.approved import approved_by_two
from marketplace.shadow._tables import ShadowRow
from marketplace.shadow.model import Counts, total_of

RECORDS_MIN = 5
"""Of fewer records of one organisation nothing is told to a provider."""
RUNS_A_DAY = 5
"""So often a provider may ask for versions of one block to be tried on others within a day."""
A_DAY = timedelta(days=1)


def refuse_unseen(session: Session, tenant_id: UUID, digest: str) -> None:
    """Refuse a version that nobody but who brought it vouches for, to be tried on others.

    Raises:
        ConflictError: it is neither signed and listed, nor approved by two people of the provider.
    """
    kept = session.get_one(BlockPackage, digest)
    if not kept.signers and not approved_by_two(session, tenant_id, [digest]):
        raise ConflictError(
            "a version is tried on what others were given once it is listed, or two of your "
            "people approved it as one of your own: submit it for review"
        )


def refuse_often(session: Session, tenant_id: UUID, listing_id: str, *, now: datetime) -> None:
    """Refuse one run too many of a block's versions within a day; raises ConflictError."""
    wanted = select(func.count(ShadowRow.id)).where(
        ShadowRow.tenant_id == tenant_id,
        ShadowRow.listing_id == listing_id,
        ShadowRow.below.is_(True),
        ShadowRow.made_at > now - A_DAY,
    )
    if (session.scalar(wanted) or 0) >= RUNS_A_DAY:
        raise ConflictError(
            f"versions of {listing_id} were tried {RUNS_A_DAY} times within a day: try it tomorrow"
        )


def too_few(found: Mapping[UUID | None, Counts]) -> set[UUID | None]:
    """Say of whom nothing is told: of whom there are few records, and none is left alone so.

    What is told in all gives away what is left out, where that is one organisation or few
    records: so the next one, by number, is left out with it. None is whoever is not named at all.

    >>> too_few({UUID(int=1): {"same": 2}, UUID(int=2): {"same": 9}, UUID(int=3): {"same": 8}})
    {UUID('00000000-0000-0000-0000-000000000001'), UUID('00000000-0000-0000-0000-000000000003')}
    >>> too_few({UUID(int=1): {}, UUID(int=2): {"same": 5}})
    set()
    """
    ranked = sorted((total_of(one), str(who), who) for who, one in found.items() if total_of(one))
    few = [(number, who) for number, _, who in ranked if number < RECORDS_MIN or who is None]
    for number, _, who in ranked:
        if not few or (len(few) > 1 and sum(one for one, _ in few) >= RECORDS_MIN):
            break
        if (number, who) not in few:
            few.append((number, who))
    return {who for _, who in few}
