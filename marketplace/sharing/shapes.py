"""What the REST interface says of shared templates, and what it takes."""

from __future__ import annotations

from typing import Any

from kernel.clock import format_instant
from kernel.rest import FLAG, ID, INSTANT, OBJECT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from kernel.schema import Schema
from marketplace.sharing._tables import NAME_MAX, NOTE_MAX, SUMMARY_MAX, TITLE_MAX
from marketplace.sharing.checking import fingerprint
from marketplace.sharing.cleaning import Slot
from marketplace.sharing.findings import Finding
from marketplace.sharing.looking import Looked
from marketplace.sharing.offered import AUDIENCES, SharedView
from marketplace.sharing.subjects import KINDS
from marketplace.sharing.taking import Preview, UseView
from marketplace.sharing.values import VALUE_MAX

_KIND = choice(*KINDS)
SLOT = shape("SharedTemplatePlace", name=TEXT, word=TEXT, what=TEXT, places=TEXTS)
FINDING = shape(
    "SharedTemplateFinding",
    kind=choice("secret", "address", "name", "reference"),
    what=TEXT,
    place=TEXT,
    pointer=TEXT,
    found=TEXT,
    remedy=TEXT,
    may_stay=FLAG,
    fingerprint=maybe(TEXT),
)
CHECKED = shape(
    "SharedTemplateCheck",
    findings=many(FINDING),
    in_words=many(FINDING),
    left_after_cleaning=many(FINDING),
    to_fill_in=many(SLOT),
    document=OBJECT,
)
TEMPLATE = shape(
    "SharedTemplate",
    id=ID,
    kind=_KIND,
    title=TEXT,
    summary=TEXT,
    owner=TEXT,
    own=FLAG,
    audience=choice(*AUDIENCES),
    version=WHOLE,
    note=TEXT,
    to_fill_in=many(SLOT),
    blocks=TEXTS,
    withdrawn=FLAG,
    changed_at=INSTANT,
)
DOCUMENT = shape("SharedTemplateDocument", version=WHOLE, document=OBJECT)
USE = shape(
    "TakenTemplate",
    id=ID,
    template_id=maybe(ID),
    title=TEXT,
    owner=TEXT,
    kind=_KIND,
    version=WHOLE,
    newest=maybe(WHOLE),
    became=ID,
    missing_blocks=TEXTS,
    taken_at=INSTANT,
    taken_by=TEXT,
)
CONFLICT = shape(
    "SharedTemplateConflict",
    pointer=TEXT,
    place=TEXT,
    why=TEXT,
    before=TEXT,
    mine=TEXT,
    theirs=TEXT,
)
PREVIEW = shape(
    "SharedTemplateUpdate",
    version=WHOLE,
    revision=WHOLE,
    note=TEXT,
    conflicts=many(CONFLICT),
    notes=TEXTS,
    to_fill_in=many(SLOT),
)

_TITLE = {"type": "string", "minLength": 1, "maxLength": TITLE_MAX}
_SUMMARY = {"type": "string", "maxLength": SUMMARY_MAX}
_NOTE = {"type": "string", "maxLength": NOTE_MAX}
_CONFIRMED = {"type": "array", "maxItems": 1_000, "items": {"type": "string", "maxLength": 64}}
_VALUES = {
    "type": "object",
    "maxProperties": 500,
    "additionalProperties": {"type": "string", "maxLength": VALUE_MAX},
}
_CHOICES = {
    "type": "object",
    "maxProperties": 5_000,
    "additionalProperties": {"enum": ["mine", "theirs"]},
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


CHECK = _takes(
    ["kind", "id"],
    kind=_KIND,
    id=ID,
    title={"type": "string", "maxLength": TITLE_MAX},
    summary=_SUMMARY,
    note=_NOTE,
    confirmed=_CONFIRMED,
)
NEW = _takes(
    ["kind", "id", "title"],
    kind=_KIND,
    id=ID,
    title=_TITLE,
    summary=_SUMMARY,
    note=_NOTE,
    audience={"enum": list(AUDIENCES)},
    clean={"type": "boolean"},
    confirmed=_CONFIRMED,
)
AGAIN = _takes([], note=_NOTE, clean={"type": "boolean"}, confirmed=_CONFIRMED)
CHANGED = _takes(["withdrawn"], withdrawn={"type": "boolean"})
TAKE = _takes([], name={"type": "string", "maxLength": NAME_MAX}, values=_VALUES)
TRY = _takes([], choices=_CHOICES, values=_VALUES)
UPDATE = _takes(
    ["version", "revision"],
    version={"type": "integer", "minimum": 1},
    revision={"type": "integer", "minimum": 0},
    choices=_CHOICES,
    values=_VALUES,
)


def finding_document(one: Finding) -> dict[str, Any]:
    """Write one finding as JSON; of a secret its beginning alone."""
    return {
        "kind": one.kind,
        "what": one.what,
        "place": one.place,
        "pointer": one.pointer,
        "found": one.shown,
        "remedy": one.remedy,
        "may_stay": one.may_stay,
        "fingerprint": fingerprint(one) if one.may_stay else None,
    }


def slot_document(one: Slot) -> dict[str, Any]:
    """Write a place to fill in as JSON."""
    return {"name": one.name, "word": one.word, "what": one.what, "places": list(one.places)}


def checked_document(one: Looked) -> dict[str, Any]:
    """Write what a check found as JSON."""
    return {
        "findings": [finding_document(found) for found in one.findings],
        "in_words": [finding_document(found) for found in one.words],
        "left_after_cleaning": [finding_document(found) for found in one.left],
        "to_fill_in": [slot_document(slot) for slot in one.slots],
        "document": one.cleaned.document,
    }


def template_document(one: SharedView) -> dict[str, Any]:
    """Write a shared template as JSON."""
    return {
        "id": str(one.id),
        "kind": one.kind,
        "title": one.title,
        "summary": one.summary,
        "owner": one.owner_name,
        "own": one.is_own,
        "audience": one.audience,
        "version": one.version,
        "note": one.note,
        "to_fill_in": [dict(slot) for slot in one.slots],
        "blocks": list(one.blocks),
        "withdrawn": one.is_withdrawn,
        "changed_at": format_instant(one.changed_at),
    }


def use_document(one: UseView) -> dict[str, Any]:
    """Write what was taken over as JSON."""
    return {
        "id": str(one.id),
        "template_id": str(one.template_id) if one.template_id is not None else None,
        "title": one.title,
        "owner": one.owner_name,
        "kind": one.kind,
        "version": one.version,
        "newest": one.newest,
        "became": str(one.made_id),
        "missing_blocks": list(one.missing_blocks),
        "taken_at": format_instant(one.taken_at),
        "taken_by": one.taken_by,
    }


def preview_document(one: Preview) -> dict[str, Any]:
    """Write what an update would make as JSON."""
    return {
        "version": one.version,
        "revision": one.revision,
        "note": one.note,
        "conflicts": [
            {
                "pointer": found.pointer,
                "place": found.place,
                "why": found.why,
                "before": found.before,
                "mine": found.mine,
                "theirs": found.theirs,
            }
            for found in one.merged.conflicts
        ],
        "notes": list(one.merged.notes),
        "to_fill_in": [dict(slot) for slot in one.slots],
    }
