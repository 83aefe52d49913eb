"""Connections of one tenant, and calls with them to real servers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.manifest import SecretSlot
from blocks.sdk import HttpRequest, HttpResponse
from runtime.connections.granting import Grants
from runtime.connections.serving import Connections
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.tasks import StepPool
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import ConnectionView
from tenancy.connections.store import get_connection
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.connections import VAULT, make_connection
from tests.factories.tenancy import NOON
from tests.integration.runtime.engine.bench import Bench
from tests.support.oauth import OAuthServer, running_oauth

ANY = SecretSlot(
    slot="api",
    title="Connection",
    reason="Signs in",
    accepts=tuple(KINDS),  # type: ignore[arg-type]
)


@dataclass
class Calling:
    """Makes connections and calls with them; `now` is the time of everything it does."""

    sessions: sessionmaker[Session]
    organisation: OrganisationView
    now: datetime = NOON
    broker: HttpBroker = field(default_factory=lambda: HttpBroker(allow_private=True))

    def connections(self) -> Connections:
        """Give what opens connections."""
        return Connections(
            sessions=self.sessions,
            reading=self.sessions,
            vault=VAULT,
            http=self.broker,
            allow_private=True,
            clock=lambda: self.now,
        )

    def make(self, kind: str = "api_key", values: Any = None, **facts: Any) -> ConnectionView:
        """Make a connection."""
        tenant_id = self.organisation.id
        with self.sessions.begin() as session, as_tenant(session, tenant_id):
            return make_connection(session, tenant_id, kind, values, now=self.now, **facts)

    def find(self, connection: ConnectionView) -> ConnectionView:
        """Give a connection as it is now."""
        tenant_id = self.organisation.id
        with self.sessions.begin() as session, as_tenant(session, tenant_id):
            return get_connection(session, tenant_id, connection.id)

    def call(
        self, url: str, *, slot: SecretSlot = ANY, name: str = "Tickets", **request: Any
    ) -> HttpResponse:
        """Call an address as a step with a connection does."""
        grants = Grants(
            connections=self.connections(),
            tenant_id=self.organisation.id,
            named={slot.slot: name} if name else {},
            slots=(slot,),
        )
        wanted = HttpRequest(method="GET", url=url, slot=slot.slot, **request)
        return grants.carry(wanted, self.broker.send)

    def after(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def calling(sessions: sessionmaker[Session], acme: OrganisationView) -> Calling:
    return Calling(sessions, acme)


@pytest.fixture
def oauth() -> Iterator[OAuthServer]:
    with running_oauth() as server:
        yield server


@pytest.fixture
def bench(calling: Calling) -> Bench:
    """Runs steps with the connections of the tenant, over the real broker."""
    bench = Bench(calling.sessions, calling.organisation.id, now=calling.now)
    brokers = Brokers(
        http=calling.broker, mail=bench.pool.brokers.mail, connections=calling.connections()
    )
    bench.pool = StepPool(leased=bench.pool.leased, brokers=brokers)
    bench.drain = Drain(
        sessions=calling.sessions,
        reading=calling.sessions,
        programs=Programs(),
        brokers=brokers,
        wake_next=lambda: None,
    )
    return bench


def port_of(url: str) -> str:
    """Give host and port of an address."""
    return url.partition("//")[2].partition("/")[0]
