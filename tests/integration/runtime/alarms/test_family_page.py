"""Owner, cause and consequences on an alarm's page; owner of many; a saved view's name."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms import store
from runtime.alarms.documents import AlarmView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
Find = Callable[[UUID], AlarmView]


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/alarms"


@pytest.fixture
def alarms(sessions: Sessions, acme: OrganisationView) -> dict[str, UUID]:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return {name: make_alarm(session, acme.id, name) for name in ("cut", "down", "other")}


@pytest.fixture
def alarm_of(sessions: Sessions, acme: OrganisationView) -> Find:
    def find(alarm_id: UUID) -> AlarmView:
        with sessions() as session, as_tenant(session, acme.id):
            return store.get_alarm(session, acme.id, alarm_id)

    return find


def test_an_alarm_is_given_to_somebody_and_to_nobody(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID], alarm_of: Find
) -> None:
    browser, address = signed_in("operator"), f"{at}/{alarms['cut']}"

    given = browser.post(f"{address}/assign", data={"owner": "Ada"})
    assert (given.status_code, alarm_of(alarms["cut"]).owner) == (303, "Ada")
    assert "Assigned by" in browser.get(address).text
    browser.post(f"{address}/assign", data={"owner": ""})

    assert alarm_of(alarms["cut"]).owner == ""


def test_the_form_offers_the_members_nobody_and_the_present_owner(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID]
) -> None:
    browser, address = signed_in("operator"), f"{at}/{alarms['cut']}"
    browser.post(f"{address}/assign", data={"owner": "Night desk"})

    page = browser.get(address).text

    assert '<option value="">Nobody</option>' in page
    assert '<option value="Night desk" selected>' in page
    assert "Assign to me" in page


def test_an_owner_that_is_too_long_is_refused_on_the_page(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID]
) -> None:
    answer = signed_in("operator").post(f"{at}/{alarms['cut']}/assign", data={"owner": "x" * 300})

    assert answer.status_code == 422
    assert "owner: write 1 to 200 characters" in answer.text


@pytest.mark.parametrize(
    ("deed", "parent", "child"),
    [
        pytest.param("under", "other", "cut", id="the other is the cause"),
        pytest.param("over", "cut", "other", id="the other follows from it"),
    ],
)
def test_an_alarm_is_grouped_with_another_either_way(  # noqa: PLR0913, PLR0917  the case
    signed_in: SignedIn,
    at: str,
    alarms: dict[str, UUID],
    alarm_of: Find,
    deed: str,
    parent: str,
    child: str,
) -> None:
    browser, address = signed_in("operator"), f"{at}/{alarms['cut']}"

    answer = browser.post(f"{address}/{deed}", data={"other": str(alarms["other"])})

    assert answer.status_code == 303
    assert alarm_of(alarms[child]).parent_id == alarms[parent]
    assert "other: " in browser.get(address).text


def test_a_child_is_taken_out_from_its_parents_page(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID], alarm_of: Find
) -> None:
    browser, address = signed_in("operator"), f"{at}/{alarms['cut']}"
    browser.post(f"{address}/over", data={"other": str(alarms["down"])})

    browser.post(f"{address}/release", data={"other": str(alarms["down"])})

    assert alarm_of(alarms["down"]).parent_id is None


@pytest.mark.parametrize(
    ("other", "status"),
    [pytest.param("", 422, id="none"), pytest.param(str(uuid4()), 404, id="one that is gone")],
)
def test_grouping_with_no_alarm_changes_nothing(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID], other: str, status: int
) -> None:
    answer = signed_in("operator").post(f"{at}/{alarms['cut']}/under", data={"other": other})

    assert answer.status_code == status


def test_a_ring_is_refused_on_the_page_in_words(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID]
) -> None:
    browser = signed_in("operator")
    browser.post(f"{at}/{alarms['cut']}/over", data={"other": str(alarms["down"])})

    answer = browser.post(f"{at}/{alarms['cut']}/under", data={"other": str(alarms["down"])})

    assert answer.status_code == 422
    assert "an alarm cannot be under itself" in answer.text


def test_alarms_to_group_with_are_suggested_and_found_by_words(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID]
) -> None:
    browser, address = signed_in("operator"), f"{at}/{alarms['cut']}"
    browser.post(f"{address}/over", data={"other": str(alarms["down"])})

    suggested = browser.get(address).text
    found = browser.get(f"{address}?find=other").text

    assert "other is the cause of this alarm" in suggested
    assert "down is the cause of this alarm" not in suggested
    assert "other follows from this alarm" in found
    assert "No other active alarm has the words" in browser.get(f"{address}?find=nothing").text


def test_a_viewer_is_offered_neither_owner_nor_group(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID]
) -> None:
    browser, address = signed_in("viewer"), f"{at}/{alarms['cut']}"

    assert "Assign to me" not in browser.get(address).text
    assert browser.post(f"{address}/assign", data={"owner": "x"}).status_code == 403
    assert browser.post(f"{address}/under", data={"other": "x"}).status_code == 403


def test_many_alarms_are_given_to_somebody_and_those_that_were_are_told(
    signed_in: SignedIn, at: str, alarms: dict[str, UUID], alarm_of: Find
) -> None:
    browser = signed_in("operator")
    browser.post(f"{at}/{alarms['cut']}/assign", data={"owner": "Ada"})
    ticked = [str(one) for one in alarms.values()]

    answer = browser.post(
        at, data={"verb": "assign", "assign_text": "Ada", "alarm": ticked}, follow_redirects=True
    )

    assert "2 of 3 alarms assigned to Ada. 1 was not: it is so already." in answer.text
    assert {alarm_of(one).owner for one in alarms.values()} == {"Ada"}


def test_a_saved_view_is_renamed_and_a_taken_name_is_refused(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("operator")
    browser.post(f"{at}/views?q=fan", data={"name": "Fans"})
    made = browser.post(f"{at}/views?q=link", data={"name": "Links"}).headers["Location"]
    view = made.split("view=")[1]

    assert "Rename this view" in browser.get(made).text
    browser.post(f"{at}/views/{view}/rename", data={"name": "Fibres"})
    refused = browser.post(
        f"{at}/views/{view}/rename", data={"name": "fans"}, follow_redirects=True
    )

    assert "there is a view fans already" in refused.text
    assert ">Fibres</a>" in refused.text
