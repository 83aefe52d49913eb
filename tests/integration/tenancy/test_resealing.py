"""Connections after a change of the installation's key."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kernel.secrets import Vault, new_key
from tenancy.connections.opening import open_connection
from tenancy.connections.resealing import reseal_connections
from tenancy.connections.store import rotate_connection
from tenancy.scope import as_tenant, system
from tests.factories.connections import make_connection
from tests.factories.tenancy import NOON, make_customer


def test_what_is_sealed_anew_opens_without_the_older_key(session: Session) -> None:
    old, new = new_key(), new_key()
    acme = make_customer(session, "Acme")
    with as_tenant(session, acme.id):
        made = make_connection(session, acme.id, vault=Vault([old]))
        where = (session, acme.id, made.id)
        rotate_connection(*where, values={"key": "new"}, vault=Vault([old]), by="Ann", now=NOON)

    with system(session):
        count = reseal_connections(session, Vault([new, old]))

    with as_tenant(session, acme.id):
        opened = open_connection(session, acme.id, "Tickets", vault=Vault([new]), now=NOON)
    assert count == 1
    assert opened is not None
    assert opened.before is not None
    assert (opened.values["key"], opened.before["key"]) == ("new", "canary-of-the-key")
