"""What REST takes and answers about ratings."""

from __future__ import annotations

from typing import Any

from kernel.clock import format_instant
from kernel.rest import FLAG, ID, INSTANT, NUMBER, TEXT, TEXTS, WHOLE, many, maybe, shape
from kernel.schema import Schema
from marketplace.proven.model import DAYS, USES
from marketplace.ratings._tables import REASON_MAX
from marketplace.ratings.giving import MayRate
from marketplace.ratings.model import LEAST, STARS, WORDS_MAX, RatingSummary
from marketplace.ratings.reading import RatingView
from marketplace.ratings.reporting import Reported

RATING = shape(
    "MarketRating",
    id=ID,
    listing=TEXT,
    version=TEXT,
    stars=WHOLE,
    words=TEXT,
    by=TEXT,
    signed=FLAG,
    own=FLAG,
    rated_at=INSTANT,
    changed_at=INSTANT,
    answer=maybe(shape("MarketRatingAnswer", text=TEXT, at=INSTANT, to_earlier_words=FLAG)),
    hidden_because=maybe(TEXT),
)
STANDING = shape(
    "MarketRatingSummary",
    listing=TEXT,
    organisations=WHOLE,
    average=maybe(NUMBER),
    shown_from=WHOLE,
    stars=many(shape("MarketStars", stars=WHOLE, organisations=WHOLE)),
    used_by=maybe(WHOLE),
    own=maybe(RATING),
    may_rate=FLAG,
    why_not=maybe(TEXT),
    use=shape(
        "MarketProvenUse", uses=WHOLE, days=WHOLE, uses_needed=WHOLE, days_needed=WHOLE, proven=FLAG
    ),
)
REPORTED = shape("MarketReportedRating", rating=RATING, reports=WHOLE, reasons=TEXTS, since=INSTANT)


def _takes(required: list[str], **properties: Any) -> Schema:
    return Schema(
        {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
        }
    )


GIVEN = _takes(
    ["stars"],
    stars={"type": "integer", "minimum": STARS[0], "maximum": STARS[-1]},
    words={"type": "string", "maxLength": WORDS_MAX},
    signed={"type": "boolean"},
)
ANSWER = _takes(["text"], text={"type": "string", "minLength": 1, "maxLength": WORDS_MAX})
REASON = _takes(["reason"], reason={"type": "string", "minLength": 1, "maxLength": REASON_MAX})


def rating_document(one: RatingView) -> dict[str, Any]:
    """Write a rating as JSON."""
    answer = None
    if one.answered_at is not None:
        answer = {
            "text": one.answer,
            "at": format_instant(one.answered_at),
            "to_earlier_words": one.answers_earlier,
        }
    return {
        "id": str(one.id),
        "listing": one.listing_id,
        "version": one.version,
        "stars": one.stars,
        "words": one.words,
        "by": one.told_as,
        "signed": one.is_signed,
        "own": one.is_own,
        "rated_at": format_instant(one.rated_at),
        "changed_at": format_instant(one.changed_at),
        "answer": answer,
        "hidden_because": one.hidden_because or None,
    }


def standing_document(
    listing_id: str, summary: RatingSummary, found: MayRate, *, used_by: int
) -> dict[str, Any]:
    """Write how a listing is rated, and how far the asker is from rating it, as JSON."""
    return {
        "listing": listing_id,
        "organisations": summary.organisations,
        "average": summary.average,
        "shown_from": LEAST,
        "stars": [
            {"stars": stars, "organisations": number}
            for stars, number in zip(STARS, summary.counts, strict=True)
        ],
        "used_by": used_by or None,
        "own": rating_document(found.own) if found.own is not None else None,
        "may_rate": not found.why_not,
        "why_not": found.why_not or None,
        "use": {
            "uses": found.stat.uses,
            "days": found.stat.days,
            "uses_needed": USES,
            "days_needed": DAYS,
            "proven": found.stat.is_proven,
        },
    }


def reported_document(one: Reported) -> dict[str, Any]:
    """Write a reported rating as JSON."""
    return {
        "rating": rating_document(one.rating),
        "reports": one.reports,
        "reasons": list(one.reasons),
        "since": format_instant(one.at),
    }
