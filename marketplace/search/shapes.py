"""What the REST interface says of listings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kernel.clock import format_instant
from kernel.cursors import encode_cursor
from kernel.rest import FLAG, INSTANT, NUMBER, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from marketplace.search.model import FACETS, Entry, Found, Kind, PriceKind, Sort

LISTING = shape(
    "Listing",
    listing=TEXT,
    kind=choice(*(one.value for one in Kind)),
    title=TEXT,
    summary=TEXT,
    publisher=TEXT,
    publisher_name=TEXT,
    version=TEXT,
    updated_at=INSTANT,
    categories=TEXTS,
    keywords=TEXTS,
    permissions=TEXTS,
    quality=TEXT,
    licence=TEXT,
    price=choice(*(one.value for one in PriceKind)),
    rating=maybe(NUMBER),
    proven_uses=WHOLE,
)
_VALUE = shape("FacetValue", value=TEXT, label=TEXT, count=WHOLE, chosen=FLAG)
_FACET = shape("Facet", name=choice(*FACETS), label=TEXT, values=many(_VALUE))
FOUND = shape(
    items=many(LISTING),
    next_cursor=maybe(TEXT),
    total=WHOLE,
    facets=many(_FACET),
    corrected=many(shape("Correction", typed=TEXT, read_as=TEXTS)),
    loose=FLAG,
)
QUERY = {
    "q": TEXT,
    "sort": choice(*(one.value for one in Sort)),
    **dict.fromkeys(FACETS, TEXTS),
}


def listing_document(entry: Entry, price: PriceKind) -> dict[str, Any]:
    """Write a listing as JSON; `price` is how whoever asks pays for it."""
    return {
        "listing": entry.listing_id,
        "kind": entry.kind.value,
        "title": entry.title,
        "summary": entry.summary,
        "publisher": entry.publisher,
        "publisher_name": entry.publisher_name,
        "version": entry.version,
        "updated_at": format_instant(entry.updated_at),
        "categories": list(entry.categories),
        "keywords": list(entry.keywords),
        "permissions": list(entry.permissions),
        "quality": entry.quality,
        "licence": entry.licence,
        "price": price.value,
        "rating": entry.rating,
        "proven_uses": entry.proven_uses,
    }


def found_document(
    found: Found, prices: Mapping[str, PriceKind], *, left_out: Collection[str] = ()
) -> dict[str, Any]:
    """Write a page of what was found as JSON, without some of the facets."""
    return {
        "items": [listing_document(one, prices[one.listing_id]) for one in found.entries],
        "next_cursor": encode_cursor(*found.next_place) if found.next_place else None,
        "total": found.total,
        "facets": [
            {
                "name": name,
                "label": FACETS[name],
                "values": [
                    {
                        "value": one.value,
                        "label": one.label,
                        "count": one.count,
                        "chosen": one.is_chosen,
                    }
                    for one in values
                ],
            }
            for name, values in found.facets.items()
            if name not in left_out
        ],
        "corrected": [
            {"typed": typed, "read_as": list(words)} for typed, words in found.read.corrected
        ],
        "loose": found.read.is_loose,
    }
