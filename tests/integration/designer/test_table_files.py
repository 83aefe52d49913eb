"""Decision tables as files and as text: exported, imported, edited."""

from __future__ import annotations

import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.rules.store import RuleView
from tenancy.organisations import OrganisationView
from tests.factories.tables import make_row, make_table_document
from tests.integration.conftest import SignedIn
from tests.integration.designer.conftest import only_one


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in()


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/rules/tables"


@pytest.mark.parametrize("name", ["table.dmn", "table.csv"])
def test_an_exported_table_is_imported_over_another(
    browser: FlaskClient, at: str, table: RuleView, name: str
) -> None:
    body = browser.get(f"{at}/{table.id}/{name}").data

    page = browser.post(
        f"{at}/import", data={"into": str(table.id), "file": (io.BytesIO(body), name)}
    ).text

    assert f'action="{at}/{table.id}"' in page
    assert 'value="minor, warning"' in page
    assert "Read from the file, not saved yet" in page


def test_what_a_file_says_that_is_not_taken_is_told(browser: FlaskClient, at: str) -> None:
    text = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision name="D">'
        '<decisionTable><input label="Age"><inputExpression typeRef="number"><text>age</text>'
        '</inputExpression></input><output name="x"/><rule><inputEntry><text>f(1)</text>'
        "</inputEntry><outputEntry><text>&quot;a&quot;</text></outputEntry></rule>"
        "</decisionTable></decision></definitions>"
    )

    page = browser.post(f"{at}/import", data={"text": text}).text

    assert "age is no field of an alarm: attributes.age is read" in page
    assert "row 1, input 1: f(1) is FEEL that is not taken" in page


def test_a_file_that_cannot_be_read_says_why(browser: FlaskClient, at: str) -> None:
    answer = browser.post(f"{at}/import", data={"text": "<!DOCTYPE a><a/>"})

    assert answer.status_code == 422
    assert "document type" in answer.text


def test_a_table_is_edited_as_text(
    browser: FlaskClient,
    at: str,
    table: RuleView,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    rule = at.replace("/tables", f"/{table.id}")
    assert "The table as text" in browser.get(f"{rule}?as=text").text
    document = json.dumps(make_table_document(name="Renamed"))

    browser.post(rule, data={"document": document, "revision": table.draft_revision})

    assert only_one(sessions, acme.id).name == "Renamed"


def test_a_wrong_cell_in_the_text_is_named_and_nothing_is_lost(
    browser: FlaskClient, at: str, table: RuleView
) -> None:
    rule = at.replace("/tables", f"/{table.id}")
    document = json.dumps(make_table_document(rows=[make_row([">= gravest", "-"], ["", ""])]))

    answer = browser.post(rule, data={"document": document, "revision": table.draft_revision})

    assert answer.status_code == 422
    assert "row 1, Severity: " in answer.text
    assert "&gt;= gravest" in answer.text
