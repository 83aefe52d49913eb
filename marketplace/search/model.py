"""A listing as it is searched for, what is asked and what was found. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError, Problem

LISTING_ID_MAX = 81
TITLE_MAX = 120
SUMMARY_MAX = 300
DOCS_MAX = 64 * 1024
TEXTS_MAX = 50
RATING_MAX = 5.0
ASKED_MAX = 200


class Kind(Enum):
    """What a listing brings."""

    BLOCK = "block"
    PACK = "pack"


class PriceKind(Enum):
    """How a listing is paid for."""

    FREE = "free"
    PER_MONTH = "per_month"
    PER_USE = "per_use"
    TIERS = "tiers"


class Sort(Enum):
    """In which order listings are given."""

    RELEVANCE = "relevance"
    MOST_USED = "most_used"
    NEWEST = "newest"
    NAME = "name"


FACETS: Mapping[str, str] = {
    "kind": "Kind",
    "category": "Category",
    "price": "Price",
    "quality": "Quality",
    "rating": "Rating",
    "licence": "Licence",
    "publisher": "Publisher",
}
"""What a search is narrowed by, in the order of its page, and what each is called."""
PRICE = "price"
"""The facet that tells what publishers ask: for who pays them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A listing as it is found and shown in a list.

    Attributes:
        listing_id: Its block's or pack's id.
        publisher, publisher_name: Its namespace, and what people call it.
        categories: Words of `blocks.manifest.CATEGORIES`, or others.
        docs: The text of its page; searched, never shown.
        permissions: What it asks for, a sentence each.
        quality: A word of `blocks.quality.Level`.
        rating: The mean of its ratings, 1 to 5; None where nobody rated it.
        proven_uses: How many organisations use it, as counted by who knows.
        version: Its latest listed version; `updated_at` is when that was listed.
        is_public: Whether it is for everybody; others are found only by those they are named to.
    """

    listing_id: str
    kind: Kind
    title: str
    summary: str
    publisher: str
    publisher_name: str
    version: str
    licence: str
    updated_at: datetime
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    docs: str = ""
    permissions: tuple[str, ...] = ()
    quality: str = "none"
    price: PriceKind = PriceKind.FREE
    rating: float | None = None
    proven_uses: int = 0
    is_public: bool = True

    def __post_init__(self) -> None:
        problems = [Problem(f"/{name}", told) for name, told in _wrong_with(self)]
        if problems:
            raise InvalidError("the listing cannot be searched for as it is", problems=problems)


def _wrong_with(entry: Entry) -> list[tuple[str, str]]:
    texts = {"listing_id": LISTING_ID_MAX, "title": TITLE_MAX, "publisher": LISTING_ID_MAX}
    wrong = [
        (name, f"{name} must be text of 1 to {most} characters without NUL")
        for name, most in texts.items()
        if not 0 < len(getattr(entry, name)) <= most or "\0" in getattr(entry, name)
    ]
    if len(entry.summary) > SUMMARY_MAX:
        wrong.append(("summary", f"summary may have {SUMMARY_MAX} characters: shorten it"))
    if len(entry.docs) > DOCS_MAX:
        wrong.append(("docs", f"docs may have {DOCS_MAX} characters: give the first of them"))
    wrong += [
        (name, f"{name} may be {TEXTS_MAX} at most")
        for name in ("categories", "keywords", "permissions")
        if len(getattr(entry, name)) > TEXTS_MAX
    ]
    if entry.rating is not None and not 1 <= entry.rating <= RATING_MAX:
        wrong.append(("rating", "rating must be from 1 to 5, or not given"))
    if entry.proven_uses < 0:
        wrong.append(("proven_uses", "proven_uses must be 0 or more"))
    if entry.updated_at.tzinfo is None:
        wrong.append(("updated_at", "updated_at needs a time zone"))
    return wrong


def entry_document(entry: Entry) -> dict[str, Any]:
    """Write an entry as data that JSON can hold; `read_entry` reads it back."""
    return asdict(entry) | {
        "kind": entry.kind.value,
        "price": entry.price.value,
        "updated_at": format_instant(entry.updated_at),
        "categories": list(entry.categories),
        "keywords": list(entry.keywords),
        "permissions": list(entry.permissions),
    }


def read_entry(document: Mapping[str, Any]) -> Entry:
    """Read an entry that `entry_document` wrote."""
    lists = {name: tuple(document[name]) for name in ("categories", "keywords", "permissions")}
    return Entry(
        **{
            **document,
            **lists,
            "kind": Kind(document["kind"]),
            "price": PriceKind(document["price"]),
            "updated_at": parse_instant(document["updated_at"]),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A listing as some call it, or of another version than the latest; `words` find it.

    Attributes:
        key: Tells it from every other way of saying a listing.
        entry: Without the text of its page, which is in the words.
    """

    key: str
    entry: Entry
    words: Mapping[str, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """What one organisation finds; two of them are the same only where they are one object.

    Attributes:
        ids: The listings that it finds as they are; None for every public one.
        variants: By id those that it finds as they are called there, in place of the former.
    """

    ids: frozenset[str] | None
    variants: Mapping[str, Variant] = field(default_factory=dict)


Visible = Collection[str] | Callable[[str], bool] | View | None
"""Whose listings count: of these ids, or those a question says yes to; None is all public ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for.

    Attributes:
        text: What was typed; "" for whatever there is.
        chosen: Values of facets: of one facet any of them fits, and every facet has to.
        sort: None is by relevance where something was typed, else the most used first.
    """

    text: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: Sort | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.chosen) - set(FACETS))
        if unknown:
            told = f"there is no facet {unknown[0]}: use " + ", ".join(FACETS)
            raise InvalidError(told, problems=[Problem(f"/{unknown[0]}", told)])
        if len(self.text) > ASKED_MAX:
            told = f"q may have {ASKED_MAX} characters: use fewer words"
            raise InvalidError(told, problems=[Problem("/q", told)])

    @property
    def order(self) -> Sort:
        """In which order what is found is given."""
        return self.sort or (Sort.RELEVANCE if self.text.strip() else Sort.MOST_USED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet: how many would be found if it were chosen in its facet."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How what was typed was read.

    Attributes:
        corrected: Words that nothing has, each with the close ones that were looked for instead.
        is_loose: Nothing has all the words, so that what has most of them was given.
    """

    corrected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of what was found.

    Attributes:
        entries: In the order asked for.
        total: How many there are on all pages.
        facets: By facet its values, the most frequent first.
        next_place: Where the next page begins; None where this is the last.
    """

    entries: tuple[Entry, ...]
    total: int
    facets: Mapping[str, tuple[FacetValue, ...]]
    read: Read
    next_place: tuple[str, str, str] | None
