"""The rules of a syslog source: forms, their order, rules made of lines, and all as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.sources.listened.kinds import SYSLOG
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.listened.store import ListeningView, listening_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.listening import FORMS, arrive, make_listened
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
FAN = "<27>Nov 24 14:56:18 r1 fand: fan tray 2 failed"
FORM = {
    "name": "Fan failed",
    "does": "raise",
    "app": "fand",
    "raise": "fan tray (?P<tray>\\d+) failed",
    "ends": "true",
    "clear": "fan tray (?P<tray>\\d+) restored",
    "key": "{host}/{tray}",
    "managed_object": "{host}/{tray}",
    "sample": FAN,
    "revision": "1",
}
SAVE = {"_save": "1"}


@pytest.fixture
def source_id(sessions: Sessions, acme: OrganisationView) -> UUID:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_listened(session, acme.id, SYSLOG)


@pytest.fixture
def pages(acme: OrganisationView, source_id: UUID) -> str:
    return f"/t/{acme.slug}/sources/{source_id}/rules"


@pytest.fixture
def kept(sessions: Sessions, acme: OrganisationView, source_id: UUID) -> Callable[[], list[str]]:
    """Names the rules that are kept, in their order."""
    return lambda: names(sessions, acme, source_id)


def listening(sessions: Sessions, acme: OrganisationView, source_id: UUID) -> ListeningView:
    with sessions() as session, as_tenant(session, acme.id):
        return listening_of(session, acme.id, source_id)


def names(sessions: Sessions, acme: OrganisationView, source_id: UUID) -> list[str]:
    rules: list[dict[str, Any]] = listening(sessions, acme, source_id).config["rules"]
    return [one["name"] for one in rules]


def receive(sessions: Sessions, *lines: str) -> None:
    arrive(
        sessions,
        *(Arrived(kind=SYSLOG, data=one.encode(), sender="192.0.2.7") for one in lines),
    )


def test_a_new_source_begins_with_rules(signed_in: SignedIn, pages: str) -> None:
    page = signed_in().get(pages).text

    assert "Interface down (Cisco)" in page
    assert "None that made an alarm is kept" in page


def test_settings_that_are_saved_leave_the_rules_as_they_are(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView, source_id: UUID
) -> None:
    browser = signed_in()
    browser.post(f"{pages}/new", data=FORM | SAVE)

    browser.post(pages.replace("/rules", "/listening"), data=FORMS[SYSLOG] | {"least": "crit"})

    assert names(sessions, acme, source_id)[0] == "Fan failed"
    assert listening(sessions, acme, source_id).config["least"] == "crit"


def test_a_new_rule_comes_first_and_takes_what_arrives(
    signed_in: SignedIn, pages: str, sessions: Sessions, acme: OrganisationView, source_id: UUID
) -> None:
    browser = signed_in()
    answer = browser.post(f"{pages}/new", data=FORM | SAVE)
    receive(sessions, FAN)

    page = browser.get(pages).text

    assert answer.status_code == 303
    assert names(sessions, acme, source_id)[0] == "Fan failed"
    assert "by Fan failed" in page


def test_the_form_shows_what_becomes_of_its_lines_and_keeps_nothing(
    signed_in: SignedIn, pages: str, kept: Callable[[], list[str]]
) -> None:
    link = "%LINK-3-UPDOWN: Interface Gi0/1, changed state to down"
    lines = f"{FAN}\n<187>1: r1: Jun  1 12:50:26: {link}"

    page = signed_in().post(f"{pages}/new", data=FORM | {"sample": lines}).text

    assert "by this rule" in page
    assert "r1/2" in page
    assert "by Interface down (Cisco)" in page
    assert "Fan failed" not in kept()


def test_a_rule_is_changed_in_its_place(
    signed_in: SignedIn, pages: str, kept: Callable[[], list[str]]
) -> None:
    before = kept()

    signed_in().post(f"{pages}/2", data=FORM | SAVE)

    assert kept() == [*before[:2], "Fan failed", *before[3:]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"raise": "("}, "raise", id="no pattern"),
        pytest.param({"clear": "well"}, "key", id="an end without the group"),
        pytest.param({"name": "Interface down (Cisco)"}, "name", id="a name that is taken"),
        pytest.param({"facilities": "moon"}, "facilities", id="no facility"),
    ],
)
def test_a_refused_rule_comes_back_with_what_is_wrong_beside_the_field(
    signed_in: SignedIn, pages: str, changed: dict[str, str], field: str
) -> None:
    answer = signed_in().post(f"{pages}/new", data=FORM | SAVE | changed)

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


@pytest.mark.parametrize(
    ("place", "verb", "order"),
    [
        pytest.param(1, "up", [1, 0, 2], id="up"),
        pytest.param(1, "down", [0, 2, 1], id="down"),
        pytest.param(0, "up", [0, 1, 2], id="the first stays first"),
        pytest.param(2, "down", [0, 1, 2], id="the last stays last"),
        pytest.param(1, "delete", [0, 2], id="removed"),
    ],
)
def test_rules_are_moved_and_removed(
    signed_in: SignedIn,
    pages: str,
    kept: Callable[[], list[str]],
    place: int,
    verb: str,
    order: list[int],
) -> None:
    browser = signed_in()
    rules = [{"name": name, "raise": name} for name in ("zero", "one", "two")]
    browser.post(pages, data={"document": json.dumps(rules), "revision": "1"})

    browser.post(f"{pages}/{place}/{verb}", data={"revision": "2"})

    assert kept() == [rules[number]["name"] for number in order]


@pytest.mark.parametrize("path", ["/new", "/0/up", ""])
def test_what_somebody_set_meanwhile_is_not_overwritten(
    signed_in: SignedIn,
    pages: str,
    kept: Callable[[], list[str]],
    path: str,
) -> None:
    browser = signed_in()
    browser.post(f"{pages}/new", data=FORM | SAVE)
    before = kept()

    late = FORM | SAVE | {"name": "Late", "document": "[]"}
    page = browser.post(f"{pages}{path}", data=late, follow_redirects=True)

    assert "somebody set this source up meanwhile" in page.text
    assert kept() == before


def test_a_rule_is_made_of_a_line_that_came(
    signed_in: SignedIn, pages: str, sessions: Sessions
) -> None:
    receive(sessions, FAN)
    browser = signed_in()
    link = browser.get(pages).text.split("/new?like=")[1].split('"')[0]

    page = browser.get(f"{pages}/new?like={link}").text

    assert 'value="fan tray (?P&lt;number&gt;\\d+) failed"' in page
    assert "by this rule" in page


def test_a_rule_is_made_of_the_first_pasted_line(signed_in: SignedIn, pages: str) -> None:
    page = signed_in().post(f"{pages}/new", data={"sample": FAN, "_op": "suggest"}).text

    assert 'value="fan tray (?P&lt;number&gt;\\d+) failed"' in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{", "the text is not JSON", id="no JSON"),
        pytest.param('[{"name": "x", "raise": "("}]', "rule x, raise", id="no pattern"),
        pytest.param(
            r'[{"name": "x", "raise": "y", "text": "\ud800"}]',
            "half a character",
            id="half a letter",
        ),
        pytest.param(r'[{"name": "x", "raise": "\u0000"}]', "NUL", id="NUL"),
    ],
)
def test_a_text_that_cannot_be_kept_comes_back(
    signed_in: SignedIn, pages: str, text: str, told: str
) -> None:
    answer = signed_in().post(pages, data={"document": text, "revision": "1"})

    assert answer.status_code == 422
    assert told in answer.text


@pytest.mark.parametrize("revision", ["9" * 30, "9" * 5_000, "-1", "²", ""])
def test_a_revision_that_never_was_is_somebody_elses(
    signed_in: SignedIn, pages: str, revision: str
) -> None:
    answer = signed_in().post(pages, data={"document": "[]", "revision": revision})

    assert answer.status_code == 422
    assert "somebody set this source up meanwhile" in answer.text


def test_a_line_that_never_came_makes_no_rule(signed_in: SignedIn, pages: str) -> None:
    assert signed_in().get(f"{pages}/new?like={'9' * 30}").status_code == 404


def test_the_rules_of_another_tenant_and_of_another_kind_are_not_there(
    signed_in: SignedIn, acme: OrganisationView, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, other):
            theirs = make_listened(session, other, SYSLOG, networks="198.51.100.0/24")
        with as_tenant(session, acme.id):
            snmp = make_listened(session, acme.id, "snmp")

    for one in (theirs, snmp):
        assert signed_in().get(f"/t/{acme.slug}/sources/{one}/rules").status_code == 404


def test_who_may_not_edit_sources_sees_no_rules(signed_in: SignedIn, pages: str) -> None:
    assert signed_in("operator").get(pages).status_code == 403
