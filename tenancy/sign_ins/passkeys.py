"""Passkeys: signing in by a key that the browser or the phone keeps (WebAuthn, level 2).

A person is verified by their own device (PIN, finger, face), so a passkey alone is two factors. A
challenge is answered once, within some minutes, by the browser that asked for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id, sha256_of
from tenancy._tables import Person
from tenancy.people import PersonView
from tenancy.sign_ins._tables import CREDENTIAL_MAX, NAME_MAX, Passkey, UsedChallenge

CHALLENGE_LASTS = timedelta(minutes=5)
PASSKEYS_MAX = 20
NOT_ACCEPTED = "This passkey was not accepted. Try again, or sign in with your password."
_OTHER = "passkey: the browser's answer cannot be used: try again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What passkeys are made for: the host name, and the whole origin with scheme and port."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a browser was asked, and until when it may answer."""

    value: bytes
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyView:
    """One passkey as its person sees it."""

    id: UUID
    name: str
    made_at: datetime
    last_used_at: datetime | None


def site_of(public_url: str, *, name: str) -> Site | None:
    """Give the site of a public address; None where browsers make no passkeys for it.

    They need a host name, no bare address, and HTTPS unless it is this machine (WebAuthn, 5.1.3).

    >>> site_of("https://noc.example:8443/", name="Garland").host
    'noc.example'
    >>> site_of("https://192.0.2.1/", name=""), site_of("http://noc.example", name="")
    (None, None)
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    if not host or _is_address(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Site(host=host, origin=f"{parts.scheme}://{parts.netloc}", name=name)


def registration_options(
    session: Session, site: Site, person: PersonView, challenge: Challenge
) -> dict[str, Any]:
    """Give what the browser is asked in order to make a passkey for a person."""
    known = session.scalars(select(Passkey.credential).where(Passkey.person_id == person.id))
    wanted = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=person.id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge.value,
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    options: dict[str, Any] = json.loads(options_to_json(wanted))
    return options


def sign_in_options(site: Site, challenge: Challenge) -> dict[str, Any]:
    """Give what the browser is asked in order to sign anybody in who has a passkey."""
    wanted = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge.value,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    options: dict[str, Any] = json.loads(options_to_json(wanted))
    return options


def register(  # noqa: PLR0913  whose, what for, what was asked and answered, and its name
    session: Session,
    site: Site,
    person_id: UUID,
    challenge: Challenge,
    answer: str,
    *,
    name: str,
    now: datetime,
) -> PasskeyView:
    """Keep a passkey that a person's browser made.

    Raises:
        InvalidError: the name is none, or the answer does not hold.
        ConflictError: it was answered already, or there are too many.
    """
    if not 1 <= len(name.strip()) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters, such as the device's name"
        raise InvalidError(message, problems=[Problem("/name", message)])
    held = select(func.count()).where(Passkey.person_id == person_id)
    if (session.scalar(held) or 0) >= PASSKEYS_MAX:
        raise ConflictError(f"there are {PASSKEYS_MAX} passkeys: remove one first")
    _use_up(session, challenge, now=now)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge.value,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise InvalidError(_OTHER, problems=[Problem("/passkey", _OTHER)]) from error
    row = Passkey(
        id=new_id(),
        person_id=person_id,
        credential=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        uses=made.sign_count,
        name=name.strip(),
        made_at=now,
    )
    with or_taken(session, ConflictError("this passkey is known already")):
        session.add(row)
        session.flush()
    return _view(row)


def sign_in(
    session: Session, site: Site, challenge: Challenge, answer: str, *, now: datetime
) -> PersonView:
    """Give who a passkey's answer signs in, and note its use.

    Raises:
        InvalidError: it signs in nobody; what exactly did not hold is not told.
        ConflictError: it was answered already.
    """
    refusal = InvalidError(NOT_ACCEPTED, problems=[Problem("/passkey", NOT_ACCEPTED)])
    found = session.execute(
        select(Passkey, Person)
        .join(Person, Person.id == Passkey.person_id)
        .where(Passkey.credential == _credential_of(answer), Person.is_active)
        .with_for_update(of=Passkey)
    ).first()
    if found is None:
        raise refusal
    _use_up(session, challenge, now=now)
    row, person = found
    try:
        proven = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.value,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise refusal from error
    row.uses, row.last_used_at = proven.new_sign_count, now
    session.flush()
    return PersonView(id=person.id, email=person.email, name=person.name)


def list_passkeys(session: Session, person_id: UUID) -> list[PasskeyView]:
    """List a person's passkeys, the oldest first."""
    wanted = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    return [_view(row) for row in session.scalars(wanted)]


def remove(session: Session, person_id: UUID, passkey_id: UUID) -> PasskeyView:
    """Forget a passkey.

    Raises:
        NotFoundError: the person has no such passkey.
    """
    row = session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    )
    if row is None:
        raise NotFoundError("There is no such passkey any more.")
    session.delete(row)
    session.flush()
    return _view(row)


def _use_up(session: Session, challenge: Challenge, *, now: datetime) -> None:
    """Take a challenge out of the world: whoever sends its answer again is refused."""
    late = "the passkey was asked for too long ago, or used already: try again"
    if challenge.until <= now:
        raise ConflictError(late)
    session.execute(delete(UsedChallenge).where(UsedChallenge.until <= now))
    with or_taken(session, ConflictError(late)):
        used = UsedChallenge(digest=sha256_of(challenge.value), until=challenge.until)
        session.add(used)
        session.flush()


def _credential_of(answer: str) -> str:
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    found = said.get("id") if isinstance(said, dict) else None
    return found[:CREDENTIAL_MAX] if isinstance(found, str) else ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _view(row: Passkey) -> PasskeyView:
    return PasskeyView(id=row.id, name=row.name, made_at=row.made_at, last_used_at=row.last_used_at)
