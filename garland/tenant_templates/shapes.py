"""What the REST interface says of templates for customers, and of what came from them."""

from __future__ import annotations

from typing import Any

from kernel.clock import format_instant
from kernel.rest import FLAG, ID, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from kernel.schema import Schema
from runtime.packs.planning import Line, Verdict
from runtime.tenant_templates._tables import NAME_MAX, WORDS_MAX
from runtime.tenant_templates.bringing import Looked
from runtime.tenant_templates.contents import ORDER, Contents
from runtime.tenant_templates.stock import Held
from runtime.tenant_templates.taking import PARTS_MAX
from runtime.tenant_templates.todo import Glance
from runtime.tenant_templates.uses import Standing, UseView

_KIND = choice(*ORDER)
_SLOT = shape("TenantTemplateSlot", name=TEXT, kind=TEXT, used_by=TEXTS)
TEMPLATE = shape(
    "TenantTemplate",
    id=ID,
    name=TEXT,
    words=TEXT,
    version=WHOLE,
    archived=FLAG,
    plan_ids=many(ID),
    parts=many(shape("TenantTemplatePart", part=TEXT, kind=_KIND, title=TEXT, note=TEXT)),
    connections=many(_SLOT),
    changed_at=INSTANT,
    changed_by=TEXT,
)
CHOICE = shape("TenantTemplateChoice", part=TEXT, kind=_KIND, title=TEXT, refusal=maybe(TEXT))
STANDING = shape(
    "TenantTemplateStanding",
    organisation_id=ID,
    version=maybe(WHOLE),
    offered_at=INSTANT,
    brought_at=maybe(INSTANT),
)
_STEP = choice("connection", "publish", "source", "people")
_TODO = shape("TenantTemplateTodo", step=_STEP, title=TEXT, why=TEXT)
_USE = {
    "id": ID,
    "name": TEXT,
    "provider": TEXT,
    "version": maybe(WHOLE),
    "offered_at": INSTANT,
    "brought_at": maybe(INSTANT),
}
USE = shape("TenantTemplateUse", **_USE)
GLANCE = shape("TenantTemplateHere", **_USE, offered=maybe(WHOLE), left_to_do=many(_TODO))
PLAN = shape(
    "TenantTemplatePlan",
    version=WHOLE,
    mark=TEXT,
    consent=FLAG,
    news=shape(new=TEXTS, changed=TEXTS, gone=TEXTS),
    parts=many(
        shape(
            "TenantTemplatePlanPart",
            part=TEXT,
            kind=_KIND,
            title=TEXT,
            verdict=choice(*(one.value for one in Verdict)),
            choice=FLAG,
            template_changes=TEXTS,
            you_changed=TEXTS,
        )
    ),
)
_NAME = {"type": "string", "minLength": 1, "maxLength": NAME_MAX}
_WORDS = {"type": "string", "maxLength": WORDS_MAX}
_PARTS = {
    "type": "array",
    "minItems": 1,
    "maxItems": PARTS_MAX,
    "items": {"type": "string", "maxLength": 240},
}


def _takes(required: list[str], **properties: Any) -> Schema:
    return Schema(
        {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
        }
    )


NEW = _takes(["name", "parts"], name=_NAME, words=_WORDS, model_id=ID, parts=_PARTS, note=_WORDS)
AGAIN = _takes([], model_id=ID, parts=_PARTS, note=_WORDS)
CHANGED = _takes(
    [],
    name=_NAME,
    words=_WORDS,
    plan_ids={"type": "array", "maxItems": 100, "items": ID},
    archived={"type": "boolean"},
)
OFFER = _takes(["organisation_id"], organisation_id=ID)
AGREED = _takes(
    [],
    consent={"type": "boolean"},
    take={"type": "array", "maxItems": PARTS_MAX, "items": {"type": "string", "maxLength": 240}},
    mark={"type": "string", "maxLength": 64},
)


def template_document(one: Any, contents: Contents) -> dict[str, Any]:
    """Write a template as JSON, with what its last version holds but not what that says."""
    return {
        "id": str(one.id),
        "name": one.name,
        "words": one.words,
        "version": one.latest,
        "archived": one.archived_at is not None,
        "plan_ids": [str(plan) for plan in one.plans],
        "parts": [
            {"part": item.file, "kind": item.kind, "title": item.title, "note": item.note}
            for item in contents.items
        ],
        "connections": contents.document()["slots"],
        "changed_at": format_instant(one.changed_at),
        "changed_by": one.changed_by,
    }


def choice_document(one: Held) -> dict[str, Any]:
    """Write what can be chosen as JSON."""
    item = one.item
    said = {"part": item.file, "kind": item.kind, "title": item.title}
    return {**said, "refusal": one.refusal or None}


def standing_document(one: Standing) -> dict[str, Any]:
    """Write how a customer stands to a template as JSON."""
    return {
        "organisation_id": str(one.customer.id),
        "version": one.version or None,
        "offered_at": format_instant(one.offered_at),
        "brought_at": format_instant(one.brought_at) if one.brought_at else None,
    }


def use_document(one: UseView) -> dict[str, Any]:
    """Write what an organisation has of a template as JSON."""
    return {
        "id": str(one.id),
        "name": one.name,
        "provider": one.owner_name,
        "version": one.version or None,
        "offered_at": format_instant(one.offered_at),
        "brought_at": format_instant(one.brought_at) if one.brought_at else None,
    }


def glance_document(one: Glance) -> dict[str, Any]:
    """Write the same with what is offered and what is left to do."""
    left = [{"step": each.step, "title": each.title, "why": each.why} for each in one.todo]
    offered = one.newest.number if one.newest is not None else None
    return {**use_document(one.use), "offered": offered, "left_to_do": left}


def plan_document(looked: Looked) -> dict[str, Any]:
    """Write what bringing a version would do as JSON."""
    return {
        "version": looked.version.number,
        "mark": looked.plan.mark,
        "consent": looked.plan.needs_consent,
        "news": {name: list(titles) for name, titles in looked.news.items()},
        "parts": [_line_document(one) for one in looked.plan.lines],
    }


def _line_document(line: Line) -> dict[str, Any]:
    return {
        "part": line.file,
        "kind": line.kind,
        "title": line.title,
        "verdict": line.verdict.value,
        "choice": line.is_asked,
        "template_changes": list(line.theirs),
        "you_changed": list(line.yours),
    }
