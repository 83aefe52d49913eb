"""The publisher's studio: from nothing to a listed release, without JavaScript."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from blocks.packages.signing import key_id
from blocks.packages.trust import encode_key
from marketplace.pictures.store import pictures_of
from marketplace.releases import store
from marketplace.releases._tables import MarketRelease, Verdict
from marketplace.releases.publishers import decide_claim
from marketplace.releases.reviewing import Decision, ask, decide
from marketplace.releases.states import Channel, ReleaseState
from marketplace.releases.submitting import changelog_in
from tenancy.audit.trail import Actor
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.packages import KEY
from tests.factories.pictures import make_picture
from tests.factories.releases import (
    make_integrator,
    make_publisher,
    make_release,
    make_reviewer,
    make_signed,
    make_unsigned,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

HOME = "/t/acme-integration/marketplace/studio"
CLAIM = {"namespace": "acme", "title": "Acme", "support": "a@b.example", "proof": "ours"}


@pytest.fixture
def maker(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_integrator(session)


@pytest.fixture
def client(signed_in: SignedIn, maker: OrganisationView) -> FlaskClient:
    return signed_in("integrator", maker)


@pytest.fixture
def release(sessions: sessionmaker[Session], maker: OrganisationView) -> store.ReleaseView:
    with sessions.begin() as session, system(session):
        make_publisher(session, maker)
        return pass_checks(session, make_release(session, maker, channel=Channel.BETA))


def now_of(sessions: sessionmaker[Session], release: store.ReleaseView) -> store.ReleaseView:
    with sessions() as session, system(session):
        return store.get_own(session, release.owner_id, release.id)


def put(sessions: sessionmaker[Session], release: store.ReleaseView, state: ReleaseState) -> None:
    with sessions.begin() as session, system(session):
        row = session.get_one(MarketRelease, release.id)
        row.state, row.listed_at = state, NOON


def send(client: FlaskClient, path: str, content: bytes, **form: str) -> TestResponse:
    data: dict[str, Any] = {**form, "file": (io.BytesIO(content), "a.bin")}
    return client.post(path, data=data, content_type="multipart/form-data")


def test_a_newcomer_goes_from_a_claim_to_a_release_that_is_checked(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    assert "Claim a namespace" in client.get(HOME).text
    claimed = client.post(f"{HOME}/namespaces", data=CLAIM).headers["Location"]
    assert "the vendor&#39;s turn" in client.get(claimed).text
    with sessions.begin() as session, system(session):
        vendor = make_vendor(session)
        decide_claim(session, vendor.id, "acme", "", by=Actor(name="Vera"), now=NOON)
    key = {"public_key": encode_key(KEY.public_key()), "label": "release key"}
    assert client.post(f"{HOME}/namespaces/acme/keys", data=key).status_code == 303

    taken = send(client, f"{HOME}/submit", make_signed())

    assert taken.status_code == 303
    page = client.get(taken.headers["Location"]).text
    assert "Being checked" in page
    assert 'hx-trigger="every 2s"' in page
    keys = client.get(f"{HOME}/namespaces/acme").text
    assert "release key" in keys
    assert "Not known" not in keys


@pytest.mark.usefixtures("release")
def test_a_package_that_is_none_is_refused_in_words_and_what_was_typed_stays(
    client: FlaskClient,
) -> None:
    answer = send(client, f"{HOME}/submit", b"no package", changelog="It is louder.")

    assert answer.status_code == 422
    assert "The package was not taken" in answer.text
    assert "It is louder." in answer.text


def test_the_part_that_follows_the_checks_leads_to_the_page_once_they_are_done(
    client: FlaskClient, release: store.ReleaseView
) -> None:
    where = f"{HOME}/releases/{release.id}"

    part = client.get(where, headers={"HX-Request": "true"})

    assert part.headers["HX-Redirect"] == where
    assert "hx-trigger" not in client.get(where).text.partition('id="checks"')[2].partition(">")[0]


def test_a_question_is_seen_first_and_answered(
    client: FlaskClient, release: store.ReleaseView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        rita, vendor = make_reviewer(session, "Rita"), make_vendor(session)
        ask(session, vendor.id, release.id, "Why so loud?", by=rita, now=NOON)
    assert "Waits for you" in client.get(HOME).text
    where = f"{HOME}/releases/{release.id}"
    assert "Why so loud?" in client.get(where).text

    assert client.post(f"{where}/answers", data={"text": "So that all hear."}).status_code == 303

    assert "So that all hear." in client.get(where).text
    assert "Waits for you" not in client.get(HOME).text


def test_a_rejection_is_shown_with_its_reasons_and_without_who_gave_them(
    client: FlaskClient, release: store.ReleaseView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        rita, vendor = make_reviewer(session, "Rita"), make_vendor(session)
        no = Decision(verdict=Verdict.REJECT, reasons="It shouts.")
        decide(session, vendor.id, release.id, no, by=rita, now=NOON)

    page = client.get(f"{HOME}/releases/{release.id}").text

    assert "It shouts." in page
    assert "Rita" not in page


def test_beta_becomes_stable_and_deprecated_and_comes_back(
    client: FlaskClient, release: store.ReleaseView, sessions: sessionmaker[Session]
) -> None:
    put(sessions, release, ReleaseState.LISTED)
    where = f"{HOME}/releases/{release.id}"
    said = {"reason": "There is a better one.", "ends_on": "2031-01-01", "successor": ""}

    assert client.post(f"{where}/channel/stable").status_code == 303
    assert now_of(sessions, release).channel is Channel.STABLE
    assert client.post(f"{where}/channel/beta").status_code == 409
    refused = client.post(f"{where}/deprecate", data={**said, "ends_on": "soon"})
    assert "choose the last day" in refused.text
    assert client.post(f"{where}/deprecate", data=said).status_code == 303
    assert "There is a better one." in client.get(where).text
    assert client.post(f"{where}/restore").status_code == 303
    assert now_of(sessions, release).state is ReleaseState.LISTED


def test_a_release_is_withdrawn_and_its_package_taken(
    client: FlaskClient, release: store.ReleaseView
) -> None:
    where = f"{HOME}/releases/{release.id}"

    assert len(client.get(f"{where}/package").data) == release.size_bytes
    assert client.post(f"{where}/withdraw").status_code == 303
    assert "Withdrawn" in client.get(where).text
    assert "Waits for you" not in client.get(HOME).text


@pytest.mark.usefixtures("release")
def test_a_key_is_revoked_for_good(client: FlaskClient) -> None:
    where = f"{HOME}/namespaces/acme"
    key = key_id(KEY.public_key())

    assert "Revoke it" in client.get(where).text
    assert client.post(f"{where}/keys/{key}/revoke").status_code == 303
    assert "no key counts" in client.get(where).text
    again = {"public_key": encode_key(KEY.public_key()), "label": "again"}
    assert "does not come back" in client.post(f"{where}/keys", data=again).text
    none = {"public_key": "nothing", "label": "bad"}
    assert client.post(f"{where}/keys", data=none).status_code == 422


def test_a_listing_is_changed_and_refused_with_the_field(
    client: FlaskClient, release: store.ReleaseView
) -> None:
    where = f"{HOME}/listings/{release.listing_id}"
    said = {"title": "Say it", "summary": "It says a word.", "support": "help@acme.example"}

    assert client.post(where, data={**said, "support": "ring us"}).status_code == 422
    assert client.post(where, data=said).status_code == 303

    assert "It says a word." in client.get(where).text
    assert "say it" in client.get(f"{HOME}?q=say it").text.lower()
    assert "No listing fits" in client.get(f"{HOME}?q=nobody").text


def test_pictures_are_added_described_moved_and_removed(
    client: FlaskClient, release: store.ReleaseView, sessions: sessionmaker[Session]
) -> None:
    where = f"{HOME}/listings/{release.listing_id}"
    for words in ("First", "Second"):
        assert send(client, f"{where}/pictures", make_picture(), words=words).status_code == 303
    first, second = shown(sessions, release)

    client.post(f"{HOME}/pictures/{second[0]}/earlier")
    client.post(f"{HOME}/pictures/{second[0]}", data={"words": "Before"})
    moved = shown(sessions, release)
    client.post(f"{HOME}/pictures/{first[0]}/remove")

    assert moved == [(second[0], "Before"), (first[0], "First")]
    assert shown(sessions, release) == [(second[0], "Before")]
    assert client.post(f"{HOME}/pictures/{second[0]}", data={"words": ""}).status_code == 422


def shown(sessions: sessionmaker[Session], release: store.ReleaseView) -> list[tuple[UUID, str]]:
    with sessions() as session, system(session):
        return [(one.id, one.words) for one in pictures_of(session, release.listing_id)]


def test_no_more_than_five_pictures_and_no_file_that_is_none(
    client: FlaskClient, release: store.ReleaseView
) -> None:
    where = f"{HOME}/listings/{release.listing_id}/pictures"
    page = b"<!DOCTYPE html><script>alert('taken over')</script>"
    assert send(client, where, page, words="x").status_code == 422
    for _ in range(5):
        send(client, where, make_picture(), words="x")

    assert send(client, where, make_picture(), words="x").status_code == 409


def test_a_picture_is_seen_by_others_once_its_listing_is_public(
    client: FlaskClient,
    signed_in: SignedIn,
    acme: OrganisationView,
    release: store.ReleaseView,
    sessions: sessionmaker[Session],
) -> None:
    listing = f"{HOME}/listings/{release.listing_id}"
    send(client, f"{listing}/pictures", make_picture(), words="It speaks")
    ((picture_id, _),) = shown(sessions, release)
    other = signed_in("viewer", acme)
    where = f"/t/{acme.slug}/marketplace/pictures/{picture_id}.webp"

    assert other.get(where).status_code == 404
    put(sessions, release, ReleaseState.LISTED)
    answer = other.get(where)

    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["Cache-Control"].startswith("private")


def test_figures_say_where_too_few_are_behind_them(
    client: FlaskClient, release: store.ReleaseView
) -> None:
    page = client.get(f"{HOME}/listings/{release.listing_id}/figures").text

    assert "Fewer than 5" in page


def test_another_publisher_finds_nothing_of_it(
    signed_in: SignedIn, sessions: sessionmaker[Session], release: store.ReleaseView
) -> None:
    with sessions.begin() as session, system(session):
        lake = make_integrator(session, "Lake")
        make_publisher(session, lake, "lake", key=Ed25519PrivateKey.generate())
    other, home = signed_in("integrator", lake), "/t/lake/marketplace/studio"

    for path in (f"releases/{release.id}", "namespaces/acme", f"listings/{release.listing_id}"):
        assert other.get(f"{home}/{path}").status_code == 404
    assert release.listing_id not in other.get(home).text


def test_who_only_uses_blocks_has_no_studio(signed_in: SignedIn, acme: OrganisationView) -> None:
    client = signed_in("designer", acme)

    assert client.get(f"/t/{acme.slug}/marketplace/studio").status_code == 403


@pytest.mark.usefixtures("release")
def test_the_very_same_package_again_is_said_and_keeps_what_is_new(
    client: FlaskClient, release: store.ReleaseView, sessions: sessionmaker[Session]
) -> None:
    taken = send(client, f"{HOME}/submit", make_signed(), changelog="It is louder.")

    assert "was submitted before" in client.get(taken.headers["Location"]).text
    assert now_of(sessions, release).changelog == "It is louder."


def test_the_signed_package_takes_the_place_of_the_unsigned_one(
    client: FlaskClient, maker: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        make_publisher(session, maker)
        first = make_release(session, maker, data=make_unsigned())
    assert first.state is ReleaseState.CHECKING

    taken = send(client, f"{HOME}/submit", make_signed())

    assert str(first.id) not in taken.headers["Location"]
    assert now_of(sessions, first).state is ReleaseState.REFUSED
    assert "Being checked" in client.get(taken.headers["Location"]).text


def test_a_package_that_cannot_be_read_is_marked_at_the_file(
    client: FlaskClient, sessions: sessionmaker[Session], maker: OrganisationView
) -> None:
    with sessions.begin() as session, system(session):
        make_publisher(session, maker)

    assert 'id="field-file-error"' in send(client, f"{HOME}/submit", b"no package").text


def test_the_changes_of_another_version_are_not_told_as_what_is_new() -> None:
    files = {"CHANGELOG.md": b"# Changes\n\n## [1.0.0]\n\nThe first version\n"}

    assert changelog_in(files, "1.1.0") == ""
    assert changelog_in(files, "1.0.0").endswith("The first version")
    assert changelog_in({"CHANGELOG.md": b"It is louder."}, "1.1.0") == "It is louder."
