"""Addresses nobody's link leads to are answered with what there is, or with 404 or 422."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tenancy.organisations import OrganisationView
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import failed_run

MANY = "9" * 40


@pytest.fixture
def at(bench: Bench, acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/runs/{failed_run(bench)}"


@pytest.mark.parametrize(
    "query",
    [
        f"step=open&attempt={MANY}",
        "step=open&attempt=-1",
        "step=open&attempt=two",
        "step=%00",
        "in=x%5D",
        "in=a%5Bb%5D",
        "in=a%5B1%5D.",
        f"in=a%5B{MANY}%5D",
        "in=%00",
        f"first={MANY}",
        "first=-7",
        "only=asleep",
        "level=loud",
    ],
)
def test_a_page_is_shown_whatever_its_address_asks(
    browser: FlaskClient, at: str, query: str
) -> None:
    assert browser.get(f"{at}?{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"value?step=open&part=input&attempt={MANY}",
        "value?step=%00&part=input",
        "value?step=open&part=input&at=/%00",
        f"retry?step=open&attempt={MANY}",
    ],
)
def test_a_step_that_cannot_be_is_404(browser: FlaskClient, at: str, path: str) -> None:
    assert browser.get(f"{at}/{path}").status_code == 404


@pytest.mark.parametrize("name", ["q", "error"])
def test_text_no_database_holds_is_refused(rest: FlaskClient, name: str) -> None:
    answer = rest.get("/api/v1/runs", query_string={name: "a\0b"})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [f"/{name}"]  # type: ignore[index]
