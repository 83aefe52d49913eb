"""What people do to a run from its page, and who may."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient

from tests.factories.flows import step
from tests.integration.conftest import SignedIn
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import (
    FACTS,
    UNREACHABLE,
    call,
    failed_run,
)
from tests.integration.runtime.runs.pages import lanes, words


def test_a_step_leads_to_trying_it_alone_with_what_this_run_gave(
    bench: Bench, signed_in: SignedIn, at: str
) -> None:
    run = failed_run(bench)
    link = f'/steps/open/try?from_run={run}"'

    assert link in signed_in("operator").get(f"{at}/{run}").text
    assert link not in signed_in("viewer").get(f"{at}/{run}").text


def test_a_viewer_sees_a_run_and_can_do_nothing_to_it(
    bench: Bench, signed_in: SignedIn, at: str
) -> None:
    run, viewer = failed_run(bench), signed_in("viewer")

    page = viewer.get(f"{at}/{run}").text

    assert "It stopped at Open the ticket" in words(page)
    assert "sure-" not in page
    assert "Retry" not in words(page)
    deeds = [viewer.post(f"{at}/{run}/{deed}").status_code for deed in ("cancel", "retry", "rerun")]
    assert deeds == [403, 403, 403]


def test_a_run_is_cancelled_and_says_so(bench: Bench, browser: FlaskClient, at: str) -> None:
    run = bench.run(bench.publish({"nap": step("wait", config={"for_s": 9_999})}, ["hand > nap"]))

    asked = browser.post(f"{at}/{run}/cancel", follow_redirects=True)
    bench.go(after_s=600)
    after = words(browser.get(f"{at}/{run}").text)

    assert "Cancelling" in words(asked.text)
    assert "The run is being cancelled." in words(asked.text)
    assert "Cancelled by Anna" in after
    refused = browser.post(f"{at}/{run}/cancel", follow_redirects=True)
    assert "this run has cancelled already" in words(refused.text)


def test_steps_that_were_undone_are_named_and_a_retry_is_not_offered(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    steps = {
        "facts": {**FACTS, "undo": step("write-log", config={"message": "undone"})},
        "open": call(),
    }
    bench.http.answers = [UNREACHABLE]
    flow = bench.publish(steps, ["hand > facts", "facts:done > open"])

    page = browser.get(f"{at}/{bench.run(flow, {'input': {'title': 'x'}})}").text

    assert "Undone: Gather the facts" in words(page)
    assert "Undo Gather the facts" in lanes(page)
    assert "sure-retry" not in page


def test_a_run_is_run_again_from_a_step(bench: Bench, browser: FlaskClient, at: str) -> None:
    run = failed_run(bench)

    answer = browser.post(f"{at}/{run}/rerun", data={"from_step": "open"})
    again = UUID(answer.headers["Location"].rpartition("/")[2])
    bench.go(after_s=600)

    assert answer.status_code == 303
    assert bench.view(again).state.value == "succeeded"
    assert len(bench.http.calls) == 2
    refused = browser.post(f"{at}/{run}/rerun", data={"from_step": "log"}, follow_redirects=True)
    assert "log was not reached in this run" in words(refused.text)
