"""Expressions give plain JSON, or say in plain words what is wrong."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.expressions import _apart as apart_module
from runtime.expressions._apart import Apart, TooMuchError
from runtime.expressions.evaluating import (
    ExpressionError,
    check_expression,
    evaluate,
    evaluate_apart,
    evaluate_condition,
    evaluate_here,
    evaluate_template,
    expressions_in,
    steps_read_by,
)
from tests.unit.runtime.flows.strategies import json_values

ALARM = {"severity": "major", "count": 3, "load": 1.5, "at": "2026-11-24T12:00:00Z", "tags": ["a"]}
VARIABLES: dict[str, Any] = {
    "trigger": {"kind": "rule", "alarm": ALARM},
    "steps": {"site": {"port": "done", "output": {"tier": "gold", "n": [1, 2, 3]}}},
    "run": {"id": "r1"},
}


@given(value=json_values)
def test_any_json_value_comes_through_a_bare_path_as_it_went_in(value: Any) -> None:
    assert evaluate_template("= item", {"item": value}) == value
    assert evaluate_template({"a": ["= trigger.x"]}, {"trigger": {"x": value}}) == {"a": [value]}


@given(value=json_values)
def test_any_json_value_comes_through_the_library_as_it_went_in(value: Any) -> None:
    found = evaluate("[item][0]", {"item": value})

    assert found == value
    assert type(found) is type(value)


@given(value=json_values)
def test_a_template_without_expressions_stays_as_it_is(value: Any) -> None:
    if not list(expressions_in(value)):
        assert evaluate_template(value, {}) == value


@given(text=st.text(max_size=40))
def test_any_text_is_an_expression_or_has_a_problem_that_is_said(text: str) -> None:
    problem = check_expression(text)

    assert problem is None or problem.message


@given(text=st.text(st.sampled_from("trigesp.?[]'ab\"\\ ()+,stm`/"), max_size=30))
def test_words_that_look_like_expressions_never_break_the_reader(text: str) -> None:
    steps_read_by(text)
    if check_expression(text) is None:
        with contextlib.suppress(ExpressionError):
            evaluate(text, VARIABLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("trigger.alarm.count + 1", 4, id="whole numbers stay whole"),
        pytest.param("trigger.alarm.load * 2.0", 3.0, id="numbers"),
        pytest.param("trigger['alarm']['severity']", "major", id="quoted fields"),
        pytest.param("trigger.alarm.?room.orValue('?')", "?", id="absent with a default"),
        pytest.param("has(trigger.alarm.room)", False, id="has"),
        pytest.param("steps.site.output.n.sum()", 6, id="sum"),
        pytest.param("steps.site.output.n.map(x, x * 2)", [2, 4, 6], id="map"),
        pytest.param("steps.site.output.n.filter(x, x > 1).size()", 2, id="filter"),
        pytest.param("[1, 2].map(steps, steps + 1)", [2, 3], id="a variable's name taken locally"),
        pytest.param(".trigger.alarm.count", 3, id="leading dot"),
        pytest.param(
            "timestamp(trigger.alarm.at) + duration('90s')",
            "2026-11-24T12:01:30.000Z",
            id="instants become text",
        ),
        pytest.param("duration('90s')", 90.0, id="durations become seconds"),
        pytest.param("{'a': trigger.alarm.tags}", {"a": ["a"]}, id="objects"),
        pytest.param("size(steps)", 1, id="a whole variable"),
        pytest.param("'site' in steps", True, id="a key of a whole variable"),
        pytest.param("steps[trigger.alarm.tags[0] == 'a' ? 'site' : 'x'].port", "done", id="index"),
        pytest.param("cel.bind(t, trigger.alarm, t.count + 1)", 4, id="bind"),
        pytest.param("trigger.alarm.`severity`", "major", id="back-quoted field"),
        pytest.param("r'\\d' + \"steps.x\" // steps.y", "\\dsteps.x", id="texts and comments"),
    ],
)
def test_gives_plain_json(text: str, expected: Any) -> None:
    assert evaluate(text, VARIABLES) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("trigger.alarm.room", "orValue", id="a missing field"),
        pytest.param("steps.nope.output", "no 'nope' here", id="a missing step"),
        pytest.param("trigger.alarm.severity + 1", "text and a whole number", id="kinds"),
        pytest.param("trigger.alarm.severity.x", "no fields", id="a field of a text"),
        pytest.param("trigger.alarm.tags[4]", "none at 4", id="beyond the list"),
        pytest.param("trigger.alarm.?room", "orValue", id="an optional"),
        pytest.param("[trigger.alarm.?room]", "orValue", id="an optional inside"),
        pytest.param("1 / 0", "division by zero", id="division"),
        pytest.param("1.0 / 0.0", "not finite", id="infinity"),
        pytest.param("int(trigger.alarm.severity)", "cannot be read as int", id="conversion"),
        pytest.param("b'abc'", "not a JSON value", id="bytes"),
        pytest.param("['a'].sum()", "", id="a sum of texts"),
    ],
)
def test_says_what_went_wrong_and_what_to_do(text: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, VARIABLES)

    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("trigger.a ==", "line 1, column 13: the expression ends too early", id="end"),
        pytest.param("trigger.a == major", "put text in quotes ('major')", id="no quotes"),
        pytest.param("trigger.a = 'x'", "write ==", id="one equals sign"),
        pytest.param("trigger.a and true", "write && for and", id="and"),
        pytest.param("'x' == 1", "text and a whole number", id="kinds"),
        pytest.param("'x", "closing quote", id="quote"),
        pytest.param("\n\n  nope(1)", "line 3", id="line"),
        pytest.param("  ", "empty", id="empty"),
        pytest.param("1 + " * 700 + "1", "longer than 2048", id="too long"),
        pytest.param("[1]" + ".map(x, x)" * 5, "more than 4", id="too many macros"),
    ],
)
def test_an_editor_is_told_where_and_how_to_mend_it(text: str, words: str) -> None:
    problem = check_expression(text)

    assert problem is not None
    assert words in problem.message


@pytest.mark.parametrize("text", ["'nul' + item.t", "[item]"])
def test_refuses_a_text_that_the_library_would_cut_short(text: str) -> None:
    with pytest.raises(ExpressionError, match="NUL"):
        evaluate(text, {"item": {"t": "a\0b"}})


def test_a_number_beyond_64_bits_does_not_spoil_its_neighbours() -> None:
    variables = {"trigger": {"big": 2**80, "n": 1}}

    assert evaluate("trigger.n + 1", variables) == 2
    assert evaluate("trigger.big", variables) == 2**80
    assert evaluate("trigger.big > 5.0 && size(trigger) == 2", variables) is True


def test_a_broken_character_is_said() -> None:
    with pytest.raises(ExpressionError, match="broken character"):
        evaluate("[item]", {"item": "\ud800"})


def test_deep_data_is_refused_not_followed() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]

    with pytest.raises(ExpressionError, match="nested"):
        evaluate("item", {"item": deep})
    with pytest.raises(ExpressionError, match="nested"):
        evaluate("size(item)", {"item": deep})


def test_a_loop_in_a_loop_is_stopped() -> None:
    text = "item.map(a, item.map(b, item.map(c, item.map(d, a + b + c + d)))).size()"

    with pytest.raises(ExpressionError, match="too many entries"):
        evaluate(text, {"item": list(range(100))})


def test_a_condition_must_be_true_or_false() -> None:
    assert evaluate_condition("= trigger.alarm.count > 2", VARIABLES) is True
    with pytest.raises(ExpressionError, match="not true or false"):
        evaluate_condition("trigger.alarm.count", VARIABLES)


def test_what_comes_out_is_a_copy() -> None:
    found = evaluate("trigger.alarm", VARIABLES)
    found["severity"] = "minor"

    assert ALARM["severity"] == "major"


def test_many_threads_evaluate_at_once() -> None:
    def work(number: int) -> bool:
        texts = (f"item + {number}", "item + 7")
        results = [evaluate(text, {"item": number}) for text in texts * 100]
        return results == [number * 2, number + 7] * 100

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(32)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("trigger.t" + ".replace('x', trigger.t)" * 3, id="a text that multiplies"),
        pytest.param("trigger.l.map(x, trigger.l.map(y, trigger.t))", id="lists in lists"),
        pytest.param("trigger.l.map(x, trigger.t + trigger.t).join('')", id="a list of texts"),
    ],
)
def test_what_would_take_all_memory_is_refused_and_the_next_is_evaluated(text: str) -> None:
    data = {"trigger": {"t": "x" * 20_000, "l": list(range(3_000))}}

    with pytest.raises(ExpressionError):
        evaluate(text, data)

    assert evaluate("trigger.l.filter(x, x > 1).size()", data) == 2_998


# a process answers
@given(rows=st.lists(st.dictionaries(st.sampled_from("ab"), st.text() | st.integers())))
def test_an_expression_gives_the_same_in_a_process_apart(rows: list[dict[str, Any]]) -> None:
    text, data = "trigger.rows.map(row, row)", {"trigger": {"rows": rows}}

    def given_by(evaluation: Callable[[], Any]) -> Any:
        try:
            return evaluation()
        except ExpressionError as error:
            return error.message

    apart = given_by(lambda: evaluate_apart(text, data))

    assert apart == given_by(lambda: evaluate_here(text, data))


def test_a_child_that_was_killed_is_started_anew() -> None:
    apart = Apart()
    first = apart.ask("1 + 1", {})
    assert apart.pid is not None
    os.kill(apart.pid, signal.SIGKILL)
    os.waitpid(apart.pid, 0)
    second = apart.ask("2 + 2", {})
    apart.stop()

    assert (first, second) == ({"value": 2}, {"value": 4})


def test_an_expression_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart_module, "DEADLINE_S", 0.01)
    apart = Apart()

    with pytest.raises(TooMuchError):
        apart.ask("trigger.l.map(x, x)", {"trigger": {"l": list(range(9_000))}})
