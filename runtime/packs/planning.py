"""What would become of each part: of what a pack says, and of what the tenant made of it since.

What a tenant changed or removed is kept unless it asks for the pack's; what stands under a part's
name already likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from blocks.installs.model import Ask, asks_of, new_asks
from blocks.installs.store import get_install, list_installs
from blocks.registry import Standing
from kernel.revisions import tag_of
from runtime.packs.desk import Desk, Had, Said
from runtime.packs.kinds import kind_at, permissions_of
from runtime.packs.parts import BLOCK, Part

SHOWN = 5


class Verdict(StrEnum):
    """What becomes of a part."""

    NEW = "is new"
    SAME = "stays as it is"
    UPDATED = "is updated"
    TAKEN = "is there already"
    CHANGED = "was changed by you"
    GONE = "was removed by you"
    LEFT = "leaves the pack"
    CLASH = "cannot come"


ASKED = frozenset({Verdict.TAKEN, Verdict.CHANGED, Verdict.GONE})
"""Where people say whether they keep theirs or take the pack's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One part, and what becomes of it.

    Attributes:
        theirs: What the pack changes of it, in words.
        yours: What the tenant changed of it, in words.
        asks: All that a block asks for; of these `new_asks` were never agreed to.
        part: What the pack brings; None where it leaves the pack.
        had: What the installed version brought.
        there: What the part is now in the tenant, if it is there.
        tag: Of what it says there now: another one once anybody changes it.
    """

    kind: str
    file: str
    title: str
    verdict: Verdict
    theirs: Sequence[str] = ()
    yours: Sequence[str] = ()
    asks: Sequence[Ask] = ()
    new_asks: Sequence[Ask] = ()
    part: Part | None = None
    had: Had | None = None
    there: UUID | None = None
    tag: str = ""

    @property
    def theirs_words(self) -> str:
        """Say in a sentence what the pack changes; of a block from which version to which."""
        if self.kind == BLOCK and self.had is not None and self.part is not None:
            return f"{self.had.document['version']} to {self.part.document['version']}"
        return f"The pack changes {'; '.join(self.theirs)}."

    @property
    def is_asked(self) -> bool:
        """Tell whether people choose between theirs and the pack's."""
        return self.verdict in ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What installing a version of a pack, or upgrading to it, would do."""

    digest: str
    lines: Sequence[Line]

    @property
    def needs_consent(self) -> bool:
        """Tell whether people must agree to what a block asks for."""
        return any(line.new_asks for line in self.lines)

    @property
    def clashes(self) -> Sequence[Line]:
        """Give the parts that keep the whole from being installed."""
        return [line for line in self.lines if line.verdict is Verdict.CLASH]

    @property
    def permissions(self) -> frozenset[str]:
        """Give what somebody has to be allowed in order to do it."""
        return permissions_of(self.lines)

    @property
    def mark(self) -> str:
        """Give what is another one once something else would become of a part, or of another."""
        told = [[line.file, line.verdict.value, line.tag] for line in self.lines]
        asks = [list(line.new_asks) for line in self.lines]
        return tag_of([self.digest, told, asks])


def make_plan(desk: Desk, digest: str, parts: Sequence[Part], had: Mapping[str, Had]) -> Plan:
    """Say what would become of each part, and of what the installed version brought."""
    lines = [_line(desk, part, had.get(part.file)) for part in parts]
    coming = {part.file for part in parts}
    lines += [_left(one) for file, one in had.items() if file not in coming]
    return Plan(digest=digest, lines=lines)


def verdict_of(base: Said | None, mine: Said | None, theirs: Said) -> Verdict:
    """Weigh what the pack said before, what is there, and what the pack says now.

    >>> verdict_of({"a": 1}, {"a": 2}, {"a": 3})
    <Verdict.CHANGED: 'was changed by you'>
    """
    if mine is None:
        return Verdict.NEW if base is None else Verdict.GONE
    if theirs in (mine, base):
        return Verdict.SAME
    if base is None:
        return Verdict.TAKEN
    return Verdict.UPDATED if mine == base else Verdict.CHANGED


def changes_in(before: Said, after: Said) -> list[str]:
    """Say in a few words what changed: of steps and rows which, of others the fields.

    >>> changes_in({"name": "a", "steps": {"x": 1}}, {"name": "b", "steps": {"x": 2, "y": 1}})
    ['name', 'steps: x, y']
    """
    found = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one == other:
            continue
        inside = _inside(one, other)
        found.append(f"{name}: {inside}" if inside else name)
    return _first(found)


def _inside(one: Any, other: Any) -> str:
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return ""
    names = [name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)]
    return ", ".join(_first(names))


def _first(names: Sequence[str]) -> list[str]:
    more = len(names) - SHOWN
    return [*names[:SHOWN], f"{more:,} more"] if more > 0 else list(names)


def _line(desk: Desk, part: Part, had: Had | None) -> Line:
    if part.kind == BLOCK:
        return _block_line(desk, part, had)
    kind = kind_at(desk, part.kind)
    there = had.part_id if had is not None else kind.find(desk, part)
    mine = kind.read(desk, there, part) if there is not None else None
    base = had.document if had is not None else None
    verdict = verdict_of(base, mine, part.document)
    before = base if base is not None else mine
    return Line(
        kind=part.kind,
        file=part.file,
        title=part.title,
        verdict=verdict,
        theirs=changes_in(before, part.document) if before is not None else (),
        yours=_yours(base, mine),
        part=part,
        had=had,
        there=there if mine is not None else None,
        tag=tag_of(mine),
    )


def _yours(base: Said | None, mine: Said | None) -> list[str]:
    return changes_in(base, mine) if base is not None and mine is not None else []


def _block_line(desk: Desk, part: Part, had: Had | None) -> Line:
    """A version of a block stands beside others; only the very same version can be in its way."""
    kind = kind_at(desk, BLOCK)
    there = kind.find(desk, part)
    mine = kind.read(desk, there, part) if there is not None else None
    if there is None or mine is None:
        verdict = Verdict.NEW if had is None else Verdict.UPDATED
    elif mine == part.document:
        verdict = Verdict.SAME
    elif get_install(*desk.where, there).state is Standing.IN_DEVELOPMENT:
        verdict = Verdict.UPDATED
    else:
        verdict = Verdict.CLASH
    asks = asks_of(part.manifest or {})
    own = [one for one in list_installs(*desk.where) if one.manifest.id == part.document["block"]]
    return Line(
        kind=BLOCK,
        file=part.file,
        title=part.title,
        verdict=verdict,
        theirs=changes_in(had.document, part.document) if had is not None else (),
        asks=asks,
        new_asks=new_asks(asks, [one.asks_for for one in own]),
        part=part,
        had=had,
        there=there,
        tag=tag_of(mine),
    )


def _left(had: Had) -> Line:
    return Line(
        kind=had.kind,
        file=had.file,
        title=had.title,
        verdict=Verdict.LEFT,
        had=had,
        there=had.part_id,
    )


def files_asked(lines: Iterable[Line]) -> set[str]:
    """Give the files of those parts where people choose."""
    return {line.file for line in lines if line.is_asked}
