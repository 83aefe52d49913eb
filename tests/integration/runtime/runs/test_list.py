"""The list of runs: filters, counts, what is newer, and actions on many."""

from __future__ import annotations

import html
import re
from uuid import UUID

from flask.testing import FlaskClient

from runtime.runs.start import Start, start_trial
from tests.factories.flows import step
from tests.integration.conftest import SignedIn
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import LOG, failed_run, ticket_flow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def listed(page: str) -> list[UUID]:
    return [UUID(one) for one in re.findall(r'<tr id="run-([^"]+)"', page)]


def waiting_runs(bench: Bench, count: int) -> list[UUID]:
    flow = bench.publish(
        {"nap": step("wait", config={"for_s": 9_999})}, ["hand > nap"], name="Naps"
    )
    return [bench.run(flow) for _ in range(count)]


def test_an_empty_list_says_what_makes_runs(browser: FlaskClient, at: str) -> None:
    assert "Nothing ran yet" in browser.get(at).text
    filtered = browser.get(f"{at}?q=nothing").text
    assert "No run fits" in filtered
    assert "Lift the filters" in filtered


def test_runs_are_listed_newest_first_with_why_they_failed(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    failed = failed_run(bench)
    bench.go(after_s=1)
    waiting = waiting_runs(bench, 1)[0]

    page = browser.get(at).text

    assert listed(page) == [waiting, failed]
    assert "tickets.test is not there" in page


def test_filters_narrow_the_list_and_the_counts_by_state(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    failed, (waiting,) = failed_run(bench), waiting_runs(bench, 1)

    by_state = browser.get(f"{at}?state=waiting").text
    by_error = browser.get(f"{at}?error=http.unreachable").text
    by_flow = browser.get(f"{at}?flow={bench.view(waiting).flow_id}").text

    assert listed(by_state) == [waiting]
    assert listed(by_error) == [failed]
    assert listed(by_flow) == [waiting]
    tabs = re.findall(r'">(\w+)<span class="tabs__count">([^<]*)</span>', by_flow)
    assert dict(tabs)["Waiting"] == "1"
    assert dict(tabs)["Failed"] == "0"


def test_a_filter_that_is_none_is_refused(browser: FlaskClient, at: str) -> None:
    assert browser.get(f"{at}?state=asleep").status_code == 422
    assert browser.get(f"{at}?cursor=nonsense").status_code == 422


def test_a_live_refresh_only_says_that_there_are_newer_runs(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    first = failed_run(bench)
    held = re.findall(r'data-held="([^"]+)"', browser.get(at).text)[0]
    bench.go(after_s=1)
    waiting_runs(bench, 2)

    rows = browser.get(html.unescape(held), headers=PART).text

    assert listed(rows) == [first]
    assert "2 newer runs: show" in rows


def test_the_ticked_runs_are_cancelled_and_the_others_left(
    bench: Bench, browser: FlaskClient, at: str
) -> None:
    failed, waiting = failed_run(bench), waiting_runs(bench, 3)

    form = {"verb": "cancel", "run": [str(waiting[0]), str(waiting[1]), str(failed)]}
    page = browser.post(at, data=form, follow_redirects=True).text
    bench.go(after_s=600)

    assert "2 of 3 runs cancelled. 1 was not: this run has failed already." in page
    assert [bench.view(one).state.value for one in waiting] == ["cancelled", "cancelled", "waiting"]


def test_all_that_fit_the_filter_are_retried(bench: Bench, browser: FlaskClient, at: str) -> None:
    runs = [failed_run(bench), failed_run(bench, name="Other")]
    wanted = bench.view(runs[0]).flow_id

    page = browser.post(
        f"{at}?flow={wanted}", data={"verb": "retry", "all": "1"}, follow_redirects=True
    )
    bench.go(after_s=600)

    assert "1 run retried." in page.text
    assert [bench.view(one).state.value for one in runs] == ["succeeded", "failed"]


def test_ended_runs_are_run_again(bench: Bench, browser: FlaskClient, at: str) -> None:
    flow = bench.publish({"note": LOG}, ["hand > note"])
    runs = [bench.run(flow), bench.run(flow)]

    page = browser.post(
        at, data={"verb": "rerun", "run": [str(one) for one in runs]}, follow_redirects=True
    )

    assert "2 runs started again." in page.text
    assert len(bench.runs_of(flow)) == 4


def test_an_action_that_is_none_is_404(bench: Bench, browser: FlaskClient, at: str) -> None:
    run = failed_run(bench)

    assert browser.post(at, data={"verb": "forget", "run": str(run)}).status_code == 404
    assert browser.post(at, data={"verb": "cancel", "run": "x"}).status_code == 404


def test_a_viewer_has_nothing_to_tick(bench: Bench, signed_in: SignedIn, at: str) -> None:
    run, viewer = failed_run(bench), signed_in("viewer")

    page = viewer.get(at).text

    assert listed(page) == [run]
    assert "row-check" not in page
    assert viewer.post(at, data={"verb": "retry", "run": str(run)}).status_code == 403


def test_trials_are_hidden_until_asked_for(bench: Bench, browser: FlaskClient, at: str) -> None:
    flow = ticket_flow(bench)
    with bench.writing() as session:
        start = Start(trigger={"kind": "manual", "input": {}}, started_by="Ann")
        trial = start_trial(
            session, bench.tenant_id, flow, start, allow_effects=False, now=bench.now
        )

    assert listed(browser.get(at).text) == []
    assert listed(browser.get(f"{at}?trials=true").text) == [trial]
