"""Tables of the search: every listing that can be found, and how often they changed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant
from marketplace.search.model import LISTING_ID_MAX


class MarketSearchEntry(Base):
    """One listing as it is found.

    No organisation's own: what is listed may be read by all that a catalogue shows it to, who are
    many, and whoever asks says what they see. Only whoever lists it writes it.

    Attributes:
        entry: As `model.entry_document` writes it, without the docs; {} for one that was removed.
        words: What it is found by: words with what each is worth, as JSON.
        docs: The text of its page, from which words are read anew.
        read_as: By which way `words` were read; see `words.READ_AS`.
        revision: Which change of all listings it was changed by last.
        is_listed: False for one that was removed: processes that hold it learn so by its row.
    """

    __tablename__ = "market_search_entry"
    __table_args__ = (Index(None, "revision"),)

    listing_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX), primary_key=True)
    entry: Mapped[Document]
    words: Mapped[str] = mapped_column(Text)
    docs: Mapped[str] = mapped_column(Text, deferred=True)
    read_as: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(BigInteger)
    is_listed: Mapped[bool]
    changed_at: Mapped[Instant]


class MarketSearchState(Base):
    """The one row, number 1, that says how often listings changed.

    No organisation's own, for the same reason. Who changes a listing counts up, and so holds this
    row until the end of the transaction: changes are seen in the order of their numbers, and a
    process that knows of one knows of all before it.
    """

    __tablename__ = "market_search_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
