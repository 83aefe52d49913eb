"""Bundles as those see them who are offered them: what is in each, and which of it they have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from marketplace.catalogue.looking import list_bundles, sight_of
from marketplace.search.finding import get_listing
from marketplace.search.model import Visible


class Member(NamedTuple):
    """A listing of a bundle; `is_had` tells whether any version of it is installed."""

    listing_id: str
    title: str
    is_had: bool


class Together(NamedTuple):
    """A bundle that is offered whole."""

    title: str
    words: str
    members: Sequence[Member]


def bundles_for(
    session: Session, who: Acting, visible: Visible, had: Collection[str], *, now: datetime
) -> list[Together]:
    """List the bundles that who acts is offered, those of the nearest provider first.

    One of which a member cannot be found here is left out, for it could not be installed whole.
    """
    found = []
    for one in list_bundles(session, sight_of(session, who), now=now):
        try:
            titles = {id_: get_listing(session, id_, visible=visible).title for id_ in one.members}
        except NotFoundError:
            continue
        members = sorted(titles.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
        found.append(
            Together(
                one.title, one.words, [Member(id_, title, id_ in had) for id_, title in members]
            )
        )
    return found
