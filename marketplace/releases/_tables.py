"""The tables of publishers, listings and releases, of what checks found and reviewers said.

None is `TenantOwned`: a release is its publisher's, the vendor's reviewers read it, and once it is
listed so does everybody. Whoever writes or reads what is not public is checked by the services,
against `owner_id`: the organisation that publishes. No foreign key leads to it, for what is listed
outlives who published it: others have it installed.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalInstant, named
from marketplace.releases.states import Channel, ReleaseState

DIGEST_LENGTH = 71
ID_MAX = 81
VERSION_MAX = 64
NAMESPACE_MAX = 40
WHO_MAX = 200
TITLE_MAX = 80
SUMMARY_MAX = 300
SUPPORT_MAX = 300
TEXT_MAX = 4_000
_STILL_COUNTS = text("state NOT IN ('refused', 'rejected')")


class PublisherState(Enum):
    """How far the claim of a namespace is."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    REFUSED = "refused"


class Outcome(Enum):
    """What came of a check."""

    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    NOTED = "noted"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verdict(Enum):
    """What a reviewer decided."""

    APPROVE = "approve"
    REJECT = "reject"


class Side(Enum):
    """From which side a message in a review comes."""

    PUBLISHER = "publisher"
    REVIEWER = "reviewer"


class MarketPublisher(Base):
    """A namespace and who claims it: public once it is verified.

    Attributes:
        namespace: What its blocks' ids begin with; for good, nobody else gets it later.
        owner_id: The organisation.
        proof: What shows that it is theirs, in the claimer's words.
        reason: Why it was refused.
    """

    __tablename__ = "market_publisher"

    namespace: Mapped[str] = mapped_column(String(NAMESPACE_MAX), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    support: Mapped[str] = mapped_column(String(SUPPORT_MAX))
    proof: Mapped[str] = mapped_column(Text)
    state: Mapped[PublisherState] = mapped_column(named(PublisherState))
    reason: Mapped[str] = mapped_column(Text, default="")
    claimed_at: Mapped[Instant]
    claimed_by: Mapped[str] = mapped_column(String(WHO_MAX))
    decided_at: Mapped[OptionalInstant]
    decided_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")


class MarketPublisherKey(Base):
    """A public key by which a publisher signs; public as keys are.

    Attributes:
        key_id: As `blocks.packages.signing.key_id` gives it.
        public: As `blocks.packages.trust.encode_key` writes it.
        revoked_at: From when on nothing new is taken that it alone signed.
        last_used_at: When a package that it signed was submitted last.
    """

    __tablename__ = "market_publisher_key"
    __table_args__ = (UniqueConstraint("namespace", "key_id"),)

    id: Mapped[Key]
    namespace: Mapped[str] = mapped_column(
        ForeignKey("market_publisher.namespace", ondelete="CASCADE")
    )
    key_id: Mapped[str] = mapped_column(String(80))
    public: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(TITLE_MAX))
    added_at: Mapped[Instant]
    added_by: Mapped[str] = mapped_column(String(WHO_MAX))
    revoked_at: Mapped[OptionalInstant]
    last_used_at: Mapped[OptionalInstant]


class MarketListing(Base):
    """What the marketplace says of a block or pack, whatever its version: public once one is.

    Attributes:
        support: Where its users get help: a mail address or an https address.
    """

    __tablename__ = "market_listing"

    listing_id: Mapped[str] = mapped_column(String(ID_MAX), primary_key=True)
    namespace: Mapped[str] = mapped_column(String(NAMESPACE_MAX), index=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(String(SUMMARY_MAX))
    support: Mapped[str] = mapped_column(String(SUPPORT_MAX))
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(WHO_MAX))


class MarketRelease(Base):
    """One version that was submitted; of a version one row counts, others were turned down.

    Attributes:
        manifest: What `block.json` or `pack.json` says.
        archive: The package's bytes.
        level: The quality level that the checks found: `gold`; "" before, and for packs.
        changelog: What is new, as the publisher tells it.
        claimed_until: Until when the process that checks it is believed to live.
        tries: How often one began.
        successor: The listing that replaces it once it is deprecated; "" for none.
        ends_on: The last day on which its publisher supports it.
        state_reason: Why it was rejected, deprecated or recalled.
    """

    __tablename__ = "market_release"
    __table_args__ = (
        Index(
            "uq_market_release_listing_id_version",
            "listing_id",
            "version",
            unique=True,
            sqlite_where=_STILL_COUNTS,
            postgresql_where=_STILL_COUNTS,
        ),
        Index(None, "state", "submitted_at"),
        Index(None, "owner_id", "submitted_at"),
    )

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(
        ForeignKey("market_listing.listing_id", ondelete="CASCADE")
    )
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    owner_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), index=True)
    manifest: Mapped[Document]
    archive: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size_bytes: Mapped[int]
    state: Mapped[ReleaseState] = mapped_column(named(ReleaseState))
    channel: Mapped[Channel] = mapped_column(named(Channel))
    level: Mapped[str] = mapped_column(String(20), default="")
    changelog: Mapped[str] = mapped_column(Text)
    submitted_at: Mapped[Instant]
    submitted_by: Mapped[str] = mapped_column(String(WHO_MAX))
    submitted_by_id: Mapped[UUID | None]
    claimed_until: Mapped[OptionalInstant]
    tries: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[OptionalInstant]
    listed_at: Mapped[OptionalInstant]
    successor: Mapped[str] = mapped_column(String(ID_MAX), default="")
    ends_on: Mapped[date | None]
    state_reason: Mapped[str] = mapped_column(Text, default="")


class MarketReleaseCheck(Base):
    """One automatic check of a release and what came of it.

    Attributes:
        place: Its turn, from 0.
        words: What was found, a sentence.
        remedy: What the publisher can do; "" where nothing has to be done.
        findings: Each thing found: `{"where", "message"}`.
    """

    __tablename__ = "market_release_check"

    release_id: Mapped[UUID] = mapped_column(
        ForeignKey("market_release.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(named(Outcome))
    words: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    findings: Mapped[AnyDocument]
    ended_at: Mapped[OptionalInstant]


class MarketReview(Base):
    """What one reviewer of the vendor's decided about a release.

    Attributes:
        checklist: The points that the reviewer looked at, by name.
    """

    __tablename__ = "market_review"

    release_id: Mapped[UUID] = mapped_column(
        ForeignKey("market_release.id", ondelete="CASCADE"), primary_key=True
    )
    reviewer_id: Mapped[UUID] = mapped_column(primary_key=True)
    reviewer: Mapped[str] = mapped_column(String(WHO_MAX))
    verdict: Mapped[Verdict] = mapped_column(named(Verdict))
    reasons: Mapped[str] = mapped_column(Text, default="")
    checklist: Mapped[AnyDocument]
    decided_at: Mapped[Instant]


class MarketReviewMessage(Base):
    """A question or an answer between reviewers and publisher about a release."""

    __tablename__ = "market_review_message"
    __table_args__ = (Index(None, "release_id", "written_at"),)

    id: Mapped[Key]
    release_id: Mapped[UUID] = mapped_column(ForeignKey("market_release.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(named(Side))
    author: Mapped[str] = mapped_column(String(WHO_MAX))
    author_id: Mapped[UUID | None]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[Instant]
