"""The form of a bundle: members chosen from what is offered, and whom it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from blocks.forms import OPERATION
from blocks.forms.reading import Submitted
from kernel.acting import Acting
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import slugify
from marketplace.catalogue import curating, looking, shelf
from marketplace.catalogue.choosing import Choices, Chosen, choices_for, chosen_of, read_chosen
from marketplace.catalogue.documents import KEY_MAX, VALUES_MAX
from marketplace.catalogue.overlay import Bundle

FOUND_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the form of a bundle holds; `was` is the key of the one that is changed, "" for none."""

    was: str = ""
    title: str = ""
    words: str = ""
    members: tuple[str, ...] = ()
    audience: Chosen = field(default_factory=Chosen)

    @property
    def key(self) -> str:
        """Give its name in addresses: it stays, whatever it is called later."""
        return self.was or slugify(self.title)[:KEY_MAX].strip("-")

    def document(self) -> dict[str, Any]:
        """Write it as `marketplace.catalogue.documents.BUNDLE` takes it."""
        said = {"title": self.title, "words": self.words, "members": list(self.members)}
        return {**said, "audience": self.audience.document()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A listing of a bundle; `is_offered` tells whether customers are offered it now."""

    listing_id: str
    title: str
    is_offered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The page of a bundle; `found` is what was found of `q` and is no member yet."""

    sent: Sent
    members: tuple[Member, ...]
    q: str
    found: tuple[Member, ...]
    choices: Choices


def sent_of(bundle: Bundle) -> Sent:
    """Fill the form with a bundle that is kept."""
    return Sent(
        was=bundle.key,
        title=bundle.title,
        words=bundle.words,
        members=tuple(sorted(bundle.members)),
        audience=chosen_of(bundle.audience),
    )


def read_sent(form: Submitted) -> Sent:
    """Read what was sent, after the button that was pressed."""
    verb, _, subject = (form.getlist(OPERATION) or [""])[-1].partition(":")
    members = dict.fromkeys(form.getlist("member")[:VALUES_MAX])
    if verb == "add" and subject:
        members[subject] = None
    if verb == "drop":
        members.pop(subject, None)

    def text(name: str) -> str:
        return (form.getlist(name) or [""])[-1].strip()

    return Sent(
        was=text("was"),
        title=text("title"),
        words=text("words"),
        members=tuple(members),
        audience=read_chosen(form),
    )


def require_members(sent: Sent) -> None:
    """Refuse a bundle without a title or with nothing in it; raises InvalidError."""
    problems = [] if sent.title else [Problem("/title", "Say what the bundle is called")]
    if not sent.members:
        told = "Look for what your customers are offered, and add at least one"
        problems.append(Problem("/members", told))
    if problems:
        raise InvalidError("this bundle cannot be kept so", problems=problems)


def sheet_of(
    session: Session, who: Acting, sent: Sent, *, q: str, customer_q: str, now: datetime
) -> Sheet:
    """Give all that the page shows; `q` looks for members, `customer_q` for customers."""
    wanted = q.strip()
    return Sheet(
        sent=sent,
        members=tuple(members_of(session, who, sent.members, now=now)),
        q=wanted,
        found=tuple(_found(session, who, wanted, sent.members, now=now)) if wanted else (),
        choices=choices_for(session, who, sent.audience, q=customer_q),
    )


def members_of(
    session: Session, who: Acting, listing_ids: Sequence[str], *, now: datetime
) -> list[Member]:
    """Say of some listings what they are called here and whether they are offered."""
    sight, found = looking.sight_of(session, who), []
    for listing_id in listing_ids:
        try:
            offer = looking.look_up(session, sight, listing_id, now=now).offer
            title = (
                offer or curating.what_comes_down(session, who, listing_id, now=now).offer
            ).title
        except NotFoundError:  # it comes down no longer
            offer, title = None, listing_id
        found.append(Member(listing_id=listing_id, title=title, is_offered=offer is not None))
    return found


def _found(
    session: Session, who: Acting, q: str, members: Sequence[str], *, now: datetime
) -> list[Member]:
    most = FOUND_MAX + len(members)
    rows = shelf.list_shown(session, who, shelf.Asked(q=q), limit=most, now=now)
    left = [one for one in rows if one.listing_id not in members]
    return [
        Member(listing_id=one.listing_id, title=one.title, is_offered=True)
        for one in left[:FOUND_MAX]
    ]
