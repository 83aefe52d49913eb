"""No secret of a run is on a page, in a file or in an answer over REST."""

from __future__ import annotations

import html
import json
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from runtime.secrecy import MASK
from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import KEY, PASSWORD, failed_run, large_run, ticket_flow


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("admin")


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/runs"


def value_address(run: UUID) -> str:
    return f"{run}/value?step=big&attempt=1&part=output&at="


def test_a_page_shows_no_secret_a_step_was_set_up_with_or_given(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)

    page = browser.get(f"{at}/{run}?step=open").text

    assert html.unescape(page).count(MASK) == 2
    assert "Authorization" in page
    assert KEY not in page
    assert PASSWORD not in page


def test_rest_gives_no_secret_of_a_step_or_of_what_started_it(
    bench: Bench, rest: FlaskClient
) -> None:
    given = {"title": "x", "api_key": KEY, "login": {"Password": PASSWORD}}
    run = bench.run(ticket_flow(bench), {"input": given})

    whole, steps = rest.get(f"/api/v1/runs/{run}"), rest.get(f"/api/v1/runs/{run}/steps")

    assert KEY not in whole.text + steps.text
    assert PASSWORD not in whole.text + steps.text
    shown = whole.json["trigger"]["input"]  # type: ignore[index]
    assert shown == {"title": "x", "api_key": MASK, "login": {"Password": MASK}}


def test_what_the_workflow_says_is_a_secret_of_its_input_is_masked(
    bench: Bench, browser: FlaskClient, rest: FlaskClient, at: str
) -> None:
    schema = {"properties": {"pin": {"type": "string", "format": "password"}}}
    steps = {"a": {"block": "garland.write-log", "version": "1.0.0", "config": {"message": "x"}}}
    flow = bench.publish(steps, ["hand > a"], input=schema)
    run = bench.run(flow, {"input": {"pin": "4711-0815"}})

    page, answer = browser.get(f"{at}/{run}?show=start"), rest.get(f"/api/v1/runs/{run}")

    assert MASK in page.text
    assert "4711-0815" not in page.text + answer.text


def test_a_large_value_is_behind_a_link_and_in_a_file_without_its_secrets(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = large_run(bench)
    there = f"{at}/{value_address(run)}"

    page = browser.get(f"{at}/{run}?step=big").text
    whole, file = browser.get(there), browser.get(f"{there}&file=1")

    assert "kept apart" in page
    assert "ge-0/1999" not in page
    assert "ge-0/1999" in whole.text
    rows = json.loads(file.text)["rows"]
    assert rows[1999] == {"port": "ge-0/1999", "token": MASK}
    assert file.headers["Content-Disposition"] == 'attachment; filename="output.json"'
    assert KEY not in page + whole.text + file.text


def test_a_value_longer_than_a_page_holds_is_whole_in_its_file(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = large_run(bench, rows=5_000)
    there = f"{at}/{value_address(run)}"

    page, file = browser.get(there), browser.get(f"{there}&file=1")

    assert "more characters are left out here; the file has them" in page.text
    assert len(json.loads(file.text)["rows"]) == 5_000


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("step=big&part=logs", id="no part of a step"),
        pytest.param("step=none&part=output", id="no step"),
        pytest.param("step=big&part=output&at=/rows", id="no large value there"),
        pytest.param("step=big&attempt=7&part=output", id="no such try"),
    ],
)
def test_a_value_that_is_not_there_is_404(
    bench: Bench, browser: FlaskClient, at: str, query: str
) -> None:
    run = large_run(bench)

    assert browser.get(f"{at}/{run}/value?{query}").status_code == 404


@pytest.mark.parametrize("part", ["test", "value"])
def test_the_canvas_is_told_no_secret_of_a_trial(
    bench: Bench, browser: FlaskClient, acme: OrganisationView, part: str
) -> None:
    run = failed_run(bench)
    flow = f"/t/{acme.slug}/workflows/{bench.view(run).flow_id}"

    bar = browser.get(f"{flow}/trials/{run}")
    shown = browser.get(f"{flow}/steps/open/{part}?run={run}&port=")

    assert bar.status_code == shown.status_code == 200
    assert MASK in shown.text
    assert PASSWORD not in bar.text + shown.text
