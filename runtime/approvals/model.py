"""The rules of approvals: who may decide, and when enough have.

Pure. Who is asked, and who must not decide, is one set of marks: `role:operator`,
`person:anna@example.com`, `operates` (whoever may operate runs), and against who started the run
`not:<id>` and `not-named:<name>`. The same marks answer in the database which approvals wait for
somebody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from blocks.outcomes import Ask
from kernel.errors import InvalidError, Problem
from kernel.schema import check_schema
from tenancy.roles import Role

TITLE_MAX = 300
TEXT_MAX = 20_000
COMMENT_MAX = 4_000
NEEDED_MAX = 20
WHO_MAX = 300
TIMEOUT_PORTS = ("timeout", "approved", "rejected")
OPERATES = "operates"
NOBODY = "installation"
"""The voter behind tokens that nobody signed in made: all of them together count as one."""


class ApprovalState(Enum):
    """How far an approval is."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    WITHDRAWN = "withdrawn"


class Choice(Enum):
    """What one person decides."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """Somebody who wants to decide.

    Attributes:
        name: How they are called.
        role: Their role in the organisation.
        operates: Whether that role may operate runs.
        email: Their address; "" for a program.
        person_id: The person, or for a program whoever made its token; None when nobody knows.
    """

    name: str
    role: str
    operates: bool
    email: str = ""
    person_id: UUID | None = None

    @property
    def key(self) -> str:
        """Who the vote counts for."""
        return str(self.person_id) if self.person_id is not None else NOBODY

    @property
    def rights(self) -> frozenset[str]:
        """The marks by which they may be asked."""
        found = {f"role:{self.role}"}
        if self.email:
            found.add(f"person:{self.email.lower()}")
        if self.operates:
            found.add(OPERATES)
        return frozenset(found)

    @property
    def bars(self) -> frozenset[str]:
        """The marks by which they may be kept out."""
        return frozenset({f"not:{self.key}", f"not-named:{self.name}"})


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody decided, and what they said with it."""

    voter: str
    choice: Choice
    by: str = ""
    at: datetime | None = None
    comment: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not decide; `is_final` when it is because they did already."""

    text: str
    is_final: bool = False


def rights_of(ask: Ask) -> frozenset[str]:
    """Give the marks of those who are asked.

    >>> sorted(rights_of(Ask(title="Go?", roles=("admin",), people=("Anna@example.com",))))
    ['person:anna@example.com', 'role:admin']
    """
    roles = {f"role:{role}" for role in ask.roles}
    people = {f"person:{one.strip().lower()}" for one in ask.people}
    return frozenset(roles | people or {OPERATES})


def bars_of(started_by: str, behind: Iterable[UUID | None]) -> frozenset[str]:
    """Give the marks against who started a run, by name and by the people behind that name.

    Names are not unique: somebody of the same name is kept out too rather than let in.
    """
    found = {f"not:{one if one is not None else NOBODY}" for one in behind}
    return frozenset(found | ({f"not-named:{started_by}"} if started_by else set()))


def why_not(marks: Collection[str], voter: Voter, votes: Iterable[Vote]) -> Refusal | None:
    """Say why somebody may not decide; None when they may."""
    if voter.key in {one.voter for one in votes}:
        return Refusal("you have decided already: nobody decides twice", is_final=True)
    if not voter.rights & set(marks):
        return Refusal("others are asked to decide this, not you")
    if voter.bars & set(marks):
        return Refusal("you started this run, and somebody else has to decide it")
    return None


def verdict(needed: int, votes: Iterable[Vote]) -> ApprovalState:
    """Say what the votes come to; one rejection rejects.

    >>> verdict(2, [Vote("a", Choice.APPROVE), Vote("a", Choice.APPROVE)]).value
    'open'
    """
    cast = list(votes)
    if any(one.choice is Choice.REJECT for one in cast):
        return ApprovalState.REJECTED
    approvers = {one.voter for one in cast}
    return ApprovalState.APPROVED if len(approvers) >= needed else ApprovalState.OPEN


def check_ask(ask: Ask) -> None:
    """Refuse what could never be decided, before anybody waits for it.

    Raises:
        InvalidError: naming each field and the remedy.
    """
    found = [Problem(f"/{field}", message) for field, message in _wrong(ask)]
    if ask.form:
        found += [Problem("/form" + one.pointer, one.message) for one in check_schema(ask.form)]
    if found:
        text = "; ".join(one.message for one in found[:3])
        raise InvalidError(f"this cannot be asked: {text}", problems=found)


def _wrong(ask: Ask) -> Iterable[tuple[str, str]]:
    """Name each field that is wrong, with the remedy."""
    known = sorted(one.value for one in Role)
    unknown = sorted(set(ask.roles) - set(known))
    longest = WHO_MAX - len("person:")
    too_few = not ask.roles and ask.people and ask.needed > len(rights_of(ask))
    remind_s, ports = ask.remind_every_s, TIMEOUT_PORTS
    checks = (
        ("title", 1 <= len(ask.title.strip()) <= TITLE_MAX, f"write 1 to {TITLE_MAX} characters"),
        ("text", len(ask.text) <= TEXT_MAX, f"write at most {TEXT_MAX:,} characters"),
        ("roles", not unknown, f"{unknown} is no role; choose among {', '.join(known)}"),
        (
            "people",
            all(1 <= len(one.strip()) <= longest for one in ask.people),
            "each is an e-mail address",
        ),
        ("needed", 1 <= ask.needed <= NEEDED_MAX, f"ask for 1 to {NEEDED_MAX} approvals"),
        ("needed", not too_few, f"name at least {ask.needed} people, or ask for fewer approvals"),
        ("form", not ask.form or ask.form.get("type") == "object", "its type must be object"),
        ("remind_every_s", remind_s is None or remind_s > 0, "write more than 0 seconds, or none"),
        ("timeout_port", ask.timeout_port in ports, f"choose one of {', '.join(ports)}"),
    )
    yield from ((field, f"{field}: {remedy}") for field, fits, remedy in checks if not fits)
