"""An organisation's admin takes all of it out as a file, which is kept for a day."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.secrets import Vault
from runtime.archives import writing
from runtime.archives._tables import Archive, ArchivePiece, Stage
from runtime.archives.store import (
    ArchiveView,
    ask_archive,
    list_archives,
    remove_expired,
    take_archive,
)
from runtime.archives.writing import Writer, claim_archive
from runtime.moving.digest import digest_of_tenant
from runtime.moving.manifest import Made
from runtime.moving.reading import opened_archive
from tenancy.keys.rotation import destroy_keys
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.alarms import make_alarm
from tests.factories.organisations import admin_of, bring_to
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn
from tests.support.at_once import at_once

Sessions = sessionmaker[Session]
WORDS = "five words nobody would guess"


@pytest.fixture
def vault(app: Flask) -> Vault:
    found: Vault = app.extensions["garland.services"].vault
    return found


@pytest.fixture
def writer(app: Flask, vault: Vault) -> Writer:
    services = app.extensions["garland.services"]
    made = Made(release="1", schema="x")
    return Writer(sessions=services.sessions, reading=services.reading, vault=vault, made=made)


@pytest.fixture
def ada(signed_in: SignedIn) -> FlaskClient:
    return signed_in("admin")


def latest(sessions: Sessions, tenant_id: UUID) -> ArchiveView:
    with sessions() as session, as_tenant(session, tenant_id):
        return list_archives(session, tenant_id)[0]


def ask(sessions: Sessions, acme: OrganisationView, vault: Vault, passphrase: str = "") -> UUID:
    with sessions.begin() as session, as_tenant(session, acme.id):
        who, now = admin_of(acme), utc_now()
        return ask_archive(session, who, passphrase=passphrase, vault=vault, now=now)


def test_it_is_asked_for_written_and_taken(
    sessions: Sessions, ada: FlaskClient, acme: OrganisationView, writer: Writer
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, "pump-7")
    at = f"/t/{acme.slug}/export"

    asked = ada.post(at, data={"passphrase": WORDS, "again": WORDS})
    waiting = ada.get(at).text
    writer.write_next()
    page = ada.get(at).text
    one = latest(sessions, acme.id)
    file = ada.get(f"{at}/{one.id}/file")

    assert (asked.status_code, "It begins within" in waiting) == (303, True)
    assert (one.digest in page, one.has_secrets) == (True, True)
    assert file.content_length == len(file.data) == one.size_bytes
    with opened_archive(io.BytesIO(file.data), unpacked_max=2**30) as archive:
        archive.check()
        assert archive.manifest.digest == one.digest
    with sessions() as session:
        assert digest_of_tenant(session, acme.id) == one.digest
    said = ada.get(f"/t/{acme.slug}/audit").text
    assert all(word in said for word in ("was given the file", " out as a file"))


def test_a_suspended_organisation_is_still_taken_out(
    sessions: Sessions, ada: FlaskClient, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        bring_to(session, acme, "suspended")

    asked = ada.post(f"/t/{acme.slug}/export")

    assert asked.status_code == 303
    assert latest(sessions, acme.id).stage is Stage.WAITING


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param(
            {"passphrase": WORDS, "again": "other"}, "the same passphrase twice", id="two"
        ),
        pytest.param(
            {"passphrase": "short", "again": "short"}, "12 characters at least", id="short"
        ),
    ],
)
def test_a_passphrase_that_does_not_do_is_told_beside_its_field(
    ada: FlaskClient, acme: OrganisationView, form: dict[str, str], said: str
) -> None:
    refused = ada.post(f"/t/{acme.slug}/export", data=form)

    assert (refused.status_code, said in refused.text) == (422, True)


@pytest.mark.parametrize("role", ["designer", "operator", "viewer"])
def test_only_admins_reach_it(signed_in: SignedIn, acme: OrganisationView, role: str) -> None:
    assert signed_in(role).get(f"/t/{acme.slug}/export").status_code == 403


def test_one_is_written_at_a_time(
    sessions: Sessions, ada: FlaskClient, acme: OrganisationView, vault: Vault
) -> None:
    ask(sessions, acme, vault)

    again = ada.post(f"/t/{acme.slug}/export")

    assert (again.status_code, "wait for it, or stop it first" in again.text) == (409, True)


def test_what_a_killed_process_left_is_begun_anew(
    sessions: Sessions, acme: OrganisationView, writer: Writer, vault: Vault
) -> None:
    ask(sessions, acme, vault, WORDS)
    with sessions.begin() as session, system(session):
        killed = claim_archive(session, vault=vault, now=utc_now() - timedelta(minutes=2))
        assert killed is not None
        left = {"tenant_id": acme.id, "archive_id": killed.id}
        session.add(ArchivePiece(**left, number=0, content=b"half"))
        session.add(ArchivePiece(**left, number=7, content=b"a file"))

    assert writer.write_next()

    one = latest(sessions, acme.id)
    with sessions() as session, as_tenant(session, acme.id):
        size = session.scalar(select(func.sum(func.length(ArchivePiece.content))))
        sealed = session.scalar(select(Archive.passphrase_sealed))
    assert (one.stage, size, sealed) == (Stage.READY, one.size_bytes, None)


def test_one_that_is_too_large_says_what_to_do(
    sessions: Sessions, acme: OrganisationView, writer: Writer, vault: Vault
) -> None:
    ask(sessions, acme, vault)
    writer.size_max = 10

    writer.write_next()

    one = latest(sessions, acme.id)
    assert (one.stage, "on the command line" in one.error) == (Stage.FAILED, True)


def test_one_that_is_stopped_is_not_kept(
    sessions: Sessions, ada: FlaskClient, acme: OrganisationView, writer: Writer, vault: Vault
) -> None:
    asked = ask(sessions, acme, vault)
    ada.post(f"/t/{acme.slug}/export/{asked}/remove")

    assert not writer.write_next()
    assert latest(sessions, acme.id).stage is Stage.GONE


def test_a_file_goes_when_its_time_is_over(
    sessions: Sessions, acme: OrganisationView, writer: Writer, vault: Vault
) -> None:
    asked = ask(sessions, acme, vault)
    writer.write_next()
    later = utc_now() + timedelta(hours=25)

    with sessions() as session, as_tenant(session, acme.id), pytest.raises(NotFoundError):
        take_archive(session, admin_of(acme), asked, now=later)
    with sessions.begin() as session, system(session):
        gone = remove_expired(session, now=later)
        left = session.scalar(select(func.count()).select_from(ArchivePiece))

    assert (gone, left) == (1, 0)
    assert latest(sessions, acme.id).stage is Stage.GONE


def test_two_that_ask_at_the_same_moment_make_one(
    sessions: Sessions, acme: OrganisationView, vault: Vault
) -> None:
    def asks(session: Session, _: UUID) -> None:
        ask_archive(session, admin_of(acme), passphrase="", vault=vault, now=utc_now())

    refused = at_once(sessions, acme.id, asks)

    with sessions() as session, as_tenant(session, acme.id):
        assert len(list_archives(session, acme.id)) == 1
    assert "an export is being written" in str(refused)


@pytest.mark.parametrize("size_max", [pytest.param(10, id="fails"), pytest.param(2**30, id="ends")])
def test_a_writer_whose_lease_ran_out_leaves_it_to_the_next(
    sessions: Sessions,
    acme: OrganisationView,
    writer: Writer,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    size_max: int,
) -> None:
    ask(sessions, acme, vault)
    claims = []
    for at in (utc_now() - timedelta(minutes=2), utc_now()):
        with sessions.begin() as session, system(session):
            claims.append(claim_archive(session, vault=vault, now=at))
    slow, holds = claims

    monkeypatch.setattr(writing, "claim_archive", lambda *_, **__: slow)
    writer.size_max = size_max
    writer.write_next()
    with sessions() as session, as_tenant(session, acme.id):
        assert session.scalar(select(func.count()).select_from(ArchivePiece)) == 0
    assert latest(sessions, acme.id).stage is Stage.WRITING

    monkeypatch.setattr(writing, "claim_archive", lambda *_, **__: holds)
    writer.size_max = 2**30
    writer.write_next()
    assert latest(sessions, acme.id).stage is Stage.READY


def test_one_whose_key_is_gone_fails_and_keeps_nobody_elses_waiting(
    sessions: Sessions, acme: OrganisationView, writer: Writer, vault: Vault
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    ask(sessions, acme, vault, WORDS)
    with sessions.begin() as session, as_tenant(session, acme.id):
        destroy_keys(session, acme.id, now=utc_now())
    ask(sessions, other, vault)

    assert [writer.write_next(), writer.write_next()] == [False, True]

    one = latest(sessions, acme.id)
    assert (one.stage, "ask for it again" in one.error) == (Stage.FAILED, True)
    assert latest(sessions, other.id).stage is Stage.READY
