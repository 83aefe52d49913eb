"""Who asks and whose things are asked for: two customers of two CSPs, and everybody round them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.app import create_app
from garland.settings import Settings
from kernel.db import Base
from kernel.ids import sha256_of
from kernel.secrets import new_key
from tenancy.organisations import OrganisationView, create_organisation
from tenancy.roles import ROLES_OF_KIND
from tenancy.scope import as_tenant, system
from tenancy.tokens import create_token
from tests.factories.tenancy import NOON, PASSWORD, make_member
from tests.isolation.tenant import Tenant, fill

BELOW = (
    ("vendor", "vendor", ""),
    ("csp", "csp", "vendor"),
    ("other csp", "csp", "vendor"),
    ("customer", "customer", "csp"),
    ("other customer", "customer", "other csp"),
    ("integrator", "integrator", "vendor"),
)
"""Who there is: a name, a kind, and whom it stands below."""
OWNER = "other customer"
ASKERS = tuple(
    f"{name} {role.value}"
    for name, kind, _ in BELOW
    if name != OWNER
    for role in ROLES_OF_KIND[kind]
)
"""Each pair of organisation and role: all who ask for what is the other customer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who has no business with the other's things: a browser and a program of theirs."""

    name: str
    role: str
    organisation: OrganisationView
    browser: FlaskClient
    program: FlaskClient


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Two customers alike, of whom each owns one of each thing, and all who ask for `theirs`."""

    app: Flask
    sessions: sessionmaker[Session]
    mine: Tenant
    theirs: Tenant
    askers: tuple[Asker, ...]

    def asker(self, name: str) -> Asker:
        """Give who is called so, such as "customer admin"."""
        return next(one for one in self.askers if one.name == name)

    def digest(self) -> str:
        """Tell every row that is the other tenant's: two digests alike say that none changed."""
        return digest_of(self.sessions, self.theirs.organisation)


def digest_of(sessions: sessionmaker[Session], whose: OrganisationView) -> str:
    """Digest every row of an organisation, table by table, as the database has it."""
    told = []
    with sessions() as session, system(session):
        for name, table in sorted(Base.metadata.tables.items()):
            owner = table.c.get("tenant_id", table.c.get("organisation_id"))
            if owner is not None:
                rows = session.execute(select(table).where(owner == whose.id))
                told.append(f"{name}: {sorted(str(tuple(row)) for row in rows)}")
    return sha256_of("\n".join(told))


@contextmanager
def open_world(url: str, folder: Path) -> Iterator[World]:
    """Make the application and all organisations in a fresh database."""
    settings = Settings(
        data_dir=folder,
        database_url=url,
        redis_url="redis://127.0.0.1:1/0",  # nobody answers there
        secret_key="a secret of tests",
        encryption_keys=new_key(),
        public_url="http://localhost",
    )
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    services = app.extensions["garland.services"]
    sessions = services.sessions
    with sessions.begin() as session:
        organisations = _organisations(session)
    askers = tuple(_askers(app, sessions, organisations))
    own = next(one for one in askers if one.name == "customer admin")
    other = make_asker(app, sessions, organisations[OWNER], "admin", "owner")
    mine = Tenant(app, sessions, own.organisation, "Heron", own.browser, own.program)
    theirs = Tenant(app, sessions, other.organisation, "Quagga", other.browser, other.program)
    for one in (mine, theirs):
        fill(one)
    yield World(app=app, sessions=sessions, mine=mine, theirs=theirs, askers=askers)
    services.end_blocks()
    services.engine.dispose()


def _organisations(session: Session) -> dict[str, OrganisationView]:
    found: dict[str, OrganisationView] = {}
    for name, kind, parent in BELOW:
        slug, above = name.replace(" ", "-"), found[parent].id if parent else None
        title = name.title() if name != OWNER else "Quagga Parks"
        found[name] = create_organisation(
            session, kind=kind, name=title, slug=slug, parent_id=above
        )
    return found


def _askers(
    app: Flask, sessions: sessionmaker[Session], organisations: dict[str, OrganisationView]
) -> Iterator[Asker]:
    for name in ASKERS:
        where, _, role = name.rpartition(" ")
        yield make_asker(app, sessions, organisations[where], role, name)


def make_asker(
    app: Flask, sessions: sessionmaker[Session], where: OrganisationView, role: str, name: str
) -> Asker:
    """Sign a new member of an organisation in, and give them a program with a token."""
    with sessions.begin() as session, as_tenant(session, where.id):
        person = make_member(session, where, role, name=name)
        token = create_token(session, where.id, name=name, role=role, now=NOON, by=person.id)
    browser, program = app.test_client(), app.test_client()
    browser.environ_base["REMOTE_ADDR"] = f"10.1.{person.id.int % 250}.{person.id.int % 249}"
    browser.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    browser = _stateless(app, browser)
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return Asker(name=name, role=role, organisation=where, browser=browser, program=program)


def _stateless(app: Flask, signed_in: FlaskClient) -> FlaskClient:
    """Give a browser that forgets what each answer says, such as a message for the next page."""
    kept = signed_in.get_cookie("garland")
    assert kept is not None, "nobody is signed in"
    browser = app.test_client(use_cookies=False)
    browser.environ_base["REMOTE_ADDR"] = signed_in.environ_base["REMOTE_ADDR"]
    browser.environ_base["HTTP_COOKIE"] = f"garland={kept.value}"
    return browser
