"""The pages of listened sources and of the trap catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.snmp.entries import catalogue_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.listening import FORMS, USER, arrive, make_listened
from tests.factories.tenancy import make_customer
from tests.integration.runtime.alarms.listened.test_trap_entries import TRAP

SENT: dict[str, tuple[bytes, bytes]] = {
    SNMP: (TRAP, TRAP[:9]),
    SYSLOG: (b"<27>Nov 24 14:56:18 r1 fand: fan 2 failed", b"\xff\xfe\xfd"),
    MQTT: (b'{"managed_object": "pump-1", "perceived_severity": "major"}', b"{"),
}
SignedIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]
ENTRY = {
    "trap": 1,
    "oid": "1.3.6.1.4.1.32473.0.1",
    "name": "fanFailed",
    "severity": "critical",
    "specific_problem": "Fan {fanIndex} failed",
    "objects": {"fanIndex": "1.3.6.1.4.1.32473.1.1"},
}


@pytest.fixture
def base(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}"


def add_source(app: Flask, sessions: Sessions, acme: OrganisationView, kind: str) -> str:
    """Add a source and give the address of its page."""
    vault = app.extensions["garland.services"].vault
    with sessions.begin() as session, as_tenant(session, acme.id):
        source_id = make_listened(session, acme.id, kind, vault=vault)
    return f"/t/{acme.slug}/sources/{source_id}/listening"


@pytest.mark.parametrize("kind", [SNMP, SYSLOG, MQTT])
def test_a_new_source_leads_to_what_it_listens_to(
    signed_in: SignedIn, base: str, kind: str
) -> None:
    client = signed_in()

    page = client.post(
        f"{base}/sources", data={"kind": kind, "name": "Mine"}, follow_redirects=True
    )

    assert page.status_code == 200
    assert page.request.path.endswith("/listening")
    assert "say below what it listens to" in page.text


@pytest.mark.parametrize("kind", [SNMP, SYSLOG, MQTT])
def test_settings_are_kept(
    app: Flask, sessions: Sessions, acme: OrganisationView, signed_in: SignedIn, kind: str
) -> None:
    address = add_source(app, sessions, acme, kind)

    answer = signed_in().post(address, data={**FORMS[kind], **(USER if kind == SNMP else {})})

    assert answer.status_code == 303
    assert "probe-auth-pass" not in signed_in().get(address).text


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        pytest.param(SNMP, "networks", id="snmp"),
        pytest.param(SYSLOG, "networks", id="syslog"),
        pytest.param(MQTT, "host", id="mqtt"),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed_and_what_is_wrong(
    app: Flask,
    sessions: Sessions,
    acme: OrganisationView,
    signed_in: SignedIn,
    kind: str,
    field: str,
) -> None:
    address = add_source(app, sessions, acme, kind)

    answer = signed_in().post(address, data={**FORMS[kind], field: "", "user": "typed"})

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_a_pasted_message_shows_what_becomes_of_it(
    app: Flask, sessions: Sessions, acme: OrganisationView, signed_in: SignedIn
) -> None:
    address = add_source(app, sessions, acme, SYSLOG)
    line = "<189>1: r1: Jun  1 12:50:26: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down"

    page = signed_in().get(address, query_string={"sample": line})

    assert "Interface down (Cisco)" in page.text
    assert "r1/Gi0/1" in page.text


def test_an_operator_may_not_see_who_may_send(
    app: Flask, sessions: Sessions, acme: OrganisationView, signed_in: SignedIn
) -> None:
    address = add_source(app, sessions, acme, SNMP)

    assert signed_in("operator").get(address).status_code in (403, 404)


@pytest.mark.parametrize("role", ["admin", "operator"])
@pytest.mark.parametrize("kind", [SNMP, SYSLOG, MQTT])
def test_its_page_shows_what_came_what_it_became_and_what_was_refused(
    sessions: Sessions, acme: OrganisationView, signed_in: SignedIn, kind: str, role: str
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        source_id = make_listened(session, acme.id, kind)
    good, bad = SENT[kind]
    of = partial(Arrived, kind=kind, sender="192.0.2.7", source_id=source_id, topic="alarms/x")
    arrive(sessions, of(data=good), of(data=bad))

    page = signed_in(role).get(f"/t/{acme.slug}/sources/{source_id}")

    assert page.status_code == 200
    assert "What it became" in page.text
    assert "Events a minute now" in page.text
    assert ("Listening" in page.text) is (role == "admin")
    if kind != SNMP:  # an unreadable datagram proves no community, so it is nobody's
        assert "The last thing it sent was refused, at least in part" in page.text


def test_the_catalogue_is_searched(signed_in: SignedIn, base: str) -> None:
    page = signed_in().get(f"{base}/traps?q=bgp+down")

    assert "bgpBackwardTransition" in page.text
    assert "coldStart" not in page.text


def test_the_catalogue_is_paged(signed_in: SignedIn, base: str) -> None:
    client = signed_in()

    first = client.get(f"{base}/traps?limit=5").text
    assert "cursor=" in first
    following = first.split("cursor=")[1].split('"')[0].split("&")[0]
    second = client.get(f"{base}/traps?limit=5&cursor={following}").text
    assert "acctngFileFull" in first
    assert "acctngFileFull" not in second


def test_an_entry_of_ones_own_stands_over_ours_until_it_is_removed(
    signed_in: SignedIn, base: str, sessions: Sessions, acme: OrganisationView
) -> None:
    client = signed_in()
    cold = {"trap": 1, "oid": "1.3.6.1.6.3.1.1.5.1", "name": "coldStart", "severity": "critical"}

    def severity() -> str:
        with sessions() as session, as_tenant(session, acme.id):
            entry = catalogue_of(session, acme.id).find(str(cold["oid"]))
        assert entry is not None
        return entry.severity.value

    assert severity() == "warning"
    client.post(f"{base}/traps/entry", data={"document": json.dumps(cold)})
    assert severity() == "critical"
    client.post(f"{base}/traps/delete", data={"oid": cold["oid"]})
    assert severity() == "warning"


def test_a_file_of_entries_is_kept_whole_or_not_at_all(
    signed_in: SignedIn, base: str, sessions: Sessions, acme: OrganisationView
) -> None:
    clear = {**ENTRY, "oid": "1.3.6.1.4.1.32473.0.2", "name": "fanWell", "severity": "cleared"}
    apart = {**clear, "clears": [ENTRY["oid"]], "key": "another"}
    file = BytesIO(json.dumps({"entries": [ENTRY, apart]}).encode())

    answer = signed_in().post(f"{base}/traps/upload", data={"file": (file, "traps.json")})

    assert answer.status_code == 422
    assert "entry 2: clears: fanFailed and fanWell can never meet" in answer.text
    with sessions() as session, as_tenant(session, acme.id):
        assert catalogue_of(session, acme.id).find(str(ENTRY["oid"])) is None


def test_an_entry_that_would_part_a_clear_from_its_raise_is_refused(
    signed_in: SignedIn, base: str
) -> None:
    changed = {"trap": 1, "oid": "1.3.6.1.6.3.1.1.5.3", "name": "linkDown", "severity": "major"}

    answer = signed_in().post(f"{base}/traps/entry", data={"document": json.dumps(changed)})

    assert answer.status_code == 422
    assert "linkUp ends the alarms of linkDown" in answer.text


def test_a_catalogue_is_a_tenants_own(signed_in: SignedIn, base: str, sessions: Sessions) -> None:
    signed_in().post(f"{base}/traps/entry", data={"document": json.dumps(ENTRY)})

    with sessions.begin() as session:
        other = make_customer(session).id
    with sessions() as session, as_tenant(session, other):
        assert catalogue_of(session, other).find(str(ENTRY["oid"])) is None


def test_a_pasted_trap_shows_the_alarm_that_results(signed_in: SignedIn, base: str) -> None:
    client = signed_in()
    pasted = "1.3.6.1.6.3.1.1.5.3\n1.3.6.1.2.1.2.2.1.1.7 = INTEGER: 7"

    page = client.post(f"{base}/traps/try", data={"pasted": pasted})
    wrong = client.post(f"{base}/traps/try", data={"pasted": "what is this"})

    assert "7 of 192.0.2.1 is down" in page.text
    assert wrong.status_code == 422
    assert "is no line of a trap" in wrong.text
