"""Runs over REST: filters, pages, counts, steps, actions on one and on many."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from kernel.clock import format_instant
from tests.factories.flows import chain_document, make_flow, step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.runs.flows import LOG, failed_run, loop_flow, ticket_flow

RUNS = "/api/v1/runs"


def body(client: FlaskClient, path: str = "", **query: Any) -> Any:
    answer = client.get(RUNS + path, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def ids(client: FlaskClient, **query: Any) -> set[str]:
    return {one["id"] for one in body(client, **query)["items"]}


def waiting_run(bench: Bench, name: str = "Naps") -> UUID:
    flow = bench.publish({"nap": step("wait", config={"for_s": 9_999})}, ["hand > nap"], name=name)
    return bench.run(flow)


def test_each_filter_finds_its_runs(bench: Bench, rest: FlaskClient) -> None:
    failed = failed_run(bench)
    later = format_instant(bench.now)
    bench.go(after_s=10)
    waiting = waiting_run(bench)
    one, other = {str(failed)}, {str(waiting)}

    assert ids(rest) == one | other
    assert ids(rest, state="failed") == one
    assert ids(rest, error="any") == one
    assert ids(rest, error="http.unreachable") == one
    assert ids(rest, flow=bench.view(waiting).flow_id) == other
    assert ids(rest, kind="manual") == one | other
    assert ids(rest, kind="rule") == set()
    assert ids(rest, until=later) == set()
    assert ids(rest, since=later) == one | other
    assert ids(rest, since=later, until=format_instant(bench.now)) == one


def test_search_finds_what_a_run_is_about_who_started_it_and_its_id(
    bench: Bench, rest: FlaskClient
) -> None:
    flow = ticket_flow(bench)
    answer = rest.post(f"/api/v1/flows/{flow}/runs", json={"subject": "Link_ZRH 100% down"})
    run = answer.json["id"]  # type: ignore[index]
    by_ann = str(waiting_run(bench))

    assert ids(rest, q="link_zrh") == {run}
    assert ids(rest, q="100%") == {run}
    assert ids(rest, q="1000") == set()
    assert ids(rest, q="LinkXZRH") == set()
    assert ids(rest, q="ann") == {by_ann}
    assert ids(rest, q=run) == {run}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        pytest.param({"state": "asleep"}, "/state", id="no state"),
        pytest.param({"flow": "mine"}, "/flow", id="no workflow's id"),
        pytest.param({"since": "yesterday"}, "/since", id="no instant"),
        pytest.param({"zone": "Mars/Base"}, "/zone", id="no time zone"),
        pytest.param({"limit": "0"}, "/limit", id="no length of a page"),
        pytest.param({"cursor": "x"}, "/cursor", id="no cursor"),
    ],
)
def test_a_filter_that_is_none_is_named(
    rest: FlaskClient, query: dict[str, str], pointer: str
) -> None:
    answer = rest.get(RUNS, query_string=query)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]  # type: ignore[index]


def test_pages_give_every_run_once_however_many_start_meanwhile(
    bench: Bench, rest: FlaskClient
) -> None:
    flow = bench.publish({"note": LOG}, ["hand > note"])
    runs = [str(bench.start(flow)) for _ in range(7)]

    found: list[str] = []
    cursor = None
    while cursor is not None or not found:
        page = body(rest, limit=3, **({"cursor": cursor} if cursor else {}))
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        bench.now = bench.now.replace(year=bench.now.year + 1)
        bench.start(flow)

    assert sorted(found) == sorted(runs)


def test_counts_are_given_for_every_state(bench: Bench, rest: FlaskClient) -> None:
    failed_run(bench)
    waiting_run(bench)
    waiting_run(bench, "Other naps")

    counts = body(rest, "/counts")

    assert {state: one["count"] for state, one in counts.items() if one["count"]} == {
        "failed": 1,
        "waiting": 2,
    }
    assert counts["queued"] == {"count": 0, "is_least": False}
    assert body(rest, "/counts", error="any")["waiting"]["count"] == 0


def test_a_count_looks_further_back_for_what_few_runs_fit(
    bench: Bench, rest: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.runs.listing.COUNT_MAX", 2)
    monkeypatch.setattr("runtime.runs.listing.WINDOW", 5)
    flow = bench.publish({"note": LOG}, ["hand > note"])
    rest.post(f"/api/v1/flows/{flow}/runs", json={"subject": "zrh"})
    bench.go(after_s=600)
    for _ in range(3):
        bench.run(flow)

    def count(**query: str) -> tuple[int, bool]:
        found = body(rest, "/counts", **query)["succeeded"]
        return found["count"], found["is_least"]

    assert count(q="zrh") == count(q="zrh", trials="true") == (1, False)
    assert count() == count(trials="true") == (2, True)


def test_many_are_acted_on_by_their_ids_and_each_says_how_it_went(
    bench: Bench, rest: FlaskClient
) -> None:
    waiting, failed, missing = waiting_run(bench), failed_run(bench), uuid4()

    chosen = [str(waiting), str(failed), str(missing)]
    answer = rest.post(f"{RUNS}/bulk", json={"action": "cancel", "ids": chosen})

    found: Any = answer.json
    assert (found["done"], found["failed"]) == (1, 2)
    assert [one["done"] for one in found["items"]] == [True, False, False]
    assert found["items"][1]["detail"] == "this run has failed already"
    assert bench.view(waiting).is_cancelling


def test_many_are_acted_on_by_a_filter(bench: Bench, rest: FlaskClient) -> None:
    failed_run(bench)
    waiting_run(bench)

    answer = rest.post(f"{RUNS}/bulk", json={"action": "rerun", "filter": {"kind": "manual"}})

    found: Any = answer.json
    assert (found["done"], found["failed"]) == (1, 0)
    assert body(rest, f"/{found['items'][0]['run_id']}")["state"] == "queued"


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"action": "forget", "ids": [str(uuid4())]}, id="no such action"),
        pytest.param({"action": "cancel"}, id="neither ids nor a filter"),
        pytest.param({"action": "cancel", "ids": ["x"]}, id="no id"),
        pytest.param({"action": "cancel", "filter": {"colour": "red"}}, id="no such filter"),
        pytest.param({"action": "cancel", "filter": {"state": "x"}}, id="no such state"),
    ],
)
def test_an_action_on_many_that_is_none_is_refused(
    bench: Bench, rest: FlaskClient, wanted: dict[str, Any]
) -> None:
    waiting = waiting_run(bench)

    assert rest.post(f"{RUNS}/bulk", json=wanted).status_code == 422
    assert not bench.view(waiting).is_cancelling


def test_a_run_comes_with_its_first_steps_and_where_the_others_are(
    bench: Bench, rest: FlaskClient
) -> None:
    with bench.writing() as session:
        flow = make_flow(session, bench.tenant_id, chain_document(120)).id
    run = bench.run(flow)

    found = body(rest, f"/{run}")
    more = body(rest, f"/{run}/steps", cursor=found["next_steps_cursor"])

    names = [one["step"] for one in found["steps"] + more["items"]]
    assert names == [f"s{number}" for number in range(1, 121)]
    assert (len(found["steps"]), more["next_cursor"]) == (100, None)
    assert found["steps"][1]["output"] == {"n": 2}


def test_a_run_is_run_again_from_a_step(bench: Bench, rest: FlaskClient) -> None:
    run = failed_run(bench)

    again: Any = rest.post(f"{RUNS}/{run}/rerun", json={"from_step": "open"})
    refused = rest.post(f"{RUNS}/{run}/rerun", json={"from_step": "nowhere"})

    assert (again.status_code, again.json["rerun_of"]) == (202, str(run))
    assert again.headers["Location"].endswith(again.json["id"])
    assert refused.status_code == 409


def test_another_tenants_run_is_404_whatever_is_asked(
    bench: Bench, stranger: FlaskClient, rest: FlaskClient
) -> None:
    run = bench.run(loop_flow(bench), {"input": {"ports": [1]}})

    asked = [stranger.get(f"{RUNS}/{run}{path}").status_code for path in ("", "/steps")]
    done = [
        stranger.post(f"{RUNS}/{run}/{verb}").status_code for verb in ("cancel", "retry", "rerun")
    ]
    bulk: Any = stranger.post(f"{RUNS}/bulk", json={"action": "rerun", "ids": [str(run)]}).json

    assert asked + done == [404] * 5
    assert (bulk["done"], bulk["failed"]) == (0, 1)
    assert ids(stranger) == set()
    assert ids(stranger, q=str(run)) == set()
    assert ids(rest) == {str(run)}
