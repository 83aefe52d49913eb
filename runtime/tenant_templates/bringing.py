"""Bringing a version of a template to an organisation: looked at first, then whole or not at all.

The machinery is that of packs (`runtime.packs`): what the organisation changed or removed is kept
unless it asks for the template's, and what it had under a part's name counts for the template's.
What can go live by itself does so (`going_live`); the rest is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import NoResultFound

from blocks.installs.offering import package_of
from kernel.acting import Acting
from kernel.errors import ConflictError, NotFoundError
from runtime.packs.desk import Desk
from runtime.packs.installing import Agreed, bring_line, require_agreed, tidy_blocks
from runtime.packs.kinds import permissions_of
from runtime.packs.parts import BLOCK, Part
from runtime.packs.planning import Line, Plan, Verdict, make_plan
from runtime.tenant_templates.contents import Contents, Item, changes_between, in_words
from runtime.tenant_templates.going_live import go_live
from runtime.tenant_templates.kinds import OWN_KINDS
from runtime.tenant_templates.uses import (
    UseView,
    get_use,
    had_of,
    keep_brought,
    keep_said,
    newest_of,
)
from runtime.tenant_templates.versions import VersionView, contents_of, get_version
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.plans.entitled import require_blocks
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)
WRITES = frozenset({Verdict.NEW, Verdict.UPDATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A version before it is brought, and what that would do.

    Attributes:
        news: Titles of what is new, changed and gone against the version that is here.
    """

    use: UseView
    version: VersionView
    contents: Contents
    plan: Plan
    news: Mapping[str, Sequence[str]]

    @property
    def does_something(self) -> bool:
        """Tell whether bringing it would write anything, or people have a choice."""
        return any(one.verdict in WRITES or one.is_asked for one in self.plan.lines)

    def lines_of(self, *verdicts: Verdict) -> list[Line]:
        """Give the parts of which that becomes."""
        return [one for one in self.plan.lines if one.verdict in verdicts]


def look(desk: Desk, use: UseView) -> Looked:
    """Say what bringing the version that is offered would do; nothing is done.

    Raises:
        NotFoundError: its provider offers it no more.
    """
    newest = newest_of(desk.session, use)
    if newest is None or use.template_id is None or use.owner_id is None:
        raise NotFoundError("this template is not offered any more", id=str(use.id))
    number = newest.number
    with as_tenant(desk.session, use.owner_id):  # what is offered to an organisation it may see
        version = get_version(desk.session, use.owner_id, use.template_id, number)
        contents = contents_of(desk.session, use.owner_id, use.template_id, number)
        before = (
            contents_of(desk.session, use.owner_id, use.template_id, use.version)
            if use.is_here
            else None
        )
    with as_tenant(desk.session, desk.tenant_id):
        parts = [_part(desk, one) for one in contents.items]
        plan = make_plan(_own(desk), version.digest, parts, had_of(desk.session, use))
    return Looked(
        use=use,
        version=version,
        contents=contents,
        plan=plan,
        news=changes_between(before, contents),
    )


def bring(desk: Desk, who: Acting, use: UseView, *, agreed: Agreed) -> UseView:
    """Bring the version that is offered, in one transaction; the same once more changes nothing.

    `who` acts where it is brought to.

    Raises:
        NotInPlanError: the plan there does not hold a block that it uses; nothing is made.
        NotFoundError: it is not offered any more.
        ConflictError: nobody agreed to what a block asks for, something else would happen than was
            seen, or a block of that version is there from another package.
        ForbiddenError: who acts may not change every kind of thing that it brings.
        InvalidError: a part does not fit here; its problems begin with its file.
    """
    desk = _own(desk)
    use = get_use(*desk.where, use.id, lock=True)
    looked = look(desk, use)
    require_blocks(*desk.where, looked.contents.block_ids)
    desk.require(permissions_of(looked.plan.lines, OWN_KINDS))
    require_agreed(looked.plan, agreed)
    with desk.session.begin_nested():
        done = [bring_line(desk, line, agreed) for line in looked.plan.lines]
        parts = [one for one in done if one is not None]
        keep_brought(desk, use, looked.version.number, looked.contents, parts)
        tidy_blocks(desk, looked.plan, parts)
        wrote = {one.file for one in looked.plan.lines if one.verdict in WRITES} | {*agreed.takes}
        same = {one.file for one in looked.lines_of(Verdict.SAME)}
        ids = {
            one.file: one.part_id for one in parts if one.is_brought and one.file in wrote | same
        }
        said = go_live(desk, who, looked.contents, ids, wrote)
        use = keep_said(*desk.where, use.id, said)
    _note(desk, who, use, looked, said)
    log.info("tenant_template_brought", version=use.version, parts=len(parts), left=len(said))
    return use


def _own(desk: Desk) -> Desk:
    return replace(desk, kinds=OWN_KINDS)


def _part(desk: Desk, item: Item) -> Part:
    """Give an item as a part; of a block with what its package asks for."""
    if item.kind != BLOCK:
        return item.part
    try:
        manifest = package_of(desk.session, item.document["digest"]).manifest
    except NoResultFound:
        told = f"{item.title} is kept nowhere any more: its provider has to take the template again"
        raise ConflictError(told, file=item.file) from None
    return replace(item.part, manifest=manifest)


def _note(desk: Desk, who: Acting, use: UseView, looked: Looked, said: Mapping[str, str]) -> None:
    """Note it in the audit of both sides; the provider's says nothing of what became of it."""
    about = About(kind="tenant_template", id=use.template_id or "", name=use.name)
    facts: dict[str, Fact] = {
        "version": use.version,
        "holds": in_words(one.kind for one in looked.contents.items),
        "left_to_do": len(said),
    }
    note(*desk.where, "tenant_template.brought", now=desk.now, about=about, facts=facts)
    if use.owner_id is None:
        return
    told: dict[str, Fact] = {"version": use.version, "customer": who.tenant_name}
    by = Actor(name=who.person_name, id=who.vouched_by)
    theirs = (desk.session, use.owner_id)
    note(*theirs, "tenant_template.brought", now=desk.now, about=about, facts=told, by=by)
