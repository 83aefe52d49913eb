"""What the REST interface says of publishers, releases and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from blocks.compatibility import Difference
from kernel.clock import format_instant
from kernel.rest import FLAG, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape, with_more
from marketplace.releases._tables import (
    Outcome,
    PublisherState,
    Side,
    Verdict,
)
from marketplace.releases.differences import PackageDifference
from marketplace.releases.keeping import ListingView
from marketplace.releases.publishers import PublisherView
from marketplace.releases.reviewing import VerdictView
from marketplace.releases.states import Channel, ReleaseState
from marketplace.releases.store import CheckView, MessageView, ReleaseView
from marketplace.releases.verdicts import CHECKLIST

DAY: Mapping[str, Any] = {"type": "string", "format": "date"}
KEY = shape(
    "PublisherKey", key=TEXT, public_key=TEXT, label=TEXT, added_at=INSTANT, added_by=TEXT,
    revoked_at=maybe(INSTANT), last_used_at=maybe(INSTANT),
)  # fmt: skip
PUBLISHER = shape(
    "Publisher",
    namespace=TEXT,
    owner=TEXT,
    title=TEXT,
    support=TEXT,
    proof=TEXT,
    state=choice(*(one.value for one in PublisherState)),
    reason=TEXT,
    claimed_at=INSTANT,
    claimed_by=TEXT,
    decided_at=maybe(INSTANT),
    keys=many(KEY),
)
LISTING = shape(
    "ListingDraft", listing=TEXT, kind=TEXT, title=TEXT, summary=TEXT, support=TEXT, public=FLAG,
    changed_at=INSTANT, changed_by=TEXT,
)  # fmt: skip
RELEASE = shape(
    "Release",
    id=TEXT,
    listing=TEXT,
    version=TEXT,
    kind=TEXT,
    title=TEXT,
    digest=TEXT,
    size_bytes=WHOLE,
    state=choice(*(one.value for one in ReleaseState)),
    channel=choice(*(one.value for one in Channel)),
    quality=TEXT,
    changelog=TEXT,
    submitted_at=INSTANT,
    submitted_by=TEXT,
    decided_at=maybe(INSTANT),
    listed_at=maybe(INSTANT),
    successor=TEXT,
    ends_on=maybe(DAY),
    reason=TEXT,
)
CHECK = shape(
    "ReleaseCheck",
    check=TEXT,
    title=TEXT,
    outcome=choice(*(one.value for one in Outcome)),
    words=TEXT,
    remedy=TEXT,
    findings=many(shape(where=TEXT, message=TEXT)),
    ended_at=maybe(INSTANT),
)
MESSAGE = shape(
    "ReviewMessage", side=choice(*(one.value for one in Side)), author=TEXT, text=TEXT,
    written_at=INSTANT,
)  # fmt: skip
RELEASE_WHOLE = with_more(
    "ReleaseWithChecks", RELEASE, checks=many(CHECK), messages=many(MESSAGE), page=TEXT
)
VERDICT = shape(
    "ReviewVerdict", reviewer=TEXT, verdict=choice(*(one.value for one in Verdict)), reasons=TEXT,
    checklist=TEXTS, decided_at=INSTANT,
)  # fmt: skip
REVIEW = with_more(
    "ReleaseReview",
    RELEASE_WHOLE,
    publisher=PUBLISHER,
    verdicts=many(VERDICT),
    points=many(shape(point=TEXT, text=TEXT)),
)
CHANGE = shape(block=TEXT, pointer=TEXT, needs=TEXT, message=TEXT, needs_consent=FLAG)
DIFFERENCE = shape(
    "ReleaseDifference",
    since=TEXT,
    files=many(
        shape(name=TEXT, how=TEXT, old_bytes=WHOLE, new_bytes=WHOLE, lines=TEXTS, note=TEXT)
    ),
    permissions=many(CHANGE),
    schemas=many(CHANGE),
)


def publisher_document(one: PublisherView) -> dict[str, Any]:
    """Write a publisher."""
    return {
        "namespace": one.namespace,
        "owner": one.owner,
        "title": one.title,
        "support": one.support,
        "proof": one.proof,
        "state": one.state.value,
        "reason": one.reason,
        "claimed_at": format_instant(one.claimed_at),
        "claimed_by": one.claimed_by,
        "decided_at": _instant(one.decided_at),
        "keys": [
            {
                "key": key.key_id,
                "public_key": key.public,
                "label": key.label,
                "added_at": format_instant(key.added_at),
                "added_by": key.added_by,
                "revoked_at": _instant(key.revoked_at),
                "last_used_at": _instant(key.last_used_at),
            }
            for key in one.keys
        ],
    }


def listing_document(one: ListingView) -> dict[str, Any]:
    """Write the draft of a listing."""
    return {
        "listing": one.listing_id,
        "kind": one.kind,
        "title": one.title,
        "summary": one.summary,
        "support": one.support,
        "public": one.is_public,
        "changed_at": format_instant(one.changed_at),
        "changed_by": one.changed_by,
    }


def release_document(one: ReleaseView) -> dict[str, Any]:
    """Write a release."""
    return {
        "id": str(one.id),
        "listing": one.listing_id,
        "version": one.version,
        "kind": one.kind,
        "title": one.title,
        "digest": one.digest,
        "size_bytes": one.size_bytes,
        "state": one.state.value,
        "channel": one.channel.value,
        "quality": one.level,
        "changelog": one.changelog,
        "submitted_at": format_instant(one.submitted_at),
        "submitted_by": one.submitted_by,
        "decided_at": _instant(one.decided_at),
        "listed_at": _instant(one.listed_at),
        "successor": one.successor,
        "ends_on": _day(one.ends_on),
        "reason": one.state_reason,
    }


def whole_document(
    one: ReleaseView, checks: list[CheckView], messages: list[MessageView], page: str
) -> dict[str, Any]:
    """Write a release with what the checks found, what was said, and its page for users."""
    return {
        **release_document(one),
        "checks": [
            {
                "check": check.name,
                "title": check.title,
                "outcome": check.outcome.value,
                "words": check.words,
                "remedy": check.remedy,
                "findings": [{"where": where, "message": told} for where, told in check.findings],
                "ended_at": _instant(check.ended_at),
            }
            for check in checks
        ],
        "messages": [
            {
                "side": said.side.value,
                "author": said.author,
                "text": said.text,
                "written_at": format_instant(said.written_at),
            }
            for said in messages
        ],
        "page": page,
    }


def review_document(
    whole: dict[str, Any], publisher: PublisherView, verdicts: list[VerdictView]
) -> dict[str, Any]:
    """Write a release as reviewers see it."""
    return {
        **whole,
        "publisher": publisher_document(publisher),
        "verdicts": [
            {
                "reviewer": one.reviewer,
                "verdict": one.verdict.value,
                "reasons": one.reasons,
                "checklist": list(one.checklist),
                "decided_at": format_instant(one.decided_at),
            }
            for one in verdicts
        ],
        "points": [{"point": name, "text": text} for name, text in CHECKLIST.items()],
    }


def difference_document(found: PackageDifference) -> dict[str, Any]:
    """Write how a release differs from the one that it follows."""
    return {
        "since": found.since,
        "files": [
            {
                "name": one.name,
                "how": one.how,
                "old_bytes": one.old_bytes,
                "new_bytes": one.new_bytes,
                "lines": list(one.lines),
                "note": one.note,
            }
            for one in found.files
        ],
        "permissions": [_change(*one) for one in found.permissions],
        "schemas": [_change(*one) for one in found.schemas],
    }


def _change(block: str, one: Difference) -> dict[str, Any]:
    return {
        "block": block,
        "pointer": one.pointer,
        "needs": one.bump.name.lower(),
        "message": one.message,
        "needs_consent": one.needs_consent,
    }


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
