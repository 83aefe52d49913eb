"""What the REST interface says of catalogues: offers, explanations, and the parts of an overlay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.presets import Hold
from kernel.clock import format_instant
from kernel.rest import FLAG, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from marketplace.catalogue.documents import BUNDLE, ENTRY, PRIVATE, RULE
from marketplace.catalogue.overlay import Bundle, Effect
from marketplace.catalogue.resolving import Line, Offer, Resolved
from marketplace.catalogue.store import Part

_HOLD = choice(*(one.name.lower() for one in Hold))
_PRESET = shape("CataloguePreset", name=TEXT, hold=_HOLD, value={})
_PRESET["required"] = ["name", "hold"]
OFFER = shape(
    "CatalogueOffer",
    listing=TEXT,
    title=TEXT,
    summary=TEXT,
    version=TEXT,
    digest=TEXT,
    channel=choice("stable", "beta"),
    versions=TEXTS,
    presets=many(_PRESET),
    private=FLAG,
)
LINE = shape("CatalogueLine", level=WHOLE, version=TEXT, kept=FLAG, text=TEXT)
RESOLVED = shape("CatalogueResolved", listing=TEXT, offer=maybe(OFFER), lines=many(LINE))
OFFERED_BUNDLE = shape("CatalogueBundle", key=TEXT, title=TEXT, words=TEXT, members=TEXTS)
OVERLAY = shape(
    "CatalogueOverlay", unmatched=choice(*(one.value for one in Effect)), revision=WHOLE
)
_KEPT = {"key": TEXT, "changed_at": INSTANT, "changed_by": TEXT}


def _part(name: str, takes: Mapping[str, Any]) -> dict[str, Any]:
    return shape(name, **_KEPT, **takes["properties"])


RULE_KEPT = _part("CatalogueRule", RULE.document)
ENTRY_KEPT = _part("CatalogueOfferSet", ENTRY.document)
BUNDLE_KEPT = _part("CatalogueBundleSet", BUNDLE.document)
PRIVATE_KEPT = _part("CataloguePrivateBlock", PRIVATE.document)


def offer_document(offer: Offer) -> dict[str, Any]:
    """Write an offer as JSON; the value of a preset is left out where it is not the reader's."""
    presets = [
        {"name": one.preset.name, "hold": one.preset.hold.name.lower()}
        | ({"value": one.preset.value} if one.preset.has_value else {})
        for one in offer.presets
    ]
    return {
        "listing": offer.listing_id,
        "title": offer.title,
        "summary": offer.summary,
        "version": offer.release.version,
        "digest": offer.release.digest,
        "channel": offer.release.channel.value,
        "versions": list(offer.versions),
        "presets": presets,
        "private": offer.is_private,
    }


def resolved_document(resolved: Resolved) -> dict[str, Any]:
    """Write an offer with the decisions that led to it as JSON."""
    offer = offer_document(resolved.offer) if resolved.offer is not None else None
    lines = [_line(one) for one in resolved.lines]
    return {"listing": resolved.listing_id, "offer": offer, "lines": lines}


def bundle_document(bundle: Bundle) -> dict[str, Any]:
    """Write a bundle as those read it who are offered it."""
    said = {"key": bundle.key, "title": bundle.title, "words": bundle.words}
    return {**said, "members": sorted(bundle.members)}


def part_document(part: Part) -> dict[str, Any]:
    """Write a part of an overlay as its curators read it."""
    kept = {"changed_at": format_instant(part.changed_at), "changed_by": part.changed_by}
    return {"key": part.key, **part.document, **kept}


def _line(line: Line) -> dict[str, Any]:
    said = {"level": line.level, "version": line.version}
    return {**said, "kept": line.is_kept, "text": line.text}
