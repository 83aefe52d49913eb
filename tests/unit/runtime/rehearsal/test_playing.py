"""A workflow played in memory: what it does for real, and the liberties it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.brokers.mail import MailBroker
from blocks.registry import standard_registry
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from runtime.rehearsal.playing import Rehearsal
from runtime.rehearsal.services import FileServices
from runtime.rehearsal.trace import Rehearsed
from runtime.runs.outside import Brokers
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import NOON


class FlakyHttp:
    """Fails so often, then answers; counts the calls."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.calls = failures, 0

    def send(self, _request: HttpRequest, /) -> HttpResponse:
        """Fail or answer."""
        self.calls += 1
        if self.calls <= self.failures:
            raise BlockError("http.busy", "busy", retryable=True)
        return HttpResponse(status=200, body=b"{}")


def play(
    steps: Mapping[str, Any],
    wires: list[str],
    *,
    http: FlakyHttp | None = None,
    trigger: Mapping[str, Any] | None = None,
    parts: Mapping[str, Any] | None = None,
    **how: Any,
) -> Rehearsed:
    document = {**flow_document(steps, wires), **(parts or {})}
    services = FileServices(
        brokers=Brokers(http=http or FlakyHttp(), mail=MailBroker()),
        tables={"sites": {"ZRH": {"tier": "gold"}}},
        alarm={"id": "a1"},
    )
    rehearsal = Rehearsal(registry=standard_registry(), services=services, **how)
    return rehearsal.play(document, trigger or {"kind": "manual", "input": {}}, "hand", NOON)


def ways(done: Rehearsed) -> list[tuple[str, str, str]]:
    return [(line.step, line.how, line.port) for line in done.trace]


def notes(done: Rehearsed) -> str:
    return "\n".join(note for line in done.trace for note in line.notes)


def test_a_file_has_no_connection_to_sign_in_at_a_device_with() -> None:
    look = step("ask-device", config={"host": "192.0.2.1", "commands": ["show version"]})

    done = play({"look": look}, ["hand > look"])

    assert done.state == "failed"
    assert "names no connection" in notes(done) + str(done)


CALL = step("http-request", config={"url": "https://api.test/x"})


def test_steps_are_performed_with_what_the_steps_before_gave() -> None:
    steps = {
        "site": step("look-up-table", config={"table": "sites"}, input={"key": "ZRH"}),
        "gold": step("branch", config={"when": "steps.site.output.tier == 'gold'"}),
        "end": step("end", config={"output": {"tier": "= steps.site.output.tier"}}),
    }

    done = play(steps, ["hand > site", "site:found > gold", "gold:yes > end"])

    assert done.state == "succeeded"
    assert done.output == {"tier": "gold"}
    assert ways(done) == [("site", "done", "found"), ("gold", "done", "yes"), ("end", "ends", "")]


def test_a_step_that_is_off_is_said_to_be_and_not_performed() -> None:
    steps = {"fail": step("fail", config={"message": "no"}, disabled=True), "end": step("end")}

    done = play(steps, ["hand > fail", "fail > end"])

    assert ways(done) == [("fail", "off", "done"), ("end", "ends", "")]


def test_a_failure_names_the_step_and_ends_the_run() -> None:
    done = play({"fail": step("fail", config={"message": "no"})}, ["hand > fail"])

    assert (done.state, (done.error or {})["step"]) == ("failed", "fail")


def test_what_reaches_out_is_mocked_when_asked_and_called_when_not() -> None:
    http = FlakyHttp()

    mocked = play({"call": CALL}, ["hand > call"], http=http, mock=True)
    calls = http.calls
    real = play({"call": CALL}, ["hand > call"], http=http)

    assert (calls, http.calls) == (0, 1)
    assert "mocked by its first example" in notes(mocked)
    assert (mocked.state, real.state) == ("succeeded", "succeeded")


def test_a_device_is_mocked_when_asked_and_else_lacks_a_connection() -> None:
    ask = step("snmp-get", config={"host": "r1.example.net", "objects": ["sysName.0"]})

    mocked = play({"ask": ask}, ["hand > ask"], mock=True)
    asked = play({"ask": ask}, ["hand > ask"])

    assert ways(mocked) == [("ask", "done", "done")]
    assert (asked.error or {})["code"] == "connections.missing"


def test_retries_are_made_and_their_pauses_skipped() -> None:
    call = {**CALL, "retry": {"max": 3, "backoff": "fixed", "base_s": 60, "jitter": 0}}

    done = play({"call": call}, ["hand > call"], http=FlakyHttp(failures=2))

    assert [line.how for line in done.trace] == ["failed", "failed", "done"]
    assert done.skipped_s == 120


def test_waits_are_skipped_and_said_or_waited_for_when_asked() -> None:
    slept: list[float] = []
    steps, wires = {"nap": step("wait", config={"for_s": 300})}, ["hand > nap"]

    skipped = play(steps, wires)
    play(steps, wires, sleep=slept.append)

    assert skipped.skipped_s == 300
    assert "until 2026-11-24T12:05:00" in notes(skipped)
    assert slept == [300]


def test_people_approve_events_happen_and_called_workflows_give_nothing() -> None:
    steps = {
        "ask": step("approval", config={"title": "Go?"}),
        "clear": step("wait-for-event", config={"alarm": "a1"}),
        "other": step("call-workflow", config={"flow": "other"}),
    }

    done = play(steps, ["hand > ask", "ask:approved > clear", "clear:happened > other"])

    assert done.state == "succeeded"
    said = notes(done)
    assert "approved at once" in said
    assert "alarm-cleared: taken as happened" in said
    assert "other was not called" in said


def test_loops_run_their_rounds_and_give_their_results() -> None:
    body = {"steps": {"say": step("set-data", config={"values": {"it": "= item"}})}, "wires": []}
    config = {"items": ["a", "b"], "collect": "= steps.say.output.it"}
    steps = {
        "each": step("for-each", config=config, body=body),
        "end": step("end", config={"output": {"all": "= steps.each.output.results"}}),
    }

    done = play(steps, ["hand > each", "each > end"])

    assert done.output == {"all": ["a", "b"]}
    assert [line.step for line in done.trace] == ["each", "each[0].say", "each[1].say", "end"]


def test_variables_are_kept_and_given() -> None:
    steps = {"set": step("set-variables", config={"values": {"n": "= vars.n + 1"}})}

    assert play(steps, ["hand > set"], parts={"vars": {"n": 1}}).variables == {"n": 2}


def test_changes_inside_garland_are_told_and_not_made() -> None:
    steps = {"ack": step("acknowledge-alarm", input={"alarm_id": "a1"})}

    assert "would change: alarm.acknowledge" in notes(play(steps, ["hand > ack"]))


def test_completed_steps_are_undone_when_the_run_fails() -> None:
    steps = {
        "call": {**CALL, "undo": step("write-log", config={"message": "undone"})},
        "fail": step("fail", config={"message": "no"}),
    }

    done = play(steps, ["hand > call", "call > fail"])

    assert [line.step for line in done.trace] == ["call", "fail", "call~undo"]
    assert (done.error or {})["undone"] == ["call"]


def test_a_table_that_was_not_given_is_named_with_the_remedy() -> None:
    look = step("look-up-table", config={"table": "sitez"}, input={"key": "ZRH"})

    error = play({"look": look}, ["hand > look"]).error or {}

    assert "There is no table sitez: give it with --tables." in error["message"]


def test_a_rehearsal_that_does_not_end_is_stopped() -> None:
    body = {"steps": {"say": step("set-data", config={"values": {"n": 1}})}, "wires": []}
    config = {"until": "false", "rounds_max": 1_000}
    steps = {"again": step("repeat", config=config, body=body)}

    done = play(steps, ["hand > again"], attempts_max=20)

    assert done.state == "stopped"
    assert "made 20 attempts" in (done.error or {})["message"]


def test_a_step_comes_to_what_it_is_told_instead_of_being_performed() -> None:
    ask = step("approval", config={"title": "Go on?"})
    steps = {"ask": ask, "call": CALL, "over": step("end")}
    wires = ["hand > ask", "ask:approved > call", "ask:rejected > over", "call:error > over"]

    refused = play(steps, wires, answers={"ask": "rejected"})
    failed = play(steps, wires, answers={"call": "error"})
    said = play(steps, wires, answers={"call": {"port": "done", "output": {"status": 204}}})

    assert ways(refused) == [("ask", "done", "rejected"), ("over", "ends", "")]
    assert ways(failed)[1:] == [("call", "failed", ""), ("over", "ends", "")]
    assert said.trace[1].output == {"status": 204}
    assert "answered for" in notes(said)
