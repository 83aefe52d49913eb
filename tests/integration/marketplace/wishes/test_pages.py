"""The pages of wishes speak of blocks by their names, and of fields by where they stand."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from marketplace.wishes import answering, store
from marketplace.wishes.answering import Answer
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    assert acme.parent_id is not None
    with sessions.begin() as session:
        make_listed_release(session, id="acme.lamp", title="Lamp", summary="Switches a lamp.")
        return get_organisation(session, acme.parent_id)


def test_what_is_wrong_is_said_without_the_name_of_a_field(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    client: FlaskClient = signed_in("admin", acme)

    refused = client.post(f"/t/{acme.slug}/marketplace/wishes", data={"text": "A lamp"})

    assert refused.status_code == 422
    assert "Write 20 to 1,000 characters" in refused.text
    assert "text: write" not in refused.text


def test_an_answer_names_what_is_offered_by_its_title(
    signed_in: SignedIn, sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        text = "A lamp that can be dimmed"
        wish = store.ask(session, admin_of(acme), text, now=NOON)
    where = f"/t/{csp.slug}/marketplace/wishes/asked/{wish.id}"
    chosen = signed_in("curator", csp).post(where, data={"_op": "choose:acme.lamp"})
    assert "<bdi>Lamp</bdi>" in chosen.text
    with sessions.begin() as session, as_tenant(session, csp.id):
        given = Answer(offered="acme.lamp")
        answering.answer(session, admin_of(csp), wish.id, given, now=NOON)

    mine = signed_in("admin", acme).get(f"/t/{acme.slug}/marketplace/wishes").text

    assert ">Lamp</a>" in mine
