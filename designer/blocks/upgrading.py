"""What an upgrade of a block means for each workflow: tried on every draft before it is offered.

Settings are migrated as the new version declares and the whole workflow is checked with them, so
what is said of a workflow is what publishing it would say. Published versions stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.compatibility import Difference, compare
from blocks.installs.model import InstallView
from blocks.installs.registry import registry_of
from blocks.installs.store import get_install, list_installs
from blocks.registry import Block, precedence
from kernel.errors import ConflictError
from runtime.flows import earlier_drafts
from runtime.flows.earlier_drafts import Change, Changed, change_drafts, last_change
from runtime.flows.model import shape_problems
from runtime.flows.upgraded import upgraded, users_of
from runtime.flows.versions import every_draft, problems_of

Verdict = Literal["fits", "is migrated", "needs hands"]
_TO = " to "
"""Stands between two versions, which have no blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What becomes of one step or trigger of a draft: its settings, and what would be wrong."""

    flow_id: UUID
    flow: str
    step: str
    verdict: Verdict
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    problems: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """From an installed version to the highest that may be used."""

    old: InstallView
    new: Block
    differences: Sequence[Difference]
    impacts: Sequence[Impact]

    @property
    def touched(self) -> frozenset[UUID]:
        """Give the workflows whose draft would be changed: no step of theirs needs hands."""
        by_hand = {one.flow_id for one in self.impacts if one.verdict == "needs hands"}
        return frozenset(one.flow_id for one in self.impacts) - by_hand


def preview(session: Session, tenant_id: UUID, install_id: UUID) -> Upgrade | None:
    """Say what an upgrade would do; None where there is no higher version to use."""
    old = get_install(session, tenant_id, install_id)
    registry = registry_of(session, tenant_id)
    new = registry.latest(old.manifest.id)
    if new is None or precedence(new.manifest.version) <= precedence(old.manifest.version):
        return None
    impacts = [
        impact
        for flow_id, name, draft, _ in every_draft(session, tenant_id)
        for impact in _impacts(session, tenant_id, old, new, (flow_id, name, draft))
    ]
    there = registry.find(old.manifest.id, old.manifest.version)  # as it is to this tenant
    differences = compare(there.manifest if there is not None else old.manifest, new.manifest)
    return Upgrade(old=old, new=new, differences=differences, impacts=impacts)


def apply(
    session: Session, tenant_id: UUID, install_id: UUID, *, by: str, now: datetime
) -> list[str]:
    """Upgrade every draft that fits or is migrated; give the names of those workflows.

    A draft with a step that needs hands stays as it is. Published versions keep the old one.

    Raises:
        ConflictError: there is no higher version to use.
    """
    found = preview(session, tenant_id, install_id)
    if found is None:
        raise ConflictError("no higher version of this block is installed: install it first")
    touched = found.touched
    changes = [
        Change(flow_id, revision, upgraded(draft, found.new.manifest, {found.old.manifest.version}))
        for flow_id, _, draft, revision in every_draft(session, tenant_id)
        if flow_id in touched
    ]
    old, new = found.old.manifest, found.new.manifest
    why = {"cause": cause_of(old.id), "told": f"{old.version}{_TO}{new.version}"}
    return change_drafts(session, tenant_id, changes, **why, by=by, now=now)


def take_back(
    session: Session, tenant_id: UUID, block_id: str, *, by: str, now: datetime
) -> Changed:
    """Give drafts that nobody changed since what they had before a block's last upgrade.

    Raises:
        NotFoundError: there is nothing to take back.
        ConflictError: the version of before is not installed any more, or people changed every
            draft since.
    """
    last = last_change(session, tenant_id, cause_of(block_id))
    if last is not None:
        version = last.told.partition(_TO)[0]
        there = [one.manifest for one in list_installs(session, tenant_id)]
        if not any((one.id, one.version) == (block_id, version) for one in there):
            message = f"version {version} is not installed any more: install it again first"
            raise ConflictError(message, block=block_id, version=version)
    return earlier_drafts.take_back(session, tenant_id, cause_of(block_id), by=by, now=now)


def cause_of(block_id: str) -> str:
    """Name a block's upgrades among what changes drafts."""
    return f"block:{block_id}"


def _impacts(
    session: Session,
    tenant_id: UUID,
    old: InstallView,
    new: Block,
    flow: tuple[UUID, str, Mapping[str, Any]],
) -> list[Impact]:
    flow_id, name, draft = flow
    if shape_problems(draft):
        return []
    uses = [*users_of(draft, old.manifest.id, {old.manifest.version})]
    if not uses:
        return []
    document = upgraded(draft, new.manifest, {old.manifest.version})
    after = dict(users_of(document, new.manifest.id, {new.manifest.version}))
    known = {(one.step, one.message) for one in problems_of(session, tenant_id, draft)}
    wrong = [one for one in problems_of(session, tenant_id, document) if one.severity == "error"]
    fresh = [one for one in wrong if (one.step, one.message) not in known]
    return [
        _impact(flow_id, name, id_, one, after[id_], [p for p in fresh if p.step in (id_, "")])
        for id_, one in uses
    ]


def _impact(
    flow_id: UUID,
    name: str,
    step: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    wrong: Sequence[Any],
) -> Impact:
    configs = before.get("config", {}), after.get("config", {})
    verdict: Verdict = "fits" if configs[0] == configs[1] else "is migrated"
    return Impact(
        flow_id=flow_id,
        flow=name,
        step=step,
        verdict="needs hands" if wrong else verdict,
        before=configs[0],
        after=configs[1],
        problems=[(one.pointer, one.message) for one in wrong],
    )
