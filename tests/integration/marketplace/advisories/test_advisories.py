"""Advisories: who writes them, whom they concern, how they are told and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.offering import upload
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.secrets import Vault, new_key
from marketplace.advisories.store import Writer, amend, get_written, list_written, publish, withdraw
from marketplace.advisories.telling import concerns_of, get_concern
from marketplace.releases._tables import MarketRelease
from marketplace.releases.store import ReleaseView
from tenancy.mails._tables import Mail
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.organisations import OrganisationView, find_by_slug
from tenancy.scope import as_tenant
from tests.factories.installs import make_package
from tests.factories.market import install
from tests.factories.mirror import VERA, make_listed
from tests.factories.releases import make_integrator, make_vendor
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.integration.conftest import SignedIn, client_of

SAID: dict[str, Any] = {
    "severity": "high",
    "title": "It tells the word to everybody",
    "text": "Whoever reads the log reads the word.",
    "affected": "<1.1.0",
    "fixed_in": "1.1.0",
    "references": ["https://acme.example/1"],
}


@pytest.fixture(autouse=True)
def releases(sessions: sessionmaker[Session]) -> list[ReleaseView]:
    office = PostOffice(public_url="https://noc.example.com", vault=Vault([new_key()]))
    sessions.configure(info={**sessions.kw.get("info", {}), POST_OFFICE: office})
    with sessions.begin() as session:
        return [make_listed(session, version=one) for one in ("1.0.0", "1.1.0")]


def writer(organisation: OrganisationView) -> Writer:
    is_vendor = organisation.kind == "vendor"
    return Writer(tenant_id=organisation.id, is_vendor=is_vendor, actor=VERA)


def acme_of(session: Session) -> OrganisationView:
    found = find_by_slug(session, "acme-integration")
    assert found is not None
    return found


def with_block(session: Session, release: ReleaseView, name: str = "Lakeside") -> OrganisationView:
    customer = make_customer(session, name)
    archive = session.get_one(MarketRelease, release.id).archive
    with as_tenant(session, customer.id):
        upload(session, customer.id, archive, by="Lea", now=NOON)
    install(session, customer.id, release.digest)
    return customer


def test_those_who_have_an_affected_version_see_it_and_their_admins_get_a_mail(
    sessions: sessionmaker[Session], releases: list[ReleaseView]
) -> None:
    with sessions.begin() as session:
        hit, missed = (with_block(session, one, f"Has {one.version}") for one in releases)
        make_member(session, hit, "admin")
        other = make_customer(session, "Other")
        with as_tenant(session, acme_of(session).id):
            made = publish(session, writer(acme_of(session)), "acme.say", SAID, now=NOON)

    with sessions() as session:
        with as_tenant(session, hit.id):
            [concern] = concerns_of(session, hit.id)
        with as_tenant(session, missed.id):
            [fine] = concerns_of(session, missed.id)
        with as_tenant(session, other.id), pytest.raises(NotFoundError):
            get_concern(session, other.id, made.advisory_id)
        mails = session.scalars(select(Mail)).all()
    assert (concern.hit, concern.is_open, fine.hit, fine.is_open) == (("1.0.0",), True, (), False)
    assert [(one.organisation_id, one.kind) for one in mails] == [(hit.id, "advisory")]
    assert mails[0].subject == "Advisory (high): It tells the word to everybody"


def test_a_block_of_ones_own_under_the_same_id_is_not_meant(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        customer = make_customer(session, "Makes its own")
        make_member(session, customer, "admin")
        mine = make_package(id="acme.say", publisher="acme", summary="Mine.")
        with as_tenant(session, customer.id):
            digest = upload(session, customer.id, mine, by="Lea", now=NOON).digest
        install(session, customer.id, digest)
        with as_tenant(session, acme_of(session).id):
            publish(session, writer(acme_of(session)), "acme.say", SAID, now=NOON)

    with sessions() as session:
        with as_tenant(session, customer.id):
            assert concerns_of(session, customer.id) == []
        assert session.scalars(select(Mail)).all() == []


def test_a_publisher_writes_for_its_own_listings_and_the_vendor_for_all(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        acme, vendor = acme_of(session), make_vendor(session)
        other = make_integrator(session, "Other")
        for one in (acme, vendor):
            with as_tenant(session, one.id):
                publish(session, writer(one), "acme.say", SAID, now=NOON)
        with pytest.raises(InvalidError, match="not one of yours"):
            publish(session, writer(other), "acme.say", SAID, now=NOON)

        found = list_written(session, writer(acme), limit=10)
        assert len(found) == len(list_written(session, writer(vendor), limit=10)) == 2
        assert list_written(session, writer(other), limit=10) == []
        with pytest.raises(NotFoundError):
            get_written(session, writer(other), found[0].advisory_id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("severity", "awful", id="no severity"),
        pytest.param("title", " ", id="no title"),
        pytest.param("text", "", id="no text"),
        pytest.param("affected", "latest", id="no range"),
        pytest.param("affected", ">=7.0.0", id="no release lies in it"),
        pytest.param("fixed_in", "7.0.0", id="what mends it is not released"),
        pytest.param("fixed_in", "1.0.0", id="what mends it is affected"),
        pytest.param("references", ["http://acme.example"], id="no https address"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    sessions: sessionmaker[Session], field: str, value: Any
) -> None:
    with sessions.begin() as session:
        acme = acme_of(session)
        with pytest.raises(InvalidError) as refused:
            publish(session, writer(acme), "acme.say", {**SAID, field: value}, now=NOON)
        assert [one.pointer for one in refused.value.problems] == [f"/{field}"]
        assert list_written(session, writer(acme), limit=10) == []


def test_one_is_taken_back_once_with_a_reason_and_stays_to_be_read(
    sessions: sessionmaker[Session], releases: list[ReleaseView]
) -> None:
    with sessions.begin() as session:
        customer, acme = with_block(session, releases[0]), acme_of(session)
        with as_tenant(session, acme.id):
            made = publish(session, writer(acme), "acme.say", SAID, now=NOON)
            with pytest.raises(InvalidError, match="reason"):
                withdraw(session, writer(acme), made.advisory_id, " ", now=NOON)
            withdraw(session, writer(acme), made.advisory_id, "A mistake.", now=NOON)
            with pytest.raises(ConflictError):
                withdraw(session, writer(acme), made.advisory_id, "Again.", now=NOON)
        with as_tenant(session, customer.id):
            [found] = concerns_of(session, customer.id)
        assert (found.advisory.reason, found.is_open) == ("A mistake.", False)


def test_programs_read_and_write_them(
    app: Flask, sessions: sessionmaker[Session], releases: list[ReleaseView]
) -> None:
    with sessions.begin() as session:
        customer, acme = with_block(session, releases[0]), acme_of(session)
    there, here = (client_of(app, sessions, one, "admin") for one in (acme, customer))

    made = there.post("/api/v1/marketplace/advisories", json={"listing": "acme.say", **SAID})
    [found] = here.get("/api/v1/advisories").get_json()["items"]
    osv = here.get(f"/api/v1/advisories/{found['advisory']}/osv").get_json()

    assert made.status_code == 201
    assert there.get(made.headers["Location"]).get_json() == made.get_json()
    assert (found["hit"], found["open"]) == (["1.0.0"], True)
    assert osv["affected"][0]["ranges"] == [
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}
    ]
    assert (
        here.post(
            "/api/v1/marketplace/advisories", json={"listing": "acme.say", **SAID}
        ).status_code
        == 422
    )
    where = f"/api/v1/marketplace/advisories/{found['advisory']}/withdraw"
    assert here.post(where, json={"reason": "No"}).status_code == 404
    assert there.post(where, json={"reason": "No"}).get_json()["reason"] == "No"


def test_people_write_read_and_withdraw_them_on_pages(
    sessions: sessionmaker[Session],
    releases: list[ReleaseView],
    signed_in: SignedIn,
) -> None:
    with sessions.begin() as session:
        customer, acme = with_block(session, releases[0]), acme_of(session)
    author, reader = signed_in("integrator", acme), signed_in("viewer", customer)
    written = f"/t/{acme.slug}/marketplace/advisories/written"
    assert "No advisory yet" in author.get(written).text

    form = {"listing": "acme.say", **SAID, "references": "https://acme.example/1"}
    refused = author.post(written, data={**form, "affected": "latest"})
    assert (refused.status_code, "It tells the word" in refused.text) == (422, True)
    asked = author.post(written, data=form)
    assert "1 organisation has an affected version" in asked.text
    assert "No advisory yet" in author.get(written).text
    made = author.post(written, data={**form, "sure": f"acme.say {form['affected']}"})
    mine = f"/t/{customer.slug}/marketplace/advisories"
    page = reader.get(mine).text
    assert "It tells the word to everybody" in page
    advisory_id = made.location.rsplit("/", 1)[-1]
    assert "Upgrade to 1.1.0 or later" in reader.get(f"{mine}/{advisory_id}").text
    assert reader.get(f"{mine}/written").status_code == 403

    assert (
        author.post(f"{made.location}/withdraw", data={"reason": "A mistake."}).status_code == 303
    )
    assert "was withdrawn: A mistake." in reader.get(f"{mine}/{advisory_id}").text
    assert "Nothing is to be done" in reader.get(mine).text


def test_what_mends_it_is_filled_in_later_and_said(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        acme = acme_of(session)
        made = publish(session, writer(acme), "acme.say", {**SAID, "fixed_in": ""}, now=NOON)
        where = (session, writer(acme), made.advisory_id)
        given = {"text": SAID["text"], "fixed_in": "1.1.0", "change": "1.1.0 mends it."}

        with pytest.raises(InvalidError):
            amend(*where, {**given, "fixed_in": "9.9.9"}, now=NOON)
        amended = amend(*where, given, now=NOON)

    assert amended.fixed_in == "1.1.0"
    assert amended.text.endswith("1.1.0 mends it.")
    assert amended.affected == made.affected
