"""Every kind of mail under a brand: the vendor's name is in none, nor in any of its headers.

The kinds are the files of `templates/mails` and the places in the code that write a mail; a new
one of either fails here until somebody says with what it is filled.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from blocks.sdk import MailMessage
from kernel.resources import resource_folder
from kernel.secrets import Vault, new_key
from runtime.approvals._tables import Approval, ApprovalRight
from runtime.approvals.reminders import send_due as send_reminders
from runtime.going_live._tables import PublishRequest
from runtime.going_live.mails import send_due as send_askings
from runtime.mails import send_mails
from runtime.rules._tables import RuleNotice
from runtime.rules.notices import send_notices
from runtime.runs.outside import Brokers
from runtime.runs.services import DetachedServices, TenantServices
from tenancy.brand import store
from tenancy.brand.model import OWN, Brand, read_brand
from tenancy.mails import outbox
from tenancy.mails.letters import write_letter
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.mails.outbox import Wish
from tenancy.organisations import OrganisationView, create_organisation
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON, make_csp, make_member
from tests.support.owned_rows import Maker, mapper_of
from tests.support.vendors_words import words_in_file

TEMPLATES = resource_folder("templates") / "mails"
LINK = {"link": "https://noc.aurora.example/some/k"}
TRIAL = {
    **LINK,
    "organisation": "Acme",
    "what": "the trial",
    "ends": "2026-12-01",
    "then": "new runs no longer begin",
    "provider": "Aurora",
}
USAGE = {
    **LINK,
    "organisation": "Acme",
    "title": "Events a day",
    "state": "nearly used up",
    "shown": "80 of 100",
    "at_end": "Events are answered with 429.",
    "resets": "at midnight",
    "is_cap": "",
    "provider": "Aurora",
}
FACTS = {
    "address": LINK,
    "advisory": {
        **LINK,
        "severity": "high",
        "title": "It leaks",
        "listing": "Street lamp",
        "versions": "1.0.0",
        "organisation": "Acme",
        "fixed_in": "1.0.1",
        "text": "Bring 1.0.1 in.",
    },
    "address_changed": {"new_address": "b@example.com"},
    "address_changing": {**LINK, "new_address": "b@example.com"},
    "announcement": {
        **LINK,
        "kind": "Maintenance",
        "title": "Fibre work in Bern",
        "when": "2026-12-01 22:00 to 23:00 UTC",
        "update": "It begins an hour later.",
        "update_at": "2026-12-01 21:30 UTC",
        "text": "Links to Bern are down for some minutes.",
        "organisation": "Acme",
    },
    "break_glass": {
        **LINK,
        "provider": "Aurora",
        "organisation": "Acme",
        "person": "Nora",
        "role": "operator",
        "until": "2026-12-01 12:00 UTC",
        "confirmed_by": "Ola",
        "reason": "alarms do not clear",
    },
    "invitation": {
        **LINK,
        "organisation": "Acme",
        "invited_by": "Anna",
        "role": "operator",
        "until": "2026-12-01 12:00 UTC",
    },
    "password": LINK,
    "password_changed": LINK,
    "sign_up": LINK,
    "trial": TRIAL,
    "trial_of_customer": TRIAL,
    "usage": USAGE,
    "usage_of_customer": USAGE,
    "wish_answered": {
        **LINK,
        "provider": "Aurora",
        "organisation": "Acme",
        "text": "A lamp that can be dimmed",
        "answer": "In May.",
        "offered": "acme.lamp",
        "declined": "",
    },
}
"""With what each kind is filled."""
WRITERS = {
    "blocks/abilities/mail.py",
    "runtime/approvals/reminders.py",
    "runtime/going_live/mails.py",
    "runtime/mails.py",
    "runtime/rules/notices.py",
}
"""What writes mails; each is sent below."""
OPERATORS = "Garland <oss@example.com>"
BARE = Brand(name="Aurora")
FULL = Brand(
    name="Aurora",
    greeting="Dear colleague,",
    signature="The Aurora NOC\nZurich",
    sender="Aurora NOC",
    support="mailto:help@aurora.example",
)


def kinds() -> list[str]:
    files = [one.relative_to(TEMPLATES) for one in sorted(TEMPLATES.rglob("*.*"))]
    return [str(one.with_suffix("")) for one in files if not one.name.startswith("_")]


def test_every_kind_of_mail_is_known_here() -> None:
    assert kinds() == sorted(FACTS)
    assert {one.suffix for one in TEMPLATES.rglob("*.*")} == {".txt"}, "say how it is read"


def test_everything_that_writes_mails_is_known_here() -> None:
    root = Path(__file__).parents[4]
    folders = ("garland", "designer", "marketplace", "runtime", "blocks", "tenancy", "kernel")
    found = {
        str(file.relative_to(root))
        for folder in folders
        for file in (root / folder).rglob("*.py")
        if " MailMessage(" in file.read_text().replace("class MailMessage(", "")
    }

    assert found == WRITERS


@pytest.mark.parametrize("brand", [BARE, FULL], ids=["with a name alone", "with all that it may"])
@pytest.mark.parametrize("kind", sorted(FACTS))
def test_a_mail_names_the_brand_and_not_the_vendor(kind: str, brand: Brand) -> None:
    letter = write_letter(kind, brand, FACTS[kind])

    assert words_in_file(f"{letter.subject}\n{letter.text}") == []
    assert "Aurora" in letter.subject + letter.text


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_under_the_vendors_own_brand_the_name_would_be_found(kind: str) -> None:
    letter = write_letter(kind, OWN, FACTS[kind])

    assert words_in_file(f"{letter.subject}\n{letter.text}") != []


@pytest.fixture
def came(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What a mail server is handed, whole."""
    server = MagicMock()
    monkeypatch.setattr("blocks.brokers.mail.smtplib.SMTP", server)
    messages: list[EmailMessage] = []
    server.return_value.__enter__.return_value.send_message = messages.append
    return messages


@pytest.fixture
def tenant(sessions: sessionmaker[Session]) -> OrganisationView:
    """A customer of a CSP that has a brand, and somebody to mail to."""
    with sessions.begin() as session:
        csp = make_csp(session)
        facts = {"kind": "customer", "name": "Acme", "slug": "acme"}
        customer = create_organisation(session, parent_id=csp.id, **facts)  # type: ignore[arg-type]
        make_member(session, customer, "admin")
        wanted = read_brand({"product": "Aurora", "sender": "Aurora NOC"})
        store.change_brand(session, csp.id, wanted, {}, by="Anna", now=NOON)
    return customer


def _by_outbox(
    sessions: sessionmaker[Session], customer: OrganisationView, broker: MailBroker
) -> None:
    office = PostOffice(public_url="https://oss.example", vault=Vault([new_key()]))
    sessions.configure(info={**sessions.kw.get("info", {}), POST_OFFICE: office})
    with sessions.begin() as session:
        for kind, facts in FACTS.items():
            wish = Wish(
                kind=kind, to="a@b.example", facts=facts, path="/x", organisation_id=customer.id
            )
            outbox.write_mail(session, wish, now=NOON)
    assert send_mails(sessions, sessions, broker, now=NOON) == len(FACTS)


def _add(
    sessions: sessionmaker[Session], owner: OrganisationView, model: Any, **facts: Any
) -> None:
    with sessions.begin() as session, system(session):
        row = Maker(session, owner.id).make(mapper_of(model.__table__))
        for name, value in facts.items():
            setattr(row, name, value)


def _reminded(
    sessions: sessionmaker[Session], customer: OrganisationView, broker: MailBroker
) -> None:
    with sessions.begin() as session, system(session):
        maker = Maker(session, customer.id)
        maker.make(mapper_of(Approval.__table__)).notice_at = NOON
        maker.make(mapper_of(ApprovalRight.__table__)).who = "role:admin"
    assert send_reminders(sessions, broker, "https://oss.example", now=NOON) == 1


def _asked(sessions: sessionmaker[Session], customer: OrganisationView, broker: MailBroker) -> None:
    later = NOON + timedelta(hours=1)
    _add(sessions, customer, PublishRequest, notice_at=NOON, until=later, authors=[])
    assert send_askings(sessions, broker, "https://oss.example", now=NOON) == 1


def _by_rule(
    sessions: sessionmaker[Session], customer: OrganisationView, broker: MailBroker
) -> None:
    _add(sessions, customer, RuleNotice, due_at=NOON, recipients=["a@b.example"])
    assert send_notices(sessions, broker, now=NOON) == 1


def _by_block(
    sessions: sessionmaker[Session], customer: OrganisationView, broker: MailBroker
) -> None:
    brokers = Brokers(http=HttpBroker(), mail=broker)
    said = MailMessage(to=("a@b.example",), subject="x", body="x", message_id="<x@localhost>")
    DetachedServices(sessions, customer.id, brokers).mail(said)
    with sessions() as session, as_tenant(session, customer.id):
        TenantServices(session, customer.id, brokers).mail(said)


@pytest.mark.parametrize("send", [_by_outbox, _reminded, _asked, _by_rule, _by_block])
def test_a_whole_mail_with_its_headers_names_the_brand_and_not_the_vendor(
    sessions: sessionmaker[Session],
    tenant: OrganisationView,
    came: list[EmailMessage],
    send: Callable[..., None],
) -> None:
    send(sessions, tenant, MailBroker(host="mail.example", sender=OPERATORS))

    assert [word for one in came for word in words_in_file(one.as_string())] == []
    assert {one["From"] for one in came} == {"Aurora NOC <oss@example.com>"}
    assert not {"X-Mailer", "User-Agent"} & {name for one in came for name in one}
