"""The tables of brands.

Neither is `TenantOwned`: a brand is read for everybody below its organisation, and before anybody
signed in. Only its own organisation's people write it.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key

PRODUCT_MAX = 60
HOST_MAX = 253
LINE_MAX = 120
SIGNATURE_MAX = 500
LINK_MAX = 500
COLOUR_MAX = 7
DIGEST_MAX = 64


class BrandRow(Base):
    """What one organisation chose; empty texts where it chose nothing.

    Attributes:
        accent_light: `#rrggbb` for links and filled buttons on light grounds.
        accent_dark: The same on dark ones.
        host: The name that is served for it; None until the vendor agreed.
        host_asked: The name it asked for, and waits for.
        logo: The file name of a `BrandImage`: its digest, a dot and its ending.
        icon: The same, of what stands in a browser's tab.
        letter: The same, drawn of the name's first letter; it stands where no icon was given.
        style: The style sheet made of the colours, and its digest, by which it is fetched.
    """

    __tablename__ = "brand"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    product: Mapped[str] = mapped_column(String(PRODUCT_MAX))
    accent_light: Mapped[str] = mapped_column(String(COLOUR_MAX), default="")
    accent_dark: Mapped[str] = mapped_column(String(COLOUR_MAX), default="")
    host: Mapped[str | None] = mapped_column(String(HOST_MAX), unique=True)
    host_asked: Mapped[str] = mapped_column(String(HOST_MAX), default="")
    sender: Mapped[str] = mapped_column(String(LINE_MAX), default="")
    greeting: Mapped[str] = mapped_column(String(LINE_MAX), default="")
    signature: Mapped[str] = mapped_column(String(SIGNATURE_MAX), default="")
    documentation: Mapped[str] = mapped_column(String(LINK_MAX), default="")
    support: Mapped[str] = mapped_column(String(LINK_MAX), default="")
    terms: Mapped[str] = mapped_column(String(LINK_MAX), default="")
    logo: Mapped[str] = mapped_column(String(DIGEST_MAX), default="")
    icon: Mapped[str] = mapped_column(String(DIGEST_MAX), default="")
    letter: Mapped[str] = mapped_column(String(DIGEST_MAX), default="")
    style: Mapped[str] = mapped_column(Text, default="")
    style_digest: Mapped[str] = mapped_column(String(DIGEST_MAX), default="", index=True)
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200), default="")


class BrandImage(Base):
    """One picture of a brand, fetched by its digest; what is in it was checked when it came.

    Attributes:
        ending: `svg` or `png`.
    """

    __tablename__ = "brand_image"

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(DIGEST_MAX), index=True)
    ending: Mapped[str] = mapped_column(String(3))
    content: Mapped[bytes] = mapped_column(LargeBinary)
