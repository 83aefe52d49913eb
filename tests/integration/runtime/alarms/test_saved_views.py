"""Saved views of the alarm list: whose they are, their order, the default, delete and undo."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/alarms"


def save(browser: FlaskClient, at: str, name: str, query: str = "ack=unacknowledged") -> str:
    """Save a view and give its id."""
    answer = browser.post(f"{at}/views?{query}", data={"name": name})
    return answer.location.rpartition("view=")[2]


def tabs_of(browser: FlaskClient, at: str) -> list[str]:
    """Give the names of the tabs."""
    page = browser.get(f"{at}?state=active").text
    return re.findall(r'tabs__tab"\s[^>]*>([^<]*?)\s*</a>', page.replace("All active", "*"))[1:]


def test_keeps_a_filter_under_a_name(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("operator")

    answer = browser.post(f"{at}/views?q=fan&cursor=x&ack=", data={"name": " Fans  only "})

    assert re.search(r"/alarms\?q=fan&view=[0-9a-f-]{36}$", answer.location)
    assert tabs_of(browser, at) == ["Fans only"]


def test_shows_a_person_their_own_views_and_the_shared_ones(signed_in: SignedIn, at: str) -> None:
    anna, bert = signed_in("designer"), signed_in("operator")
    save(anna, at, "Anna's")
    anna.post(f"{at}/views?q=x", data={"name": "For all", "shared": "true"})

    assert tabs_of(anna, at) == ["For all", "Anna&#39;s"]
    assert tabs_of(bert, at) == ["For all"]


def test_lets_only_some_share(signed_in: SignedIn, at: str) -> None:
    anna, bert = signed_in("designer"), signed_in("operator")
    made = anna.post(f"{at}/views?q=x", data={"name": "For all", "shared": "true"}).location
    view = made.rpartition("view=")[2]

    answers = [
        bert.post(f"{at}/views?q=x", data={"name": "Mine for all", "shared": "true"}),
        bert.post(f"{at}/views/{view}/right"),
        bert.post(f"{at}/views/{view}/delete"),
    ]

    assert [one.status_code for one in answers] == [403, 403, 403]
    assert tabs_of(bert, at) == ["For all"]


def test_anothers_own_view_is_not_there(signed_in: SignedIn, at: str) -> None:
    view = save(signed_in("admin"), at, "Private")

    assert signed_in("admin").post(f"{at}/views/{view}/delete").status_code == 404


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("", "write 1 to 60 characters", id="none"),
        pytest.param("x" * 61, "write 1 to 60 characters", id="too long"),
        pytest.param("FANS", "there is a view FANS already", id="taken, in any case"),
    ],
)
def test_says_what_is_wrong_with_a_name(
    signed_in: SignedIn, at: str, name: str, words: str
) -> None:
    browser = signed_in()
    save(browser, at, "Fans")

    answer = browser.post(f"{at}/views?q=x", data={"name": name}, follow_redirects=True)

    assert words in answer.text
    assert tabs_of(browser, at) == ["Fans"]


def test_moves_a_view_and_stops_at_the_ends(signed_in: SignedIn, at: str) -> None:
    browser = signed_in()
    one, _, three = (save(browser, at, name) for name in ("One", "Two", "Three"))

    for view, deed in ((three, "left"), (three, "left"), (three, "left"), (one, "right")):
        browser.post(f"{at}/views/{view}/{deed}")

    assert tabs_of(browser, at) == ["Three", "Two", "One"]


def test_opens_the_list_with_the_default_view(signed_in: SignedIn, at: str) -> None:
    browser = signed_in()
    view = save(browser, at, "Night", "ack=unacknowledged")
    browser.post(f"{at}/views/{view}/default")

    opened = browser.get(at)
    browser.post(f"{at}/views/{view}/plain")

    assert opened.location.endswith(f"/alarms?ack=unacknowledged&view={view}")
    assert browser.get(at).status_code == 200


def test_a_person_has_one_default_of_their_own(signed_in: SignedIn, at: str) -> None:
    browser = signed_in()
    for name in ("One", "Two"):
        browser.post(f"{at}/views/{save(browser, at, name)}/default")

    assert tabs_of(browser, at) == ["One", "Two ★"]


def test_a_deleted_view_is_brought_back(signed_in: SignedIn, at: str) -> None:
    browser = signed_in()
    view = save(browser, at, "Fans")

    gone = browser.post(f"{at}/views/{view}/delete", follow_redirects=True).text
    without = tabs_of(browser, at)
    browser.post(f"{at}/views/{view}/restore")

    assert f"{at}/views/{view}/restore" in gone
    assert (without, tabs_of(browser, at)) == ([], ["Fans"])


def test_a_view_keeps_another_filter(signed_in: SignedIn, at: str) -> None:
    browser = signed_in()
    view = save(browser, at, "Fans", "q=fan")

    answer = browser.post(f"{at}/views/{view}/keep?q=power&view={view}")

    assert answer.location.endswith(f"/alarms?q=power&view={view}")
