"""Installing a pack into a tenant, and upgrading it: looked at first, then done, whole or not.

Workflows, rules and decision tables come as drafts, sources paused: nothing acts before a person
publishes it. What the tenant changed since is kept unless it asks for the pack's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any
from uuid import UUID

import structlog

from blocks.installs.firsts import note_first
from blocks.packages.trust import Trusted
from blocks.versions import precedence
from kernel.errors import ConflictError, InvalidError, Problem
from runtime.packs.desk import Desk, Had, Said
from runtime.packs.kinds import kind_at
from runtime.packs.offers import OfferView, get_offer, package_of
from runtime.packs.parts import BLOCK, Part, parts_of
from runtime.packs.planning import Line, Plan, Verdict, files_asked, make_plan
from runtime.packs.store import (
    InstalledView,
    before_of,
    find_installed,
    had_of,
    keep_installed,
)
from tenancy.audit.trail import About, note

log = structlog.get_logger(__name__)
_WRITES = frozenset({Verdict.NEW, Verdict.UPDATED})


class PackConsentError(ConflictError):
    """What a block of the pack asks for was not agreed to."""

    code = "pack.consent_needed"


class PlanMovedError(ConflictError):
    """Something else would happen than what was looked at."""

    code = "pack.plan_moved"


class NoUpgradeError(ConflictError):
    """The version is not one that follows the installed one."""

    code = "pack.no_upgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a person said to a plan.

    Attributes:
        consents: To all that its blocks ask for.
        takes: The files of those parts where the pack's takes the place of the tenant's.
        mark: Of the plan they saw; "" to go by whatever would happen now.
    """

    consents: bool = False
    takes: Collection[str] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A version of a pack before it is installed, or upgraded to, and what that would do."""

    offer: OfferView
    installed: InstalledView | None
    plan: Plan
    vouched_by: Trusted | None


def look(desk: Desk, pack_id: str, version: str = "", *, lock: bool = False) -> Looked:
    """Say what installing a version would do, or upgrading to it where the pack is installed.

    Raises:
        NotFoundError: there is no such pack, or version of it.
        NoUpgradeError: a later version is installed.
        PackError: the pack does not fit any more, such as one that was brought to an older Garland.
        NotTrustedError: somebody took back their word since it came.
    """
    offer = get_offer(*desk.where, pack_id, version)
    installed = find_installed(*desk.where, pack_id, lock=lock)
    if installed is not None and precedence(offer.version) < precedence(installed.version):
        message = f"version {installed.version} is installed, which is later: bring a later one"
        raise NoUpgradeError(message, installed=installed.version)
    package, vouched_by = package_of(*desk.where, offer, now=desk.now)
    had = had_of(*desk.where, installed.id) if installed is not None else {}
    plan = make_plan(desk, offer.digest, parts_of(package), had)
    return Looked(offer=offer, installed=installed, plan=plan, vouched_by=vouched_by)


def install(desk: Desk, pack_id: str, version: str = "", *, agreed: Agreed) -> InstalledView:
    """Install a version of a pack, or upgrade to it, as the plan said.

    Raises:
        ConflictError: as `look`; nobody agreed to what a block asks for; something else would
            happen than what was seen; or a part cannot come.
        ForbiddenError: who does it may not change every kind of thing that it brings.
        InvalidError: what is to be taken is no part where there is a choice, or a part does not
            fit here; its problems begin with its file.
    """
    looked = look(desk, pack_id, version, lock=True)
    desk.require(looked.plan.permissions)  # of what is done, not of what was looked at
    require_agreed(looked.plan, agreed)
    desk = replace(desk, vouched_by=looked.vouched_by)
    with desk.session.begin_nested():
        before = _before(desk, looked)
        done = [bring_line(desk, line, agreed) for line in looked.plan.lines]
        parts = [one for one in done if one is not None]
        offer = looked.offer
        made = keep_installed(desk, offer.manifest, offer.digest, parts, before=before)
        tidy_blocks(desk, looked.plan, parts)
        if offer.signers:
            note_first(*desk.where, pack_id, on=desk.now.astimezone(UTC).date())
    log.info("pack_installed", pack=pack_id, version=made.version, parts=len(parts))
    note(
        desk.session,
        desk.tenant_id,
        "pack.installed" if looked.installed is None else "pack.upgraded",
        now=desk.now,
        about=About(kind="pack", id=pack_id, name=made.title),
        facts={"version": made.version, "digest": offer.digest, "consented": agreed.consents},
    )
    return made


def require_agreed(plan: Plan, agreed: Agreed) -> None:
    """Refuse to go on where people did not say what the plan needs; raises as `install` does."""
    if agreed.mark not in ("", plan.mark):
        raise PlanMovedError("something changed since you looked: look at it again")
    if plan.clashes:
        line = plan.clashes[0]
        message = (
            f"{line.file}: {line.title} is installed in this version from another package: "
            "remove that one first"
        )
        raise ConflictError(message, file=line.file)
    if plan.needs_consent and not agreed.consents:
        message = "its blocks ask for more than was agreed to: consent to it"
        asks = {line.file: list(line.new_asks) for line in plan.lines if line.new_asks}
        raise PackConsentError(message, asks_for=asks)
    strange = sorted(set(agreed.takes) - files_asked(plan.lines))
    if strange:
        told = f"take: {strange[0]} is no part where there is a choice: leave it out"
        raise InvalidError(told, problems=[Problem("/take", told)])


def bring_line(desk: Desk, line: Line, agreed: Agreed) -> Had | None:
    """Let one line happen; give what the pack brought by it, None for what left the pack."""
    part = line.part
    if part is None:
        return None
    kind, there, is_new = kind_at(desk, line.kind), line.there, False
    base, stood, was_brought = _had_before(line)
    stood = sorted({*stood, *kind.stood(desk, part, base)})
    is_taken = line.file in agreed.takes
    is_vouched = line.kind == BLOCK and line.verdict is Verdict.SAME  # by one pack more
    with told_with(line.file):
        if line.verdict in _WRITES or is_taken or is_vouched:
            there = _written(desk, line, part)
            is_new = line.there is None or kind.restores_in_part
        elif line.is_asked and kind.merge(desk, part, base):
            there, is_new = kind.find(desk, part), True
    return Had(
        kind=line.kind,
        file=line.file,
        title=part.title,
        part_id=there,
        is_brought=was_brought or (is_new and bool(part.document.keys() - {*stood})),
        document=part.document,
        stood=stood,
    )


def _had_before(line: Line) -> tuple[Said, Sequence[str], bool]:
    had = line.had
    return (had.document, had.stood, had.is_brought) if had is not None else ({}, (), False)


def _written(desk: Desk, line: Line, part: Part) -> UUID:
    kind = kind_at(desk, line.kind)
    if line.there is None or line.kind == BLOCK:
        return kind.make(desk, part)
    return kind.change(desk, line.there, part)


def _before(desk: Desk, looked: Looked) -> Mapping[str, Any] | None:
    """Keep what an upgrade changes, so that it can be taken back; nothing for a first install.

    The same version again is no upgrade: what there was to go back to stays.
    """
    installed = looked.installed
    if installed is None or installed.digest == looked.offer.digest:
        return before_of(*desk.where, looked.offer.pack_id)
    had = had_of(*desk.where, installed.id)
    lines = {line.file: line for line in looked.plan.lines}
    parts = []
    for file, one in had.items():
        line = lines[file]
        said_of = {**one.document, **(line.part.document if line.part is not None else {})}
        now = (
            kind_at(desk, one.kind).read(desk, line.there, one.as_part(said_of))
            if line.there
            else None
        )
        if one.kind == BLOCK:
            now = one.document
        said: dict[str, Any] = {"kind": one.kind, "file": file, "title": one.title, "was": now}
        said |= {"part_id": str(one.part_id) if one.part_id else None}
        said |= {"is_brought": one.is_brought, "document": one.document, "stood": list(one.stood)}
        parts.append(said)
    manifest = {"id": installed.pack_id, "version": installed.version, "title": installed.title}
    manifest |= {"summary": installed.summary, "publisher": installed.publisher}
    return {"manifest": manifest, "digest": installed.digest, "parts": parts}


def tidy_blocks(desk: Desk, plan: Plan, parts: Sequence[Had]) -> None:
    """Remove the versions of blocks that were replaced, where nothing uses them."""
    stay = {one.part_id for one in parts}
    for line in plan.lines:
        had = line.had
        if line.kind != BLOCK or had is None or had.part_id is None or not had.is_brought:
            continue
        kind, part = kind_at(desk, BLOCK), had.as_part()
        if had.part_id in stay or kind.read(desk, had.part_id, part) is None:
            continue
        if not kind.why_stays(desk, had.part_id, part):
            kind.remove(desk, had.part_id, part)


@contextmanager
def told_with(file: str) -> Iterator[None]:
    """Say of what does not fit in a tenant which file of the pack it is."""
    try:
        yield
    except InvalidError as error:
        found = [
            Problem(f"/{file}{one.pointer}", f"{file}: {one.message}") for one in error.problems
        ] or [Problem(f"/{file}", f"{file}: {error.message}")]
        raise InvalidError(f"{file} cannot be brought in", problems=found) from None
