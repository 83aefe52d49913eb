"""Authenticator apps: codes by time (RFC 6238), and recovery codes for when the phone is gone.

A secret counts once a code of it was shown. Each code opens once. Codes are of six digits and
thirty seconds, by SHA-1, since every app knows these and some know no others.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import segno
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id, sha256_of
from kernel.secrets import Vault
from tenancy.sign_ins._tables import AuthenticatorApp, RecoveryCode

STEP_S = 30
STEPS_OFF = 1
"""So many steps before and after now are taken: clocks differ (RFC 6238, 5.2)."""
SETUP_LASTS = timedelta(minutes=15)
CODES = 10
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 24
"""119 bits: random enough to be kept as a plain digest (NIST SP 800-63B, 5.1.2.2)."""
CODE_GROUP = 6
_NOT_RIGHT = (
    "code: this code is not right, or was used already: wait for the next one; if no code fits, "
    "set the phone's clock by the network"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppView:
    """A person's authenticator app: since when it counts, and how many recovery codes are left."""

    confirmed_at: datetime | None
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What an app needs to know: the secret, in groups of four, and a picture of it."""

    secret: str
    picture: str


def app_of(session: Session, person_id: UUID) -> AppView | None:
    """Give what a person set up; None where nothing is, or was begun."""
    row = session.get(AuthenticatorApp, person_id)
    if row is None:
        return None
    left = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return AppView(confirmed_at=row.confirmed_at, codes_left=session.scalar(left) or 0)


def has_app(session: Session, person_id: UUID) -> bool:
    """Tell whether a person's sign-in takes a code too."""
    row = session.get(AuthenticatorApp, person_id)
    return row is not None and row.confirmed_at is not None


def begin_setup(session: Session, vault: Vault, person_id: UUID, *, now: datetime) -> str:
    """Make a fresh secret, which counts for nothing until it is confirmed.

    Gives the mark of this set-up, for the session that began it to hold: `is_begun` asks for it.

    Raises:
        ConflictError: an app is set up already.
    """
    row = session.get(AuthenticatorApp, person_id)
    if row is not None and row.confirmed_at is not None:
        raise ConflictError("an authenticator app is set up already: remove it first")
    if row is None:
        row = AuthenticatorApp(person_id=person_id, sealed="", made_at=now, last_step=0)
        session.add(row)
    row.sealed, row.made_at = vault.encrypt(pyotp.random_base32()), now
    session.flush()
    return sha256_of(row.sealed)


def is_begun(session: Session, person_id: UUID, mark: str, *, now: datetime) -> bool:
    """Tell whether a set-up waits that whoever holds the mark began just now.

    Another session of the person is shown neither the secret nor may it confirm it: one that a
    provider opened is not known to be the person's own.
    """
    row = session.get(AuthenticatorApp, person_id)
    if row is None or row.confirmed_at is not None or now - row.made_at >= SETUP_LASTS:
        return False
    return hmac.compare_digest(sha256_of(row.sealed), mark)


def setup_of(
    session: Session, vault: Vault, person_id: UUID, *, account: str, issuer: str
) -> Setup | None:
    """Give what the app has to be told while a secret waits to be confirmed."""
    row = session.get(AuthenticatorApp, person_id)
    if row is None or row.confirmed_at is not None:
        return None
    secret = vault.decrypt(row.sealed)
    address = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Setup(secret=groups, picture=draw(address))


def draw(content: str) -> str:
    """Draw a QR code (ISO/IEC 18004) as SVG: what it says is told to nobody else."""
    code = segno.make(content, error="m", micro=False)
    svg: str = code.svg_inline(scale=5, border=4, light="#fff", omitsize=True)
    return svg


def confirm(
    session: Session, vault: Vault, person_id: UUID, code: str, *, now: datetime
) -> list[str]:
    """Let the secret count, proven by a code of it; give the recovery codes, shown this once.

    Raises:
        InvalidError: the code is not of it.
        ConflictError: nothing waits to be confirmed.
    """
    row = _locked(session, person_id)
    if row is None or row.confirmed_at is not None:
        raise ConflictError("nothing waits to be confirmed: load the page again")
    step = _step_of(vault.decrypt(row.sealed), code, after=row.last_step, now=now)
    if step is None:
        raise InvalidError(_NOT_RIGHT, problems=[Problem("/code", _NOT_RIGHT)])
    row.last_step, row.confirmed_at = step, now
    return renew_codes(session, person_id)


def use_code(
    session: Session, vault: Vault, person_id: UUID, code: str, *, now: datetime
) -> str | None:
    """Use up a code; give what it was, "code" or "recovery", or None where it opens nothing."""
    row = _locked(session, person_id)
    if row is None or row.confirmed_at is None:
        return None
    step = _step_of(vault.decrypt(row.sealed), code, after=row.last_step, now=now)
    if step is not None:
        row.last_step = step
        session.flush()
        return "code"
    spare = session.scalar(
        select(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.digest == _digest_of(code),
            RecoveryCode.used_at.is_(None),
        )
        .with_for_update()
    )
    if spare is None:
        return None
    spare.used_at = now
    session.flush()
    return "recovery"


def renew_codes(session: Session, person_id: UUID) -> list[str]:
    """Make ten recovery codes in place of all before; only their digests are kept."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [_new_code() for _ in range(CODES)]
    session.add_all(
        RecoveryCode(id=new_id(), person_id=person_id, digest=_digest_of(one)) for one in codes
    )
    session.flush()
    return codes


def remove(session: Session, person_id: UUID) -> None:
    """Forget a person's app and their recovery codes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.person_id == person_id))


def _locked(session: Session, person_id: UUID) -> AuthenticatorApp | None:
    """Lock the row: of two requests with the same code, one finds it used."""
    wanted = select(AuthenticatorApp).where(AuthenticatorApp.person_id == person_id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    found: AuthenticatorApp | None = session.scalar(locked)
    return found


def _step_of(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """Give the step of time that a code is of, if it is later than the last one used."""
    typed = "".join(code.split())
    maker, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    for step in range(current - STEPS_OFF, current + STEPS_OFF + 1):
        right = maker.generate_otp(step)
        if hmac.compare_digest(right.encode(), typed.encode()) and step > after:
            return step
    return None


def _new_code() -> str:
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return "-".join(letters[at : at + CODE_GROUP] for at in range(0, CODE_LENGTH, CODE_GROUP))


def _digest_of(code: str) -> str:
    return sha256_of("".join(one for one in code.lower() if one.isalnum()))
