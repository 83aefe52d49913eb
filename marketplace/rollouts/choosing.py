"""What a provider may choose: versions to bring those below it, and versions that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from blocks.installs.across import Held, held_among
from blocks.installs.here import Here, packages_here
from blocks.versions import precedence
from kernel.acting import Acting
from marketplace.impact.reach import reach_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A version that may be chosen.

    Attributes:
        in_use: By version, how many organisations have it: of those that it could take the place
            of, or of itself where it is one to recall.
    """

    digest: str
    block_id: str
    title: str
    version: str
    in_use: Sequence[tuple[str, int]]


def newer_versions(session: Session, who: Acting, *, q: str = "", now: datetime) -> list[Choice]:
    """List the versions higher than one that somebody below has, by title, the highest first.

    Raises:
        NotFoundError: who acts looks after nobody.
    """
    held = held_among(session, list(reach_of(session, who)))
    found = []
    for one in _here(session, who, held, q, now=now):
        older = [
            had
            for had in held
            if had.block_id == one.block_id and precedence(had.version) < precedence(one.version)
        ]
        if older:
            found.append(_choice(one, older))
    return _sorted(found)


def versions_in_use(session: Session, who: Acting, *, q: str = "", now: datetime) -> list[Choice]:
    """List the versions that somebody below has and that were not recalled, by title.

    Raises:
        NotFoundError: who acts looks after nobody.
    """
    held = held_among(session, list(reach_of(session, who)))
    by_digest: dict[str, list[Held]] = {}
    for had in held:
        by_digest.setdefault(had.digest, []).append(had)
    here = _here(session, who, held, q, now=now)
    return _sorted([_choice(one, by_digest[one.digest]) for one in here if one.digest in by_digest])


def _here(
    session: Session, who: Acting, held: Sequence[Held], q: str, *, now: datetime
) -> list[Here]:
    blocks = {one.block_id for one in held}
    wanted = q.strip().lower()
    return [
        one
        for one in packages_here(session, who.tenant_id, blocks, now=now)
        if wanted in f"{one.title} {one.block_id} {one.version}".lower()
    ]


def _choice(one: Here, held: Sequence[Held]) -> Choice:
    counted: dict[str, int] = {}
    for had in held:
        counted[had.version] = counted.get(had.version, 0) + had.organisations
    return Choice(
        digest=one.digest,
        block_id=one.block_id,
        title=one.title,
        version=one.version,
        in_use=sorted(counted.items(), key=lambda pair: precedence(pair[0]), reverse=True),
    )


def _sorted(found: list[Choice]) -> list[Choice]:
    found.sort(key=lambda one: precedence(one.version), reverse=True)
    return sorted(found, key=lambda one: (one.title.lower(), one.block_id))


def blocks_below(session: Session, who: Acting, *, now: datetime) -> list[tuple[str, str]]:
    """List the blocks that somebody below has, id and title, by title.

    Only those of which who asks may see a package: what somebody below makes is their own.

    Raises:
        NotFoundError: who acts looks after nobody.
    """
    held = held_among(session, list(reach_of(session, who)))
    here = _here(session, who, held, "", now=now)
    titles = {one.block_id: one.title for one in reversed(here)}  # what came last names it
    return sorted(titles.items(), key=lambda pair: (pair[1].lower(), pair[0]))
