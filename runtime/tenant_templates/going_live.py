"""What of a template goes live by itself, and what is left to people, with the reason.

A workflow whose connection is not there yet, or a rule that starts it, stays a draft. Where the
organisation asks for a second person, what only one brings stays a draft as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from kernel.acting import Acting
from kernel.errors import ForbiddenError, GarlandError
from runtime.flow_control.publishing import publish, require_use
from runtime.flows import versions as flows
from runtime.packs.desk import Desk, found_or_none
from runtime.packs.parts import WORKFLOW
from runtime.rules import store as rules
from runtime.rules.model import Mode
from runtime.tenant_templates.contents import Contents, Item

_STANDS = (Mode.LIVE, Mode.OBSERVE)


def go_live(
    desk: Desk,
    who: Acting,
    contents: Contents,
    ids: Mapping[str, UUID | None],
    wrote: Collection[str],
) -> dict[str, str]:
    """Put live what was written, in order; give by file why the rest was not.

    What is not live yet for an earlier reason is tried again; what people paused or switched off,
    or never wanted live, is left so.
    """
    said: dict[str, str] = {}
    for item in contents.items:
        part_id = ids.get(item.file)
        if not item.mode or part_id is None:
            continue
        waits = next((need for need in item.needs if need in said), "")
        if waits:
            said[item.file] = f"it needs {_title(contents, waits)}, which is not live yet"
            continue
        why = _tried(desk, who, item, part_id, is_new=item.file in wrote)
        if why:
            said[item.file] = why
    return said


def is_live(desk: Desk, item_kind: str, part_id: UUID) -> bool:
    """Tell whether a workflow, rule or decision table has a live version; gone ones count so."""
    if item_kind == WORKFLOW:
        flow = found_or_none(lambda: flows.get_flow(*desk.where, part_id))
        return flow is None or flow.live_number is not None
    rule = found_or_none(lambda: rules.get_rule(*desk.where, part_id))
    return rule is None or rule.live_number is not None


def _tried(desk: Desk, who: Acting, item: Item, part_id: UUID, *, is_new: bool) -> str:
    if not is_new and is_live(desk, item.kind, part_id):
        return ""
    try:
        with desk.session.begin_nested():
            if item.kind == WORKFLOW:
                _put_flow(desk, who, part_id)
            else:
                _put_rule(desk, who, part_id, Mode(item.mode))
    except GarlandError as error:
        found = [one.message for one in getattr(error, "problems", ())]
        return found[0] if found else error.message
    return ""


def _put_flow(desk: Desk, who: Acting, part_id: UUID) -> None:
    _require(who, "workflows.publish")
    require_use(*desk.where, part_id, who=who)
    said: dict[str, Any] = {"note": "From a template", "by": desk.by}
    publish(*desk.where, part_id, vault=desk.vault, now=desk.now, **said)


def _put_rule(desk: Desk, who: Acting, part_id: UUID, wanted: Mode) -> None:
    """Let a rule be live as the template has it, or as it stands here where people chose that."""
    _require(who, "rules.publish")
    here = rules.get_rule(*desk.where, part_id)
    mode = here.mode if here.live_number is not None and here.mode in _STANDS else wanted
    if here.live_number is not None and here.mode is Mode.OFF:
        return
    rules.publish_rule(*desk.where, part_id, mode=mode, by_id=desk.by_id, **desk.who)


def _require(who: Acting, permission: str) -> None:
    if not who.may(permission):
        raise ForbiddenError(f"your role ({who.role_called}) may not publish it: ask an admin")


def _title(contents: Contents, file: str) -> str:
    return next((one.title for one in contents.items if one.file == file), file)
