"""Builders of sources that the listener serves, and of what reads for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.secrets import Vault, new_key
from runtime.alarms.sources.listened.inbox import Inbox, Waiting
from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.listened.settings import config_from_form
from runtime.alarms.sources.listened.store import set_listening
from runtime.alarms.sources.listened.taking import Result
from runtime.alarms.sources.listened.writing import Known, Writer
from runtime.alarms.sources.snmp.authority import Authority
from runtime.alarms.sources.store import create_source
from tenancy.keys.vault import tenant_vault
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer

VAULT = Vault([new_key()])
FORMS: dict[str, dict[str, str]] = {
    SNMP: {"networks": "192.0.2.0/24", "community": "public"},
    SYSLOG: {"networks": "192.0.2.0/24", "least": "err"},
    MQTT: {"host": "broker.example", "topics": "alarms/#"},
}
USER = {
    "user_name": "probe",
    "user_auth": "sha",
    "user_auth_secret": "probe-auth-pass",
    "user_priv": "aes",
    "user_priv_secret": "probe-priv-pass",
}


def make_listened(
    session: Session, tenant_id: UUID, kind: str, *, vault: Vault = VAULT, **form: Any
) -> UUID:
    """Make a source of a kind, set up by its form; give its id."""
    source, _ = create_source(session, tenant_id, kind=kind, name=kind, vault=vault, now=utc_now())
    keys = tenant_vault(session, tenant_id, vault)
    config = config_from_form(kind, {**FORMS[kind], **form}, before={}, vault=keys)
    set_listening(session, tenant_id, source.id, kind=kind, config=config)
    return source.id


def make_tenant_with(sessions: sessionmaker[Session], *kinds: str, **form: Any) -> UUID:
    """Make a customer with a source of each kind, committed; give its id."""
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            for kind in kinds:
                make_listened(session, tenant_id, kind, **form)
    return tenant_id


def make_writer(sessions: sessionmaker[Session]) -> tuple[Writer, Inbox[Arrived]]:
    """Make what writes what arrives, and its inbox."""
    inbox: Inbox[Arrived] = Inbox()
    engine = sessions.kw["bind"].execution_options(garland_read_only=True)
    reading = sessionmaker(class_=sessions.class_, **{**sessions.kw, "bind": engine})
    writer = Writer(
        inbox=inbox,
        sessions=sessions,
        known=Known(reading, VAULT),
        authority=Authority(b"x" * 12, lambda: utc_now().timestamp()),
    )
    return writer, inbox


def arrive(
    sessions: sessionmaker[Session], *what: Arrived, done: Any = None, may_wait: bool = False
) -> Result:
    """Let datagrams arrive and be written."""
    writer, _ = make_writer(sessions)
    return writer.take([Waiting(one, len(one.data), done, may_wait) for one in what])
