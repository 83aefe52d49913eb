"""What was exported last, what is mirrored, and packages on their way in.

None is `TenantOwned`: they hold for the whole installation, as root and index do, and no
organisation reads or writes them but through what is mirrored.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant

DIGEST_LENGTH = 71
NAME_MAX = 200
THE_ONLY = 1


class MarketMirrorExport(Base):
    """The one row, number 1, of the last export.

    Attributes:
        serial: Grows whenever what is exported differs from the time before.
        content: SHA-256 over what was exported.
    """

    __tablename__ = "market_mirror_export"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    serial: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(String(64))
    exported_at: Mapped[Instant]


class MarketMirrorSource(Base):
    """The one row, number 1, of the installation that this one mirrors.

    Attributes:
        name: What it calls itself.
        fingerprint: Of its root; see `blocks.packages.mirrored`.
        serial: Of the newest export that came; an older one is not taken.
        content: SHA-256 over what that one holds.
    """

    __tablename__ = "market_mirror_source"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    fingerprint: Mapped[str] = mapped_column(String(64))
    serial: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[Instant]


class MarketMirrorPackage(Base):
    """A package that an import took in and that nobody can see yet: the import's end does that.

    An import that was killed goes on with what is here.

    Attributes:
        digest: Of the package, which was checked.
    """

    __tablename__ = "market_mirror_package"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    archive: Mapped[bytes] = mapped_column(LargeBinary)
    taken_at: Mapped[Instant]
