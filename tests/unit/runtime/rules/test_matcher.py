"""The matcher gives the same verdicts whatever becomes of its child process."""

from __future__ import annotations

import os
import signal
import threading
import time

from kernel.ids import new_id
from runtime.rules.conditions import build
from runtime.rules.judging.ruleset import RuleSet, compile_set, judged_rule
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.plan import Program, compile_rules
from runtime.rules.reference import row_of
from tests.factories.rules import make_leaf, make_rule_document

FACTS = [{"text": "los"}, {"text": "fan"}, {}]


def program_for(text: str = "los") -> Program:
    return compile_rules({"rule": build(make_leaf("text", "is", text))})


def verdicts(matcher: Matcher, name: str = "one", text: str = "los") -> list[bool]:
    program = program_for(text)
    rows = [row_of(facts, program.reads) for facts in FACTS]
    return ["rule" in found for found in matcher.match(name, program, rows)]


def send_signal(matcher: Matcher, number: signal.Signals) -> None:
    assert matcher.pid is not None
    os.kill(matcher.pid, number)


def test_a_child_killed_between_calls_is_started_again() -> None:
    with Matcher() as matcher:
        before = verdicts(matcher)
        send_signal(matcher, signal.SIGKILL)

        after = verdicts(matcher)

        assert before == after == [True, False, False]
        assert matcher.starts == 2


def test_a_child_killed_during_a_call_is_started_again() -> None:
    with Matcher(deadline_s=30.0) as matcher:
        verdicts(matcher)
        send_signal(matcher, signal.SIGSTOP)  # so that the call is surely under way
        killer = threading.Timer(0.2, send_signal, (matcher, signal.SIGKILL))
        killer.start()

        found = verdicts(matcher)
        killer.join()

        assert found == [True, False, False]
        assert matcher.starts == 2


def test_a_child_that_hangs_is_ended_by_the_deadline() -> None:
    with Matcher(deadline_s=0.3) as matcher:
        verdicts(matcher)
        send_signal(matcher, signal.SIGSTOP)
        began = time.monotonic()

        found = verdicts(matcher)

        assert found == [True, False, False]
        assert matcher.starts == 2
        assert time.monotonic() - began < 8.0


def test_a_program_dropped_as_least_recently_used_is_loaded_again() -> None:
    with Matcher(sets_max=1) as matcher:
        for _ in range(2):
            assert verdicts(matcher, "one", "los") == [True, False, False]
            assert verdicts(matcher, "two", "fan") == [False, True, False]

        assert matcher.starts == 1


def test_the_child_is_replaced_after_so_many_loads() -> None:
    with Matcher(loads_max=2) as matcher:
        for name in ("one", "two", "three"):
            assert verdicts(matcher, name) == [True, False, False]

        assert matcher.starts == 2


def test_sets_are_kept_compiled_up_to_so_many_rules_the_least_recent_one_goes_first() -> None:
    made: list[str] = []

    def make(name: str) -> RuleSet:
        made.append(name)
        rules = [judged_rule(new_id(), new_id(), Mode.LIVE, make_rule_document()) for _ in range(9)]
        return compile_set(name, rules)

    with Matcher(kept_max=20) as matcher:
        for key in ("a", "b", "a", "c", "a", "b"):
            matcher.keep(key, lambda key=key: make(key))  # type: ignore[misc]

    assert made == ["a", "b", "c", "b"]


def test_closing_ends_the_child() -> None:
    matcher = Matcher()
    verdicts(matcher)

    matcher.close()

    assert matcher.pid is None
