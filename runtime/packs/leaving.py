"""Removing a pack, and taking back its last upgrade: what people use or changed is kept.

What is kept is the tenant's own from then on, and nothing of it is said to be of a pack any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from kernel.errors import ConflictError, GarlandError
from runtime.packs.desk import Desk, Had, Said
from runtime.packs.installing import told_with
from runtime.packs.kinds import KINDS
from runtime.packs.parts import BLOCK, is_composite
from runtime.packs.store import before_of, forget_installed, get_installed, had_of, keep_installed
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note

log = structlog.get_logger(__name__)
_LAST_FIRST = tuple(KINDS)[::-1]
CHANGED = "you changed it since"


class NothingBeforeError(ConflictError):
    """There is no upgrade to take back."""

    code = "pack.nothing_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of a part: it goes, or stays for a reason.

    Attributes:
        part_id: What it is in the tenant; None where it is not there any more.
        why: Why it stays; "" where it goes, or goes back.
    """

    kind: str
    file: str
    title: str
    part_id: UUID | None
    why: str

    @property
    def goes(self) -> bool:
        """Tell whether it goes, or goes back to what it was."""
        return not self.why


def look_at_removal(desk: Desk, pack_id: str) -> list[Fate]:
    """Say what would go with a pack and what would stay, and why; raises NotFoundError."""
    installed = get_installed(*desk.where, pack_id)
    fates, going = [], list[str]()
    for had in _last_first(desk, installed.id):
        fate = _fate(had, _why_stays(desk, had, besides=going))
        fates.append(fate)
        if fate.goes:
            going.append(_as_user(had))
    return fates


def remove(desk: Desk, pack_id: str) -> list[Fate]:
    """Remove a pack with all of it that is as it came and that nothing uses; give what happened.

    Raises:
        NotFoundError: it is not installed.
    """
    installed = get_installed(*desk.where, pack_id, lock=True)
    with desk.session.begin_nested():
        fates = [_let_go(desk, had) for had in _last_first(desk, installed.id)]
        forget_installed(*desk.where, pack_id)
    log.info("pack_removed", pack=pack_id, kept=sum(not one.goes for one in fates))
    about = About(kind="pack", id=pack_id, name=installed.title)
    stayed = [one.title for one in fates if not one.goes]
    facts: dict[str, Fact] = {"version": installed.version, "stayed": stayed}
    note(*desk.where, "pack.removed", now=desk.now, about=about, facts=facts)
    return fates


def undo(desk: Desk, pack_id: str) -> list[Fate]:
    """Go back to the version before the last upgrade; what was changed since stays as it is.

    Raises:
        NotFoundError: the pack is not installed.
        NothingBeforeError: it was not upgraded, or the upgrade was taken back already.
        PackageGoneError: a block was another package before, which nobody has any more.
        NotTrustedError: somebody took back their word for that package since.
    """
    installed = get_installed(*desk.where, pack_id, lock=True)
    before = before_of(*desk.where, pack_id)
    if before is None:
        raise NothingBeforeError("there is no upgrade that could be taken back")
    had = had_of(*desk.where, installed.id)
    fates, parts = [], []
    with desk.session.begin_nested():
        for said in before["parts"]:
            why, part = _gone_back(desk, said, had.get(said["file"]))
            fates.append(_fate(part, why))
            parts.append(part)
        known = {said["file"] for said in before["parts"]}
        newer = [one for one in _last_first(desk, installed.id) if one.file not in known]
        fates += [_let_go(desk, one) for one in newer]
        keep_installed(desk, before["manifest"], before["digest"], parts, before=None)
        _drop_newer_blocks(desk, had, parts)
    log.info("pack_upgrade_undone", pack=pack_id, version=before["manifest"]["version"])
    about = About(kind="pack", id=pack_id, name=installed.title)
    facts = {"version": before["manifest"]["version"]}
    note(*desk.where, "pack.upgrade_undone", now=desk.now, about=about, facts=facts)
    return fates


def _as_user(had: Had) -> str:
    """Name a part as it is named among what uses another."""
    said = had.document
    return f"the block {said['block']} {said['version']}" if had.kind == BLOCK else had.title


def _last_first(desk: Desk, install_id: UUID) -> Sequence[Had]:
    """Give the parts of a pack, those that others lean on last."""
    found = had_of(*desk.where, install_id).values()
    return sorted(
        found, key=lambda one: (_LAST_FIRST.index(one.kind), not is_composite(one.document))
    )


def _why_stays(desk: Desk, had: Had, *, besides: Sequence[str] = ()) -> str:
    if had.part_id is None:
        return "you did without it"
    kind, part = KINDS[had.kind], had.brought
    now = kind.read(desk, had.part_id, part)
    if now is None and part.document:
        return "you removed it"
    if not had.is_brought or now is None:
        return "it was here before the pack"
    if now != part.document and not (kind.restores_in_part and _is_some(now, part.document)):
        return CHANGED
    return kind.why_stays(desk, had.part_id, part, besides)


def _is_some(now: Said, came: Said) -> bool:
    """Tell whether some of what came together is still as it came."""
    return any(came.get(name) == one for name, one in now.items())


def _let_go(desk: Desk, had: Had) -> Fate:
    return _fate(had, _why_stays(desk, had) or _removed(desk, had))


def _removed(desk: Desk, had: Had) -> str:
    """Remove a part; say why it stays where it cannot be removed after all."""
    if had.part_id is None:
        return "you did without it"
    try:
        KINDS[had.kind].remove(desk, had.part_id, had.brought)
    except GarlandError as error:
        return error.message
    return ""


def _gone_back(desk: Desk, said: Mapping[str, Any], now: Had | None) -> tuple[str, Had]:
    """Let a part be what it was before the upgrade; give why not, and what the pack has then."""
    part_id = UUID(said["part_id"]) if said["part_id"] else None
    names = ("kind", "file", "title", "is_brought", "document", "stood")
    part = Had(part_id=part_id, **{name: said[name] for name in names if name in said})
    if now is None or now.part_id is None:
        return "", part  # the upgrade did not touch it
    if said["was"] is None:  # the upgrade brought again what somebody had removed
        return (_why_stays(desk, now) or _removed(desk, now)), part
    kind, was = KINDS[part.kind], said["was"]
    there = kind.read(desk, now.part_id, now.as_part())
    if there == was:
        return "", part
    if there != now.document and not kind.restores_in_part:
        return CHANGED, part
    with told_with(part.file):
        back = kind.restore(desk, now.part_id, now.as_part(), was)
    return "", replace(part, part_id=back)


def _drop_newer_blocks(desk: Desk, had: Mapping[str, Had], parts: Sequence[Had]) -> None:
    """Remove the versions of blocks that the upgrade brought, where nothing uses them."""
    stay = {one.part_id for one in parts}
    kind = KINDS[BLOCK]
    for one in had.values():
        if one.kind == BLOCK and one.is_brought and one.part_id and one.part_id not in stay:
            part = one.as_part()
            if kind.read(desk, one.part_id, part) and not kind.why_stays(desk, one.part_id, part):
                kind.remove(desk, one.part_id, part)


def _fate(had: Had, why: str) -> Fate:
    there = had.part_id if why else None
    return Fate(kind=had.kind, file=had.file, title=had.title, part_id=there, why=why)
