"""The page of a run, as a browser without JavaScript and as htmx meet it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from blocks.sdk import BlockError
from runtime.runs.control import cancel_run
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import (
    LOG,
    UNREACHABLE,
    call,
    failed_run,
    loop_flow,
    ticket_flow,
)
from tests.integration.runtime.runs.pages import island, lanes, refresh_of, words

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_a_failed_run_says_where_it_stopped_and_what_to_do(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)

    page = browser.get(f"{at}/{run}").text

    text = words(page)
    assert "It stopped at Open the ticket tickets.test is not there" in text
    assert "What to do: The other side could not be reached. No connection came about" in text
    assert f'href="{at}/{run}?step=open#panel"' in page
    assert "Retry with changed input" in text


def test_the_drawing_is_told_how_far_each_step_is(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)

    page = browser.get(f"{at}/{run}").text

    progress = island(page, "run-progress")["progress"]
    states = {name: one["status"] for name, one in progress["steps"].items()}
    assert states == {"facts": "done", "open": "failed", "log": "dead"}
    assert progress["trigger"] == "hand"
    assert set(island(page, "drawing")["flow"]["steps"]) == {"facts", "open", "log"}


def test_a_step_that_is_off_is_recorded_as_passed_over_and_shown_so(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    steps = {"open": call(disabled=True), "log": LOG}
    flow = bench.publish(steps, ["hand > open", "open > log"], name="Off")

    page = browser.get(f"{at}/{bench.run(flow, {'input': {'title': 'x'}})}?step=open").text

    progress = island(page, "run-progress")["progress"]
    states = {name: one["status"] for name, one in progress["steps"].items()}
    assert states == {"open": "passed_over", "log": "done"}
    assert island(page, "drawing")["flow"]["steps"]["open"]["disabled"]
    assert "Passed over" in words(page)
    assert bench.http.calls == []


def test_the_part_alone_comes_without_the_drawing_and_only_when_it_changed(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = bench.start(ticket_flow(bench), {"input": {"title": "x"}})
    first = browser.get(f"{at}/{run}", headers=PART).text
    seen = refresh_of(first)

    same = browser.get(seen, headers=PART)
    bench.go()
    later = browser.get(seen, headers=PART)

    assert 'id="drawing"' not in first
    assert "No step was begun yet" in first
    assert (same.status_code, same.text) == (204, "")
    assert later.status_code == 200
    assert "seen=" not in later.text


def test_only_a_run_at_work_is_asked_how_it_goes_on(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = bench.start(ticket_flow(bench), {"input": {"title": "x"}})
    queued = browser.get(f"{at}/{run}").text
    bench.drain.advance_batch(now=bench.now)
    running = browser.get(f"{at}/{run}").text
    bench.go()

    assert bench.view(run).state.value == "succeeded"
    pulses = ["run-pulse" in page for page in (queued, running, browser.get(f"{at}/{run}").text)]
    assert pulses == [False, True, False]


def test_a_called_run_that_moves_on_is_a_change_too(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    inner = bench.publish(
        {"nap": step("wait", config={"for_s": 9_999})}, ["hand > nap"], name="Inner"
    )
    outer = {"call": step("call-workflow", title="Call it", config={"flow": "inner"})}
    run = bench.run(bench.publish(outer, ["hand > call"], name="Outer"))
    called = bench.runs_of(inner)[0].id
    seen = refresh_of(browser.get(f"{at}/{run}?step=call").text)
    still = browser.get(seen, headers=PART).status_code

    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, called, by="Ann", now=bench.now)

    page = browser.get(seen, headers=PART)
    assert (still, page.status_code) == (204, 200)
    assert f'href="{at}/{called}"' in page.text
    assert "Cancelling" in words(page.text)


def test_a_called_run_leads_to_its_caller_and_a_repeated_one_to_what_it_repeats(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    inner = bench.publish({"note": LOG}, ["hand > note"], name="Inner")
    outer = {"call": step("call-workflow", title="Call it", config={"flow": "inner"})}
    run = bench.run(bench.publish(outer, ["hand > call"], name="Outer"))
    called = bench.runs_of(inner)[0].id
    again = browser.post(f"{at}/{run}/rerun").headers["Location"]

    below, repeated = browser.get(f"{at}/{called}").text, browser.get(again).text

    assert "Called by Succeeded Outer" in words(below)
    assert f'href="{at}/{run}"' in below
    assert "Repeats Succeeded Outer" in words(repeated)


def test_every_try_of_a_step_has_its_tab_and_its_own_error(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    slow = BlockError("http.timeout", "no answer", retryable=True)
    bench.http.answers = [slow, UNREACHABLE]
    flow = ticket_flow(bench, retry={"max": 1, "base_s": 1, "jitter": 0})
    run = bench.run(flow, {"input": {"title": "x"}})
    bench.go(after_s=2)

    last = words(browser.get(f"{at}/{run}?step=open").text)
    first = words(browser.get(f"{at}/{run}?step=open&attempt=1").text)

    assert "Try 1 Try 2 http.unreachable tickets.test is not there" in last
    assert "Try 1 Try 2 http.timeout no answer" in first
    assert "Open the ticket 2 tries" in last
    assert "Retry with changed input" not in first


def test_a_loop_is_one_lane_and_its_rounds_are_drilled_into(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    bench.http.answers = [UNREACHABLE]
    run = bench.run(loop_flow(bench), {"input": {"ports": list(range(120))}})

    whole = browser.get(f"{at}/{run}").text
    rounds = browser.get(f"{at}/{run}?in=ports").text
    rest = browser.get(f"{at}/{run}?in=ports&first=100").text
    failed = browser.get(f"{at}/{run}?in=ports&only=failed").text

    assert lanes(whole) == ["Every port"]
    assert "120 rounds: " in words(whole)
    assert lanes(rounds) == [f"Round {n}" for n in range(1, 101)]
    assert "100 of 120 Next page" in words(rounds)
    assert lanes(rest) == [f"Round {n}" for n in range(101, 121)]
    assert len(lanes(failed)) == 1
    number = int(lanes(failed)[0].removeprefix("Round ")) - 1
    inside = browser.get(f"{at}/{run}?in=ports%5B{number}%5D&step=ports%5B{number}%5D.ask").text
    assert lanes(inside) == ["Look", "Ask the element"]
    assert f"Whole run Every port Round {number + 1}" in words(inside)
    assert f"Ask the element, round {number + 1} of Every port" in words(inside)


def test_a_scope_without_a_lane_leads_back(bench: Bench, browser: FlaskClient, at: str) -> None:
    run = failed_run(bench)

    page = words(browser.get(f"{at}/{run}?only=waiting").text)

    assert "Nothing to see here" in page
    assert "See the whole run" in page


@pytest.mark.parametrize(
    ("config", "said"),
    [
        pytest.param(
            {"event": "message", "correlation": "order-7", "timeout_s": 60},
            "with the correlation value order-7 , sent to",
            id="a message",
        ),
        pytest.param(
            {"event": "alarm", "match": {"field": "source", "op": "is", "value": "r1"}},
            "It waits for an alarm that fits:",
            id="an alarm",
        ),
    ],
)
def test_a_waiting_step_says_what_it_waits_for(
    bench: Bench, browser: FlaskClient, at: str, config: dict[str, Any], said: str
) -> None:
    steps = {"wait": step("wait-for-event", title="Hold on", config=config)}
    run = bench.run(bench.publish(steps, ["hand > wait"]))

    assert said in words(browser.get(f"{at}/{run}?step=wait").text)


def test_the_log_of_a_step_can_be_narrowed_to_what_went_wrong(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    steps = {
        "fine": step("write-log", title="Fine", config={"message": "all is well"}),
        "bad": step("write-log", title="Bad", config={"message": "it leaks", "level": "warning"}),
    }
    run = bench.run(bench.publish(steps, ["hand > fine", "fine:done > bad"]))

    def text(query: str) -> str:
        return words(browser.get(f"{at}/{run}?{query}").text)

    assert "info all is well" in text("step=fine")
    assert "No warning and no error." in text("step=fine&level=warning")
    assert "warning it leaks" in text("step=bad&level=warning")


def test_what_started_it_is_shown_where_no_step_is_picked(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench, title="Fibre cut")

    page = words(browser.get(f"{at}/{run}?show=start").text)

    assert "What started it Kind By hand By Ann" in page
    assert '"title": "Fibre cut"' in page


def test_what_people_and_systems_wrote_is_shown_as_text(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    bad = "</script><img src=x onerror=alert(1)>"
    bench.http.answers = [BlockError("http.unreachable", bad, retryable=False)]
    steps = {"open": call(bad)}
    run = bench.run(
        bench.publish(steps, ["hand > open"], name=bad[:100]), {"input": {"title": bad}}
    )

    pages = [
        browser.get(f"{at}{path}").text
        for path in ("", f"/{run}", f"/{run}?show=start", f"/{run}/retry?step=open")
    ]

    assert all("&lt;img src=x" in page for page in pages)
    assert not any("<img src=x" in page for page in pages)


def test_a_run_that_is_not_there_is_404(
    bench: Bench, stranger: FlaskClient, browser: FlaskClient, at: str
) -> None:
    run = failed_run(bench)

    assert browser.get(f"{at}/{uuid4()}").status_code == 404
    assert browser.get(f"{at}/{run}/value?step=nothing&part=input").status_code == 404
    assert browser.get(f"{at}/{run}/retry?step=nothing").status_code == 404
    assert stranger.get(f"/api/v1/runs/{run}").status_code == 404
