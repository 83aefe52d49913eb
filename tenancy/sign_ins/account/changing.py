"""What a person changes of how they sign in, each noted where they belong."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.secrets import Vault
from tenancy import passwords, people
from tenancy.audit.chain import Fact
from tenancy.people import PersonView
from tenancy.sign_ins import apps, passkeys, sessions
from tenancy.sign_ins.entering import note_of_person
from tenancy.sign_ins.passkeys import Challenge, Site
from tenancy.sign_ins.sessions import Held, SessionView

_WITH_APP = {
    "passkey": "passkey",
    "provider": "provider_code",
    "provider_code": "provider_code",
    "provider_strong": "provider_strong",
}
"""What a session becomes that has shown a new app; one of a provider stays one of it."""
_WITHOUT_APP = {
    "password_code": "password",
    "password_recovery": "password",
    "provider_code": "provider",
}


def change_password(
    session: Session, person: PersonView, held: SessionView, password_hash: str, *, now: datetime
) -> Held:
    """Keep a new password's hash; every other session ends, and this one gets another secret."""
    people.change_password(session, person.id, password_hash)
    ended = sessions.end_others(session, person.id, but=held.id, now=now)
    note_of_person(session, person, "password.changed", {"sessions_ended": ended}, now=now)
    return sessions.renew(session, held.id)


def hash_of_new(person: PersonView, password: str) -> str:
    """Hash a new password, if it may be used; raises InvalidError naming `new_password`."""
    passwords.check_new_password(
        password, email=person.email, name=person.name, field="new_password"
    )
    return passwords.hash_password(password)


def confirm_app(
    session: Session,
    vault: Vault,
    person: PersonView,
    held: SessionView,
    code: str,
    *,
    now: datetime,
) -> tuple[list[str], Held]:
    """Let the app count from now on; this session has shown it. Gives the recovery codes."""
    codes = apps.confirm(session, vault, person.id, code, now=now)
    note_of_person(session, person, "second_factor.added", {"kind": "app"}, now=now)
    how = _WITH_APP.get(held.how, "password_code")
    return codes, sessions.renew(session, held.id, how=how)


def remove_app(session: Session, person: PersonView, held: SessionView, *, now: datetime) -> Held:
    """Forget the app and its recovery codes; a session that was opened by it counts as one less."""
    apps.remove(session, person.id)
    note_of_person(session, person, "second_factor.removed", {"kind": "app"}, now=now)
    return sessions.renew(session, held.id, how=_WITHOUT_APP.get(held.how, held.how))


def renew_codes(session: Session, person: PersonView, *, now: datetime) -> list[str]:
    """Make ten recovery codes in place of all before."""
    codes = apps.renew_codes(session, person.id)
    note_of_person(session, person, "second_factor.codes_renewed", now=now)
    return codes


def add_passkey(  # noqa: PLR0913  whose, made for and by what, and its name
    session: Session,
    site: Site,
    person: PersonView,
    held: SessionView,
    asked: tuple[Challenge, str],
    *,
    name: str,
    now: datetime,
) -> Held:
    """Keep a passkey, given as what was asked and what was answered; this session has shown it."""
    challenge, answer = asked
    made = passkeys.register(session, site, person.id, challenge, answer, name=name, now=now)
    note_of_person(session, person, "passkey.added", {"passkey": made.name}, now=now)
    how = "password_passkey" if held.how == "password" else held.how
    return sessions.renew(session, held.id, how=how)


def remove_passkey(
    session: Session, person: PersonView, passkey_id: UUID, *, now: datetime
) -> None:
    """Forget a passkey; raises NotFoundError."""
    gone = passkeys.remove(session, person.id, passkey_id)
    note_of_person(session, person, "passkey.removed", {"passkey": gone.name}, now=now)


def end_session(session: Session, person: PersonView, session_id: UUID, *, now: datetime) -> None:
    """End one session of a person, wherever it is open; raises NotFoundError."""
    ended = sessions.end(session, person.id, session_id, now=now)
    facts: dict[str, Fact] = {"number": 1, "address": ended.address, "browser": ended.browser}
    note_of_person(session, person, "sessions.ended", facts, now=now)


def end_other_sessions(
    session: Session, person: PersonView, held: SessionView, *, now: datetime
) -> int:
    """End all sessions of a person but this one; give how many ended."""
    ended = sessions.end_others(session, person.id, but=held.id, now=now)
    if ended:
        note_of_person(session, person, "sessions.ended", {"number": ended}, now=now)
    return ended
