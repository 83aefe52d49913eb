"""Who signs a pack vouches for its blocks, until that word is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs import offering, store
from blocks.installs.revoking import withdraw_revoked
from blocks.packages.package import read_package, sign_package
from blocks.packages.signing import NotTrustedError, key_id
from blocks.packages.trusted import (
    INDEX_LIFE,
    add_publisher,
    add_release,
    found_trust,
    revoke_key,
    revoke_package,
)
from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.installs import make_package
from tests.factories.packages import KEY, OTHER_KEY, ROOT_KEY
from tests.factories.packs import make_block_files, make_pack_package
from tests.factories.tenancy import NOON
from tests.integration.designer.packs.conftest import BYTES, HERE, install

BLOCK = read_package(make_package()).digest
SIGNED = sign_package(make_pack_package(parts=make_block_files()), KEY)


def vouch(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session, system(session):
        found_trust(session, ROOT_KEY, now=NOON)
        add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
        add_release(session, ROOT_KEY, read_package(SIGNED), now=NOON)


def bring_signed(program: FlaskClient) -> None:
    assert program.post(HERE, data=SIGNED, content_type=BYTES).status_code == 201


def states(program: FlaskClient) -> list[str]:
    return [one["state"] for one in program.get("/api/v1/installs").get_json()["items"]]


def test_the_blocks_of_a_signed_pack_are_vouched_for(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    vouch(sessions)
    bring_signed(program)

    install(program)

    assert states(program) == ["installed"]


def test_a_signature_of_somebody_unknown_is_refused(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    vouch(sessions)
    strange = sign_package(make_pack_package(version="2.0.0"), OTHER_KEY)

    refused = program.post(HERE, data=strange, content_type=BYTES)

    assert (refused.status_code, refused.get_json()["code"]) == (422, "package.unknown")


def test_a_pack_that_was_revoked_since_it_came_is_not_installed(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    vouch(sessions)
    bring_signed(program)
    digest = read_package(SIGNED).digest
    with sessions.begin() as session, system(session):
        revoke_package(session, ROOT_KEY, digest, reason="It leaks", now=NOON)

    refused = program.post(f"{HERE}/acme.core-site/install")

    assert (refused.status_code, refused.get_json()["code"]) == (422, "package.revoked")
    assert states(program) == []


def test_a_key_that_was_revoked_takes_the_blocks_of_its_packs_along(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    vouch(sessions)
    bring_signed(program)
    install(program)

    with sessions.begin() as session, system(session):
        gone = key_id(KEY.public_key())
        revoke_key(session, ROOT_KEY, gone, since=NOON, now=NOON)
        withdraw_revoked(session, now=utc_now())

    assert states(program) == ["withdrawn"]


def revoke_pack(session: Session) -> None:
    digest = read_package(SIGNED).digest
    revoke_package(session, ROOT_KEY, digest, reason="It leaks", now=NOON)


def revoke_its_key(session: Session) -> None:
    revoke_key(session, ROOT_KEY, key_id(KEY.public_key()), since=NOON, now=NOON)


def test_a_pack_that_was_revoked_takes_its_blocks_along(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    vouch(sessions)
    bring_signed(program)
    install(program)

    with sessions.begin() as session, system(session):
        revoke_pack(session)
        withdraw_revoked(session, now=utc_now())

    assert states(program) == ["withdrawn"]


@pytest.mark.parametrize(
    ("change", "later", "code"),
    [
        pytest.param(revoke_its_key, timedelta(), "key.revoked", id="key revoked"),
        pytest.param(revoke_pack, timedelta(), "package.revoked", id="pack revoked"),
        pytest.param(lambda _: None, INDEX_LIFE, "index.expired", id="index too old"),
    ],
)
def test_a_block_of_a_pack_is_not_installed_once_nobody_vouches_for_it(
    program: FlaskClient,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    change: Callable[[Session], None],
    later: timedelta,
    code: str,
) -> None:
    vouch(sessions)
    bring_signed(program)
    install(program)
    with sessions.begin() as session, system(session):
        change(session)

    with (
        sessions() as session,
        as_tenant(session, acme.id),
        pytest.raises(NotTrustedError) as refused,
    ):
        store.install(session, acme.id, BLOCK, consents=True, by="Ann", now=NOON + later)

    assert refused.value.code == code


def test_a_block_stays_while_another_pack_vouches_for_it(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    vouch(sessions)
    bring_signed(program)
    install(program)
    next_one = sign_package(make_pack_package(parts=make_block_files(), version="1.1.0"), KEY)
    with sessions.begin() as session, system(session):
        add_release(session, ROOT_KEY, read_package(next_one), now=NOON)
    assert program.post(HERE, data=next_one, content_type=BYTES).status_code == 201
    install(program, "upgrade")

    with sessions.begin() as session, system(session):
        revoke_pack(session)
        withdraw_revoked(session, now=utc_now())

    assert states(program) == ["installed"]


def test_a_pack_leaves_a_block_its_own_signature(
    program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    vouch(sessions)
    signed = sign_package(make_package(), KEY)
    with sessions.begin() as session, as_tenant(session, acme.id):
        add_release(session, ROOT_KEY, read_package(signed), now=NOON)
        offering.upload(session, acme.id, signed, by="Ann", now=NOON)
    bring_signed(program)
    install(program)

    with sessions.begin() as session, system(session):
        revoke_pack(session)
        withdraw_revoked(session, now=utc_now())
        assert offering.package_of(session, BLOCK).envelope is not None

    assert states(program) == ["installed"]
