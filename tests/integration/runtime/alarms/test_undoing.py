"""What a person did to alarms by mistake is undone; what somebody changed since is left alone."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import store
from runtime.alarms.console._tables import AlarmDeed
from runtime.alarms.console.undoing import UNDO_WITHIN
from runtime.alarms.documents import AlarmView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.alarms import make_alarm
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
DEEDS = {
    "acknowledge": {},
    "shelve": {"shelve_text": "power work", "hours": "4"},
    "assign": {"assign_text": "Night desk"},
}


class Desk:
    """An operator's browser, and two alarms of Acme."""

    def __init__(self, sessions: Sessions, acme: OrganisationView, browser: FlaskClient) -> None:
        self.sessions, self.acme, self.browser = sessions, acme, browser
        self.at = f"/t/{acme.slug}/alarms"
        with sessions.begin() as session, as_tenant(session, acme.id):
            self.ids = [make_alarm(session, acme.id, name) for name in "AB"]

    def alarm(self, number: int = 0) -> AlarmView:
        """Give an alarm as it is by now."""
        with self.sessions() as session, as_tenant(session, self.acme.id):
            return store.get_alarm(session, self.acme.id, self.ids[number])

    def do(self, verb: str, *numbers: int) -> str:
        """Do it in place and give the address that undoes it, "" where there is none."""
        chosen = [str(self.ids[number]) for number in numbers or (0, 1)]
        form = {"verb": verb, "alarm": chosen, **DEEDS.get(verb, {})}
        return str(self.toast(self.at, form).get("undo", ""))

    def toast(self, address: str, form: object = None) -> dict[str, str]:
        """Post it in place and give the toast."""
        answer = self.browser.post(address, data=form, headers=PART)
        assert answer.status_code == 204
        found: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["toast"]
        return found


@pytest.fixture
def desk(sessions: Sessions, acme: OrganisationView, signed_in: SignedIn) -> Desk:
    return Desk(sessions, acme, signed_in("operator"))


@pytest.mark.parametrize("verb", DEEDS)
def test_a_deed_is_undone(desk: Desk, verb: str) -> None:
    before = desk.alarm()
    undo = desk.do(verb)
    between = desk.alarm()

    told = desk.toast(undo)

    marks = [
        (one.is_acknowledged, one.is_shelved, one.owner)
        for one in (before, between, desk.alarm(0), desk.alarm(1))
    ]
    assert marks[1] != marks[0]
    assert marks[2] == marks[3] == marks[0]
    assert told["text"] == "Undone for 2 alarms."


def test_what_somebody_changed_since_stays(
    desk: Desk, sessions: Sessions, acme: OrganisationView
) -> None:
    undo = desk.do("acknowledge")
    with sessions.begin() as session, as_tenant(session, acme.id):
        store.unacknowledge(session, acme.id, desk.ids[0], by="Zoe", now=NOON)
        store.acknowledge(session, acme.id, desk.ids[0], by="Zoe", now=NOON, comment="")

    told = desk.toast(undo)

    assert told["text"] == "Undone for 1 alarm. 1 was changed since and stays as it is."
    assert (desk.alarm(0).acked_by, desk.alarm(1).acked_by) == ("Zoe", "")


def test_what_was_so_before_the_deed_stays_so(desk: Desk) -> None:
    desk.do("acknowledge", 0)
    undo = desk.do("acknowledge", 0, 1)

    desk.toast(undo)

    assert (desk.alarm(0).is_acknowledged, desk.alarm(1).is_acknowledged) == (True, False)


@pytest.mark.parametrize("verb", ["clear", "comment", "unacknowledge", "unshelve"])
def test_what_cannot_be_undone_does_not_offer_it(desk: Desk, verb: str) -> None:
    assert desk.do(verb) == ""


def test_only_the_last_deed_is_undone_and_only_once(desk: Desk) -> None:
    first, second = desk.do("acknowledge"), desk.do("shelve")

    told = [desk.toast(one) for one in (first, second, second)]

    assert [one["tone"] for one in told] == ["bad", "neutral", "bad"]
    assert "It can no longer be undone" in told[0]["text"]
    assert (desk.alarm().is_acknowledged, desk.alarm().is_shelved) == (True, False)


def test_a_deed_of_long_ago_is_not_undone(desk: Desk, sessions: Sessions) -> None:
    undo = desk.do("acknowledge")
    with sessions.begin() as session, system(session):
        long_ago = utc_now() - UNDO_WITHIN - timedelta(minutes=1)
        session.execute(update(AlarmDeed).values(at=long_ago))

    assert desk.toast(undo)["tone"] == "bad"


def test_nobody_undoes_what_another_person_did(desk: Desk, signed_in: SignedIn) -> None:
    undo = desk.do("acknowledge")

    answer = signed_in("operator").post(undo, headers=PART)

    assert "It can no longer be undone" in answer.headers["HX-Trigger"]
    assert desk.alarm().is_acknowledged


def test_the_list_offers_to_undo_without_scripts(desk: Desk) -> None:
    form = {"verb": "shelve", "alarm": [str(one) for one in desk.ids], **DEEDS["shelve"]}

    page = desk.browser.post(desk.at, data=form, follow_redirects=True).text
    undo = re.findall(rf'action="({desk.at}/undo\?deed=[^"]+)"', page)[0]
    after = desk.browser.post(undo, follow_redirects=True).text

    assert "2 alarms shelved." in page
    assert "Undone for 2 alarms." in after
    assert not desk.alarm().is_shelved


def test_the_page_of_an_alarm_offers_to_undo_and_comes_back_to_it(desk: Desk) -> None:
    alarm_id: UUID = desk.ids[0]

    page = desk.browser.post(f"{desk.at}/{alarm_id}/acknowledge", follow_redirects=True).text
    undo = re.findall(rf'action="({desk.at}/undo\?deed=[^"]+)"', page)[0].replace("&amp;", "&")
    answer = desk.browser.post(undo)

    assert answer.location.endswith(f"/alarms/{alarm_id}")
    assert not desk.alarm().is_acknowledged
