"""The form of a trap entry: filled in, tried on a trap that came, kept, and taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import NotFoundError
from runtime.alarms.sources.listened.kinds import SNMP
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.snmp.entries import catalogue_of
from runtime.alarms.sources.snmp.received import ReceivedTrap, received_text, received_traps
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.listening import arrive, make_listened
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
COLD_START = "1.3.6.1.6.3.1.1.5.1"
STRANGE = "1.3.6.1.4.1.32473.9"
FAN, FAN_OBJECT = "1.3.6.1.4.1.32473.0.1", "1.3.6.1.4.1.32473.1.1"
TRAP = bytes.fromhex(
    "304302010104067075626c6963a736020451952f810201000201003028300d06082b060102010103004301013017060a"
    "2b06010603010104010006092b0601060301010501"
)
STRANGE_TRAP = TRAP.replace(
    bytes.fromhex("2b0601060301010501"), bytes.fromhex("2b0601040181fd5909")
)
FORM = {
    "/oid": FAN,
    "/name": "fanFailed",
    "/role": "raise",
    "/severity": "critical",
    "/key": "{fanName.index}",
    "/managed_object": "{agent}/{fanName}",
    "/objects/0/name": "fanName",
    "/objects/0/oid": FAN_OBJECT,
    "/sample": f"{FAN}\n{FAN_OBJECT}.4 = fan 4",
}
SAVE = {"_save": "1"}
LINK_FORM = {
    "/oid": "linkDown",
    "/name": "linkDown",
    "/severity": "critical",
    "/key": "{ifDescr}",
    "/objects/0/name": "ifDescr",
    "/objects/0/oid": "1.3.6.1.2.1.2.2.1.2",
}


@pytest.fixture
def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/traps"


def document(sessions: Sessions, acme: OrganisationView, oid: str) -> dict[str, Any]:
    """Give the entry that holds for a trap."""
    with sessions() as session, as_tenant(session, acme.id):
        return dict(catalogue_of(session, acme.id).document(oid) or {})


def receive(sessions: Sessions, acme: OrganisationView, *datagrams: bytes) -> list[ReceivedTrap]:
    """Let traps come to a source of Acme's; list what came."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_listened(session, acme.id, SNMP)
    arrive(sessions, *(Arrived(kind=SNMP, data=one, sender="192.0.2.7") for one in datagrams))
    with sessions() as session, as_tenant(session, acme.id):
        return received_traps(session, acme.id, catalogue_of(session, acme.id))


def test_an_entry_is_kept_from_its_form(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    answer = signed_in().post(f"{pages}/entry", data=FORM | SAVE)

    assert answer.status_code == 303
    kept = document(sessions, acme, FAN)
    assert (kept["severity"], kept["objects"]) == ("critical", {"fanName": FAN_OBJECT})


def test_the_form_shows_the_alarm_of_its_sample_and_keeps_nothing(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    page = signed_in().post(f"{pages}/entry", data=FORM)

    assert page.status_code == 200
    assert "192.0.2.1/fan 4" in page.text
    assert document(sessions, acme, FAN) == {}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"/key": "{nothing}"}, "/key", id="a place that is not there"),
        pytest.param({"/oid": "nobodyKnows"}, "/oid", id="no trap"),
        pytest.param({"/objects/0/oid": "ifIndex"}, "/objects/0/oid", id="no object"),
        pytest.param({"/role": "clear"}, "/clears", id="ends nothing"),
        pytest.param(
            {"/role": "clear", "/clears/0/oid": FAN + ".9"}, "/clears", id="ends what is not there"
        ),
    ],
)
def test_a_refused_form_comes_back_with_what_is_wrong_beside_the_field(
    signed_in: SignedIn,
    pages: str,
    sessions: Sessions,
    acme: OrganisationView,
    changed: dict[str, str],
    field: str,
) -> None:
    answer = signed_in().post(f"{pages}/entry", data=FORM | SAVE | changed)

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert 'value="fanFailed"' in answer.text
    assert document(sessions, acme, FAN) == {}


def test_a_name_is_looked_up_where_a_button_is_pressed(signed_in: SignedIn, pages: str) -> None:
    page = signed_in().post(f"{pages}/entry", data={"/oid": "linkDown", "_op": "show"}).text

    assert f'value="{LINK_DOWN}"' in page
    assert "The catalogue knows it as linkDown" in page


def test_an_entry_of_ours_is_changed_for_a_tenant_and_gone_back_to(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    browser = signed_in()
    ours = document(sessions, acme, COLD_START)
    form = {"/oid": COLD_START, "/name": "coldStart", "/severity": "critical", "was": COLD_START}

    browser.post(f"{pages}/entry", data=form | SAVE)
    page = browser.get(f"{pages}/entry?oid={COLD_START}").text
    changed = document(sessions, acme, COLD_START)
    browser.post(f"{pages}/delete", data={"oid": COLD_START})

    assert "What you changed of the entry: Built in" in page
    assert '<td data-label="Yours">critical</td><td data-label="Built in">warning</td>' in page
    assert changed["severity"] == "critical"
    assert document(sessions, acme, COLD_START) == ours


def test_a_key_is_changed_together_with_that_of_the_trap_that_ends_it(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    browser = signed_in()

    alone = browser.post(f"{pages}/entry", data=LINK_FORM | SAVE)
    both = browser.post(f"{pages}/entry", data=LINK_FORM | SAVE | {"/both": "true"})

    assert (alone.status_code, both.status_code) == (422, 303)
    assert "linkUp ends the alarms of linkDown" in alone.text
    assert document(sessions, acme, LINK_DOWN)["key"] == "{ifDescr}"
    assert document(sessions, acme, LINK_UP)["key"] == "{ifDescr}"


def test_two_that_were_changed_together_go_back_together_and_not_one_alone(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    browser = signed_in()
    browser.post(f"{pages}/entry", data=LINK_FORM | SAVE | {"/both": "true"})
    page = browser.get(f"{pages}/entry?oid={LINK_DOWN}").text

    for oid in (LINK_DOWN, LINK_UP):
        browser.post(f"{pages}/delete", data={"oid": oid})
        assert document(sessions, acme, oid)["key"] == "{ifDescr}"
    browser.post(f"{pages}/delete", data={"oid": [LINK_DOWN, LINK_UP]})

    assert "so does that of linkUp" in page
    assert document(sessions, acme, LINK_UP)["key"] == "{ifIndex}"


def test_the_entry_that_ends_a_trap_begins_with_its_key(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in()
    browser.post(f"{pages}/entry", data=FORM | SAVE)
    alone = browser.get(f"{pages}/entry?oid={FAN}").text

    page = browser.get(f"{pages}/entry?ends={FAN}").text
    form = {**FORM, "/oid": FAN + ".2", "/name": "fanWell", "/role": "clear", "/clears/0/oid": FAN}
    kept = browser.post(f"{pages}/entry", data=form | SAVE)

    assert "No trap ends its alarms" in alone
    assert 'value="{fanName.index}"' in page
    assert kept.status_code == 303


def test_traps_that_nobody_knows_are_listed_first(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    first, second = receive(sessions, acme, STRANGE_TRAP, TRAP, TRAP)

    page = signed_in().get(f"{pages}/received").text

    assert (first.oid, first.name, first.count) == (STRANGE, "", 1)
    assert (second.name, second.count) == ("coldStart", 2)
    assert page.index("Make an entry") < page.index("Open the entry")


def test_an_entry_is_made_of_a_strange_trap(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView
) -> None:
    (strange,) = receive(sessions, acme, STRANGE_TRAP)
    browser = signed_in()

    page = browser.get(f"{pages}/entry?like={strange.seq}").text
    chosen = browser.post(f"{pages}/entry", data={"like": str(strange.seq)}).text

    for text in (page, chosen):
        assert f'value="{STRANGE}"' in text
        assert "1.3.6.1.6.3.18.1.3.0 = 192.0.2.7" in text


def test_no_tenant_sees_what_another_received(sessions: Sessions, acme: OrganisationView) -> None:
    (strange,) = receive(sessions, acme, STRANGE_TRAP)
    with sessions.begin() as session:
        other = make_customer(session).id

    with sessions() as session, as_tenant(session, other):
        assert received_traps(session, other, catalogue_of(session, other)) == []
        with pytest.raises(NotFoundError):
            received_text(session, other, strange.seq)


def test_a_viewer_reads_an_entry_and_keeps_none(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in("viewer")

    assert browser.get(f"{pages}/entry?oid={LINK_DOWN}").status_code == 200
    assert browser.post(f"{pages}/entry", data=FORM | SAVE).status_code == 403


@pytest.mark.parametrize("of", ["delete", "upload"])
def test_a_form_without_what_it_is_about_is_refused_and_says_what_is_missing(
    signed_in: SignedIn, pages: str, of: str
) -> None:
    answer = signed_in().post(f"{pages}/{of}")

    assert answer.status_code == 422
    assert "oid" in answer.text or "JSON" in answer.text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param({"text": "a\ud800b"}, "half a character", id="half a character"),
        pytest.param({"name": "\ud800"}, "half a character", id="in a name"),
        pytest.param({"\udfff": "x"}, "half a character", id="in a field's name"),
        pytest.param({"key": "a\0b"}, "NUL", id="NUL"),
    ],
)
def test_a_text_that_no_database_keeps_is_refused_at_its_field(
    signed_in: SignedIn,
    pages: str,
    sessions: Sessions,
    acme: OrganisationView,
    said: dict[str, str],
    told: str,
) -> None:
    entry = {"trap": 1, "oid": FAN, "name": "fanFailed", "severity": "major", **said}

    answer = signed_in().post(f"{pages}/entry", data={"document": json.dumps(entry)})

    assert answer.status_code == 422
    assert told in answer.text
    assert document(sessions, acme, FAN) == {}


@pytest.mark.parametrize("like", ["9" * 30, "9" * 5_000, "²", "-1", "x"])
def test_a_number_that_no_trap_has_names_none(signed_in: SignedIn, pages: str, like: str) -> None:
    browser = signed_in()

    assert browser.get(f"{pages}/entry?like={like}").status_code == 404
    assert browser.post(f"{pages}/entry", data={"like": like}).status_code == 200
