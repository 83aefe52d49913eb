"""The web application on a fresh database, and browsers of people who belong somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.orm import Session, sessionmaker

from garland.app import create_app
from garland.settings import Settings
from kernel.secrets import new_key
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import NOON, PASSWORD, make_customer, make_member
from tests.support.addresses import AddressBook
from tests.support.reference import check_answers

SignedIn = Callable[..., FlaskClient]
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash by the same algorithm with parameters that cost a thousandth of the time."""
    monkeypatch.setattr("tenancy.passwords._hasher", QUICK_HASHER)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates as they were compiled before: each test has an application of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def address_book() -> AddressBook:
    return AddressBook()


@pytest.fixture
def compiled_addresses(
    address_book: AddressBook, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AddressBook]:
    """Addresses as they were compiled before, for the same reason."""
    monkeypatch.setattr(Flask, "url_map_class", staticmethod(address_book.open))
    yield address_book
    address_book.close()


@pytest.fixture
def app(
    database_url: str,
    tmp_path: Path,
    compiled_templates: BytecodeCache,
    compiled_addresses: AddressBook,
) -> Iterator[Flask]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",  # nobody answers there: limits are counted in memory
        secret_key="a secret of tests",
        encryption_keys=new_key(),
        public_url="http://localhost",
    )
    app = create_app(settings)
    compiled_addresses.remember()
    app.jinja_env.bytecode_cache = compiled_templates
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    check_answers(app)
    yield app
    app.extensions["garland.services"].engine.dispose()


@pytest.fixture
def acme(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Acme")


def client_of(
    app: Flask, sessions: sessionmaker[Session], organisation: OrganisationView, role: str
) -> FlaskClient:
    """Make a program with a role's token in an organisation."""
    with sessions.begin() as session, as_tenant(session, organisation.id):
        token = create_token(session, organisation.id, name=role, role=role, now=NOON)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def signed_in(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> SignedIn:
    """Give a function that signs a new member in and gives their browser."""

    def sign_in(role: str = "admin", organisation: OrganisationView = acme) -> FlaskClient:
        with sessions.begin() as session:
            person = make_member(session, organisation, role)
        client = app.test_client()
        client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
        return client

    return sign_in
