"""A failed step gets another input: the form, what it refuses, and the masked secrets it keeps."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from blocks.sdk import BlockError
from runtime.secrecy import MASK
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import PASSWORD, UNREACHABLE, call, failed_run

NOTED = {"body": {"title": "Mended", "password": MASK}}


def sent(bench: Bench) -> object:
    """Give the body of the last call."""
    body = bench.http.calls[-1].body
    assert body is not None
    return json.loads(body)


def test_the_form_shows_what_the_step_was_given_without_its_secrets(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)

    page = browser.get(f"{at}/{run}/retry?step=open").text

    assert "Retry Open the ticket" in page
    assert "&#34;title&#34;: &#34;Link down&#34;" in page
    assert MASK in page
    assert PASSWORD not in page


def test_a_retry_with_changed_input_keeps_the_secrets_left_masked(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)

    form = {"step": "open", "input": json.dumps(NOTED)}
    answer = browser.post(f"{at}/{run}/retry", data=form)
    bench.go(after_s=600)

    assert answer.status_code == 303
    assert sent(bench) == {"title": "Mended", "password": PASSWORD}
    assert bench.view(run).state.value == "succeeded"


def test_an_input_that_was_not_changed_is_the_one_the_step_had(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)
    same = {"body": {"title": "Link down", "password": MASK}}

    browser.post(f"{at}/{run}/retry", data={"step": "open", "input": json.dumps(same)})
    wish = bench.view(run).wish
    bench.go(after_s=600)

    assert wish == {"retry": {}}
    assert sent(bench) == {"title": "Link down", "password": PASSWORD}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('{"body": ', "the input is not JSON: Expecting value at line 1", id="no JSON"),
        pytest.param("[1]", "the input of a step is an object", id="no object"),
        pytest.param(
            '{"extra": 1}', "extra is not a field here: remove it", id="a field the block has not"
        ),
        pytest.param('{"body": 1, "body": 2}', "names &#39;body&#39; twice", id="a name twice"),
    ],
)
def test_an_input_that_cannot_be_is_refused_beside_its_field_and_kept(
    bench: Bench, browser: FlaskClient, at: str, text: str, said: str
) -> None:
    run = failed_run(bench)

    answer = browser.post(f"{at}/{run}/retry", data={"step": "open", "input": text})

    assert answer.status_code == 422
    assert 'aria-describedby="field-input-error"' in answer.text
    assert said in answer.text
    assert text.strip().replace('"', "&#34;") in answer.text
    assert bench.view(run).state.value == "failed"


def test_a_run_that_goes_on_already_cannot_be_retried_again(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)
    browser.post(f"{at}/{run}/retry")

    plain = browser.post(f"{at}/{run}/retry", follow_redirects=True)
    changed = browser.post(f"{at}/{run}/retry", data={"step": "open", "input": json.dumps(NOTED)})

    assert "only a failed run can go on" in plain.text
    assert changed.status_code == 409
    assert "only a failed run can go on" in changed.text


def test_one_of_several_failed_steps_gets_an_empty_input(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    steps = {"a": call("A"), "b": call("B")}
    flow = bench.publish(steps, ["hand > a", "hand > b"])
    run = bench.start(flow, {"input": {"title": "x"}})
    bench.drain.advance_batch(now=bench.now)
    bench.http.answers = [UNREACHABLE, UNREACHABLE]
    bench.perform_one()
    bench.perform_one()
    bench.go()

    browser.post(f"{at}/{run}/retry", data={"step": "a", "input": "{}"})

    assert bench.view(run).wish == {"retry": {"a": {}}}


def test_a_program_retries_with_a_changed_input(bench: Bench, rest: FlaskClient) -> None:
    run = failed_run(bench)

    answer = rest.post(f"/api/v1/runs/{run}/retry", json={"step": "open", "input": NOTED})
    bench.go(after_s=600)

    assert (answer.status_code, answer.json["state"]) == (200, "queued")  # type: ignore[index]
    assert sent(bench) == {"title": "Mended", "password": PASSWORD}


def test_a_program_is_told_which_field_does_not_fit(bench: Bench, rest: FlaskClient) -> None:
    run = failed_run(bench)

    answer = rest.post(f"/api/v1/runs/{run}/retry", json={"input": {"extra": 1}})

    assert answer.status_code == 422
    assert answer.json["errors"] == [  # type: ignore[index]
        {"pointer": "/input/extra", "message": "extra is not a field here: remove it"}
    ]


def test_a_large_input_is_changed_as_a_whole(bench: Bench, browser: FlaskClient, at: str) -> None:
    steps = {
        "big": step("set-data", config={"values": {"text": "= trigger.input.text"}}),
        "open": call(input={"body": "= steps.big.output"}),
    }
    bench.http.answers = [BlockError("http.unreachable", "no", retryable=False)]
    flow = bench.publish(steps, ["hand > big", "big:done > open"])
    run: UUID = bench.run(flow, {"input": {"text": "x" * 20_000}})

    form = browser.get(f"{at}/{run}/retry?step=open").text
    changed = json.dumps({"body": {"text": "short"}})
    browser.post(f"{at}/{run}/retry", data={"step": "open", "input": changed})
    bench.go(after_s=600)

    assert "x" * 20_000 in form
    assert sent(bench) == {"text": "short"}
