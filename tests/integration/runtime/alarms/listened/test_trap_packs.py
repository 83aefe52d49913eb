"""Traps of packs: read by the listener, told apart on the page, changed by a tenant and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms._tables import JournalEntry
from runtime.alarms.sources.listened.kinds import SNMP
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.snmp.packs import TRAP_PACKS, read_packs
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.listening import arrive, make_listened
from tests.factories.packs import FAN_FAILED, make_entry, make_pack
from tests.integration.conftest import SignedIn
from tests.integration.runtime.alarms.listened.test_trap_entries import TRAP

Sessions = sessionmaker[Session]
COLD_START = "1.3.6.1.6.3.1.1.5.1"
FORM = {"/oid": COLD_START, "/name": "coldStart", "/severity": "critical", "was": COLD_START}


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """The packs folder of the installation that the pages are of."""
    return tmp_path / "packs"


@pytest.fixture
def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/traps"


def test_what_the_listener_takes_is_read_by_a_packs_entry(
    sessions: Sessions, acme: OrganisationView, packs: Path
) -> None:
    changed = {"oid": COLD_START, "name": "coldStart", "key": "", "objects": {}}
    make_pack(packs, traps={"x.json": make_entry(**changed, severity="minor")})
    given = read_packs(packs)
    sessions.configure(info={TRAP_PACKS: lambda: given})
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_listened(session, acme.id, SNMP)

    arrive(sessions, Arrived(kind=SNMP, data=TRAP, sender="192.0.2.7"))

    with sessions() as session, system(session):
        event = session.scalars(select(JournalEntry.event)).one()
    assert (event["perceived_severity"], event["specific_problem"]) == ("minor", "Fan failed")


def test_the_page_says_which_layer_an_entry_is_of(
    signed_in: SignedIn, pages: str, packs: Path
) -> None:
    make_pack(packs)
    browser = signed_in()

    listed = browser.get(f"{pages}?q=fanFailed").text
    of_pack = browser.get(f"{pages}?whose=acme.fans").text
    of_garland = browser.get(f"{pages}?whose=garland&q=fan").text
    entry = browser.get(f"{pages}/entry?oid={FAN_FAILED}").text

    assert '<td data-label="Whose">Acme fans 1.2.0</td>' in listed
    assert of_pack.count('data-label="Whose"') == 2
    assert "fanFailed" not in of_garland
    assert "This entry comes with Acme fans 1.2.0." in entry


def test_a_packs_entry_is_changed_for_a_tenant_and_gone_back_to(
    signed_in: SignedIn, pages: str, packs: Path
) -> None:
    start = {"trap": 1, "oid": COLD_START, "name": "coldStart", "severity": "minor"}
    make_pack(packs, traps={"x.json": start})
    browser = signed_in()

    browser.post(f"{pages}/entry", data=FORM | {"_save": "1"})
    changed = browser.get(f"{pages}/entry?oid={COLD_START}").text
    gone = browser.post(f"{pages}/delete", data={"oid": COLD_START}, follow_redirects=True).text

    said = '<td data-label="Yours">critical</td><td data-label="Acme fans 1.2.0">minor</td>'
    assert said in changed
    assert "The entry of Acme fans 1.2.0 holds again." in gone
    assert "This entry comes with Acme fans 1.2.0." in gone


def test_a_pack_that_cannot_be_used_changes_no_page(
    signed_in: SignedIn, pages: str, packs: Path
) -> None:
    make_pack(packs, traps={"x.json": [make_entry(), {"trap": 1}]})
    browser = signed_in()

    assert browser.get(f"{pages}/entry?oid={FAN_FAILED}").status_code == 404
    assert "No trap fits" in browser.get(f"{pages}?q=fanFailed").text
