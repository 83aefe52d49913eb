"""The tables of signing in: sessions, authenticator apps, recovery codes, passkeys, what is asked.

But for what an organisation asks of its members, they belong to people, who may be of several
organisations, and are asked before any organisation is known: they are not `TenantOwned`.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned

DIGEST_LENGTH = 64
NAME_MAX = 80
HOW_MAX = 40
ADDRESS_MAX = 45
"""The longest way to write an IPv6 address (RFC 4291, 2.2)."""
CREDENTIAL_MAX = 1_364
"""An id of a passkey has at most 1,023 bytes (WebAuthn, 4): so many characters in base64."""
SEALED_MAX = 400


class SignIn(Base):
    """One sign-in of a person in one browser; the browser's cookie holds what `digest` is of.

    Attributes:
        how: A word of `sessions.HOW`.
        seen_at: When it was last used, to the minute.
        expires_at: When it ends, however much it is used.
    """

    __tablename__ = "sign_in"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    how: Mapped[str] = mapped_column(String(HOW_MAX))
    browser: Mapped[str] = mapped_column(String(NAME_MAX))
    address: Mapped[str] = mapped_column(String(ADDRESS_MAX))
    made_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    ended_at: Mapped[OptionalInstant]


class AuthenticatorApp(Base):
    """A person's secret for codes by time (RFC 6238), sealed; counts once it is confirmed.

    `last_step` is the latest step of time whose code was used: no code is taken twice.
    """

    __tablename__ = "authenticator_app"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[str] = mapped_column(String(SEALED_MAX))
    made_at: Mapped[Instant]
    confirmed_at: Mapped[OptionalInstant]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """One code that stands in for the authenticator app, once; only its digest is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    used_at: Mapped[OptionalInstant]


class Passkey(Base):
    """One passkey of a person: the public half, and what people call it."""

    __tablename__ = "passkey"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential: Mapped[str] = mapped_column(String(CREDENTIAL_MAX), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    made_at: Mapped[Instant]
    last_used_at: Mapped[OptionalInstant]


class UsedChallenge(Base):
    """A challenge that was answered, kept as long as it could be answered again."""

    __tablename__ = "used_challenge"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    until: Mapped[Instant] = mapped_column(index=True)


class SignInPolicy(TenantOwned, Base):
    """How an organisation's members have to sign in; no row where any way will do."""

    __tablename__ = "sign_in_policy"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    needs_second_factor: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200), default="")
