"""What the REST interface says of packs."""

from __future__ import annotations

from typing import Any

from kernel.clock import format_instant
from kernel.rest import FLAG, INSTANT, TEXT, TEXTS, choice, many, maybe, shape
from kernel.schema import Schema
from runtime.packs.leaving import Fate
from runtime.packs.listing import PackView
from runtime.packs.offers import OfferView
from runtime.packs.planning import Line, Plan, Verdict
from runtime.packs.store import InstalledView

_WHICH = {"pack": TEXT, "version": TEXT, "digest": TEXT, "title": TEXT, "summary": TEXT}
OFFER = shape("PackOffer", **_WHICH, publisher=TEXT, licence=TEXT, signed=FLAG, standard=FLAG)
INSTALLED = shape(
    "PackInstall", **_WHICH, installed_at=INSTANT, installed_by=TEXT, goes_back_to=maybe(TEXT)
)
PACK = shape(
    "Pack",
    pack=TEXT,
    title=TEXT,
    summary=TEXT,
    publisher=TEXT,
    state=choice("offered", "installed", "upgrade available", "always there"),
    blocks=TEXTS,
    offered=maybe(OFFER),
    installed=maybe(INSTALLED),
)
ASKS = many({"type": "object"})
LINE = shape(
    "PackPart",
    kind=TEXT,
    file=TEXT,
    title=TEXT,
    verdict=choice(*(one.value for one in Verdict)),
    choice=FLAG,
    pack_changes=TEXTS,
    you_changed=TEXTS,
    asks_for=ASKS,
    new_asks=ASKS,
)
PLAN = shape(
    "PackPlan", offered=OFFER, installs_over=maybe(TEXT), mark=TEXT, consent=FLAG, parts=many(LINE)
)
FATE = shape("PackPartLeft", kind=TEXT, file=TEXT, title=TEXT, goes=FLAG, why=maybe(TEXT))
FATES = shape("PackPartsLeft", parts=many(FATE))
AGREED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "version": {"type": "string", "maxLength": 64},
            "consent": {"type": "boolean"},
            "take": {
                "type": "array",
                "maxItems": 2_000,
                "items": {"type": "string", "maxLength": 200},
            },
            "mark": {"type": "string", "maxLength": 64},
        },
    }
)


def offer_document(one: OfferView) -> dict[str, Any]:
    """Write a version on offer as JSON."""
    return {
        "pack": one.pack_id,
        "version": one.version,
        "digest": one.digest,
        "title": one.title,
        "summary": one.summary,
        "publisher": one.publisher,
        "licence": one.licence,
        "signed": one.is_signed,
        "standard": one.is_standard,
    }


def installed_document(one: InstalledView) -> dict[str, Any]:
    """Write what is installed as JSON."""
    return {
        "pack": one.pack_id,
        "version": one.version,
        "digest": one.digest,
        "title": one.title,
        "summary": one.summary,
        "installed_at": format_instant(one.installed_at),
        "installed_by": one.installed_by,
        "goes_back_to": one.goes_back_to or None,
    }


def pack_document(one: PackView) -> dict[str, Any]:
    """Write a pack as JSON."""
    return {
        "pack": one.pack_id,
        "title": one.title,
        "summary": one.summary,
        "publisher": one.publisher,
        "state": one.state,
        "blocks": list(one.blocks),
        "offered": offer_document(one.offer) if one.offer else None,
        "installed": installed_document(one.installed) if one.installed else None,
    }


def plan_document(offer: OfferView, installed: InstalledView | None, plan: Plan) -> dict[str, Any]:
    """Write what would happen as JSON."""
    return {
        "offered": offer_document(offer),
        "installs_over": installed.version if installed else None,
        "mark": plan.mark,
        "consent": plan.needs_consent,
        "parts": [_line_document(line) for line in plan.lines],
    }


def fates_document(fates: list[Fate]) -> dict[str, Any]:
    """Write what goes and what stays as JSON."""
    return {
        "parts": [
            {
                "kind": one.kind,
                "file": one.file,
                "title": one.title,
                "goes": one.goes,
                "why": one.why or None,
            }
            for one in fates
        ]
    }


def _line_document(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "file": line.file,
        "title": line.title,
        "verdict": line.verdict.value,
        "choice": line.is_asked,
        "pack_changes": list(line.theirs),
        "you_changed": list(line.yours),
        "asks_for": list(line.asks),
        "new_asks": list(line.new_asks),
    }
