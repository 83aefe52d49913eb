"""The pages of decision tables: made, checked, tried and put live, without JavaScript too."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import RuleView, list_rules
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tables import make_row, make_table_document
from tests.integration.conftest import SignedIn
from tests.integration.designer.conftest import make_table_of, only_one

HTMX = {"HX-Request": "true"}
FORM = {
    "/name": "Triage",
    "/hit": "first",
    "/priority": "100",
    "/on/raised": "1",
    "/on/changed": "1",
    "/inputs/0/field": "perceived_severity",
    "/inputs/1/field": "attributes.",
    "/inputs/1/other": "load",
    "/inputs/1/kind": "number",
    "/outputs/0/to": "do",
    "/rows/0/when/0": ">= major",
    "/rows/0/when/1": "[90..100]",
    "/rows/0/then/0": "acknowledge",
    "/rows/0/note": "busy",
}


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in()


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/rules/tables"


def test_a_grid_is_saved_as_a_table(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    answer = browser.post(f"{at}/new", data=FORM | {"_save": "1"})

    assert answer.status_code == 303
    assert only_one(sessions, acme.id).draft == {
        "table": 1,
        "name": "Triage",
        "hit": "first",
        "inputs": [{"field": "perceived_severity"}, {"field": "attributes.load", "kind": "number"}],
        "outputs": [{"to": "do"}],
        "rows": [{"when": [">= major", "[90..100]"], "then": ["acknowledge"], "note": "busy"}],
    }


def test_a_saved_grid_shows_again_what_was_saved(browser: FlaskClient, at: str) -> None:
    page = browser.post(f"{at}/new", data=FORM | {"_save": "1"}, follow_redirects=True).text

    for text in ("&gt;= major", "[90..100]", "acknowledge", "busy"):
        assert f'value="{text}"' in page


def test_a_wrong_cell_is_said_beside_it_and_nothing_is_lost(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    answer = browser.post(f"{at}/new", data=FORM | {"/rows/0/when/0": "majr", "_save": "1"})

    assert answer.status_code == 422
    assert 'aria-describedby="field-/rows/0/when/0-error"' in answer.text
    assert "row 1, Severity: majr is no severity" in answer.text
    assert "</svg>majr is no severity: use one of" in answer.text
    assert 'value="busy"' in answer.text
    with sessions() as session, as_tenant(session, acme.id):
        assert list_rules(session, acme.id) == []


def test_a_missing_name_is_said_beside_it_when_one_saves(browser: FlaskClient, at: str) -> None:
    form = FORM | {"/name": ""}

    assert "Severity &lt;= minor" in browser.post(f"{at}/new", data=form | {"_op": "show"}).text
    refused = browser.post(f"{at}/new", data=form | {"_save": "1"})
    assert refused.status_code == 422
    assert 'aria-describedby="field-/name-error"' in refused.text
    assert "ame must not be empty: give the table a name" in refused.text


def test_the_check_alone_comes_back_while_one_types(browser: FlaskClient, at: str) -> None:
    answer = browser.post(f"{at}/new", data=FORM | {"_check": "1"}, headers=HTMX)

    assert answer.text.lstrip().startswith("<section")
    assert "Severity &lt;= minor. For example:" in answer.text


def test_a_gap_is_filled_by_a_row_of_its_own(browser: FlaskClient, at: str) -> None:
    answer = browser.post(f"{at}/new", data=FORM | {"_op": "gap:0"}, headers=HTMX)

    assert 'name="/rows/1/when/0"' in answer.text
    assert 'name="/rows/2/when/0"' not in answer.text


@pytest.mark.parametrize(
    ("operation", "first", "count"),
    [
        pytest.param("add:rows:0", "-", 3, id="add at the top"),
        pytest.param("copy:rows:0", "a", 3, id="copy"),
        pytest.param("del:rows:0", "b", 1, id="delete"),
        pytest.param("back:rows:1", "b", 2, id="move up"),
        pytest.param("on:rows:0", "b", 2, id="move down"),
        pytest.param("on:rows:7", "a", 2, id="a row that is not there"),
        pytest.param("del:columns:0", "a", 2, id="a button nobody has"),
    ],
)
def test_buttons_change_the_rows(
    browser: FlaskClient, at: str, operation: str, first: str, count: int
) -> None:
    form = FORM | {"/rows/0/when/0": "a", "/rows/1/when/0": "b", "_op": operation}

    page = browser.post(f"{at}/new", data=form, headers=HTMX).text

    assert f'name="/rows/0/when/0" id="cell-/rows/0/when/0" value="{first}"' in page
    assert page.count('<tr id="row-') == count


def test_pasted_cells_fill_the_grid_and_add_rows(browser: FlaskClient, at: str) -> None:
    pasted = 'minor\t"not(""5"")"\tsuppress\r\nwarning\t-\tacknowledge\r\n'
    form = FORM | {"_op": "paste:/rows/0/when/0", "_pasted": pasted}

    page = browser.post(f"{at}/new", data=form, headers=HTMX).text

    for place, text in (
        ("/rows/0/when/0", "minor"),
        ("/rows/0/when/1", "not(&#34;5&#34;)"),
        ("/rows/0/then/0", "suppress"),
        ("/rows/1/then/0", "acknowledge"),
    ):
        assert f'name="{place}" id="cell-{place}" value="{text}"' in page


def test_a_try_says_which_row_decides_each_recent_alarm(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    event = {"managed_object": "link-a", "perceived_severity": "major", "attributes": {"load": 95}}
    with sessions.begin() as session, as_tenant(session, acme.id):
        append(session, acme.id, [parse_event(event)], now=utc_now())
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=utc_now(), limit=10)

    page = browser.post(f"{at}/new", data=FORM | {"_op": "try"}).text

    assert "<b>1</b> of the last 1 alarms" in page
    assert "Do: acknowledge" in page


def test_a_table_is_put_live_from_its_page(
    browser: FlaskClient,
    at: str,
    table: RuleView,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    assert ">Publish</button>" in browser.get(f"{at}/{table.id}").text

    browser.post(f"/t/{acme.slug}/rules/{table.id}/live")

    assert only_one(sessions, acme.id).mode is Mode.LIVE


def test_a_table_that_contradicts_itself_is_not_put_live_and_says_why(
    browser: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    rows = [make_row(["-", "-"], ["a", ""]), make_row(["-", "-"], ["b", ""])]
    table = make_table_of(sessions, acme, hit="unique", rows=rows)

    page = browser.post(f"/t/{acme.slug}/rules/{table.id}/live", follow_redirects=True).text

    assert "cannot be published yet" in page
    assert "rows 1 and 2 can both match, and only one may" in page
    assert only_one(sessions, acme.id).mode is Mode.DRAFT


def test_the_list_tells_tables_from_rules(
    browser: FlaskClient, table: RuleView, acme: OrganisationView
) -> None:
    assert "Looks at severity, load and decides" in browser.get(f"/t/{acme.slug}/rules").text
    assert table.name not in browser.get(f"/t/{acme.slug}/rules?kind=rule").text
    address = browser.get(f"/t/{acme.slug}/rules/{table.id}").headers["Location"]
    assert address.endswith(f"/rules/tables/{table.id}")


def test_a_table_somebody_saved_meanwhile_is_not_overwritten(
    browser: FlaskClient, at: str, table: RuleView
) -> None:
    answer = browser.post(f"{at}/{table.id}", data=FORM | {"_save": "1", "revision": "7"})

    assert answer.status_code == 422
    assert "saved this rule meanwhile" in answer.text


def test_a_rule_has_no_grid(browser: FlaskClient, at: str) -> None:
    assert browser.get(f"{at}/01890000-0000-7000-8000-000000000000").status_code == 404
    assert browser.get(f"{at}/import?into=nothing").status_code == 404


def test_a_table_is_published_for_workflows_alone(
    browser: FlaskClient,
    at: str,
    table: RuleView,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    page = browser.post(f"{at}/{table.id}/workflows", follow_redirects=True).text

    assert "Version 1 answers workflows; it judges no alarm." in page
    found = only_one(sessions, acme.id)
    assert (found.mode, found.live_number) == (Mode.OFF, 1)


def test_a_table_is_tried_on_pasted_alarms(browser: FlaskClient, at: str, table: RuleView) -> None:
    alarm = {"managed_object": "a", "perceived_severity": "major", "attributes": {"load": 95}}
    alarms = json.dumps([alarm, {"managed_object": "b", "perceived_severity": "indeterminate"}])

    page = browser.post(
        f"{at.replace('/tables', '')}/{table.id}/simulate", data={"alarms": alarms}
    ).text

    assert "The draft fires <b>1</b> time for these alarms." in page
    assert "row 1 matches; it says Set team: core" in page
    assert "no row matches" in page


def test_versions_of_a_table_are_compared_in_the_words_of_the_grid(
    browser: FlaskClient, at: str, table: RuleView
) -> None:
    rule = at.replace("/tables", f"/{table.id}")
    browser.post(f"{rule}/live")
    document = json.dumps(make_table_document(rows=[make_row(["critical", "-"], ["elite", ""])]))
    browser.post(rule, data={"document": document, "revision": table.draft_revision})

    page = browser.get(f"{rule}/versions/1/diff").text

    assert "+row 1: Severity critical: Set team elite" in page
