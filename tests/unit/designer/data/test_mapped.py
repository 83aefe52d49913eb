"""What fields take from data, as people see it and as it is written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from blocks.forms import Field, Kept
from blocks.registry import standard_registry
from designer.data.mapped import Data
from designer.data.samples import Choice, Sample
from designer.data.texts import Part, composed, pieces_of, read_parts
from designer.data.trying import try_expression
from designer.workflows.inspector import node_sections, read_node
from kernel.errors import InvalidError
from runtime.expressions.evaluating import evaluate
from runtime.flows.mappings import expression_problems
from runtime.flows.reading import readable_by
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()
ALARM = {"managed_object": "link-7", "count": 2, "affected_services": ["a", "b"]}
SEEN = {"trigger": {"kind": "rule", "alarm": ALARM}}


def _document(message: Any = "hello", **more: Any) -> dict[str, Any]:
    steps = {
        "gold": step("branch", config={"when": "true"}),
        "log": step("write-log", config={"message": message}, **more),
        "after": step("wait"),
    }
    return flow_document(steps, ["rule > gold", "gold:yes > log", "log > after"])


def _field(message: Any, name: str = "/config/message") -> Field:
    document = _document(message)
    data = Data(readable_by(document, "log", REGISTRY), SEEN)
    sections = node_sections(document["steps"]["log"], REGISTRY, data=data)
    return next(one for part in sections for one in part.fields if one.name == name)


def test_a_plain_value_offers_data_and_is_shown_as_it_is() -> None:
    field = _field("hello")

    assert (field.takes_data, field.formula, field.text) == (True, False, "hello")


def test_a_path_is_shown_as_what_it_reads_with_the_last_value() -> None:
    field = _field("= trigger.alarm.managed_object")

    (one,) = field.shown
    assert (one.text, one.value) == ("Alarm \u203a Managed object", "link-7")
    assert field.formula
    assert field.can_toggle


def test_a_text_with_data_in_it_is_shown_as_text_and_chips() -> None:
    field = _field("= 'Down: ' + trigger.alarm.managed_object + \"!\"")

    assert [one.text for one in field.shown] == ["Down: ", "Alarm \u203a Managed object", "!"]


def test_any_other_expression_is_shown_as_code() -> None:
    assert _field("= trigger.alarm.count > 3 ? 'many' : 'few'").shown == ()


@given(st.lists(st.text("ab \"'\\\n{é+", min_size=1), min_size=1, max_size=3))
def test_text_with_data_reads_back_as_it_was_put_together(texts: list[str]) -> None:
    data = Part(path="item.n", kind="number")
    parts = [part for text in texts for part in (Part(text), data)]

    written = composed(parts).removeprefix("= ")

    read = [(one.text, one.is_data) for one in pieces_of(written) or []]
    assert read == [(one.path or one.text, bool(one.path)) for one in parts]
    assert evaluate(written, {"item": {"n": 5}}) == "".join(f"{text}5" for text in texts)


def test_a_list_in_a_text_is_joined_with_commas() -> None:
    services = Part(path="trigger.alarm.affected_services", kind="list")
    text = composed([Part("On: "), services]).removeprefix("= ")

    assert evaluate(text, SEEN) == "On: a, b"
    assert [one.text for one in pieces_of(text) or []] == [
        "On: ",
        "trigger.alarm.affected_services",
    ]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([Part("Down")], "Down", id="no data: a plain text"),
        pytest.param([Part(""), Part(path="item.a", kind="text")], "= item.a", id="data alone"),
        pytest.param(
            [Part(path="item.a", kind="text"), Part(path="item.b", kind="text")],
            '= "" + item.a + item.b',
            id="data beside data: text nevertheless",
        ),
    ],
)
def test_a_text_is_an_expression_where_there_is_data_in_it(
    parts: list[Part], expected: str
) -> None:
    assert composed(parts) == expected


@pytest.mark.parametrize("sent", ["{", "5", '[{"html": "x"}]'])
def test_what_is_no_text_with_data_is_refused(sent: str) -> None:
    with pytest.raises(InvalidError):
        read_parts(sent)


def test_data_put_in_place_of_other_data_keeps_what_was_typed_before_it() -> None:
    node, memory = _document("= trigger.alarm.id")["steps"]["log"], Kept()
    memory["/config/message"] = {"plain": "typed by hand", "fx": "= trigger.alarm.place"}
    sent = {"/config/message": "= trigger.alarm.id", "_op": "fx:/config/message"}

    read_node(node, MultiDict(sent), REGISTRY, memory=memory)

    assert memory["/config/message"]["plain"] == "typed by hand"


def test_switching_to_data_and_back_loses_nothing_that_was_typed() -> None:
    node, memory = _document("typed by hand")["steps"]["log"], Kept()
    memory["/config/message"] = {"fx": "= trigger.alarm.id"}

    def press(held: dict[str, Any], way: str, text: str) -> dict[str, Any]:
        form = MultiDict({"/config/message": text, "_op": f"{way}:/config/message"})
        return read_node(held, form, REGISTRY, memory=memory)

    taken = press(node, "fx", "typed by hand")
    plain = press(taken, "plain", "= trigger.alarm.id + 'x'")
    again = press(plain, "fx", "typed by hand")

    assert taken["config"]["message"] == "= trigger.alarm.id"
    assert plain["config"]["message"] == "typed by hand"
    assert again["config"]["message"] == "= trigger.alarm.id + 'x'"


def test_a_value_of_a_map_is_taken_from_data_too() -> None:
    node, memory = step("set-data", config={"values": {"site": "ZRH"}}), Kept()
    name = "/config/values/0/value"
    memory[name] = {"fx": "= trigger.alarm.place"}
    sent = {"/config/values": "{}", "/config/values/0/key": "site", name: "ZRH"}

    read = read_node(node, MultiDict({**sent, "_op": f"fx:{name}"}), REGISTRY, memory=memory)

    assert read["config"]["values"] == {"site": "= trigger.alarm.place"}
    assert memory[name]["plain"] == "ZRH"


@pytest.mark.parametrize(
    ("pointer", "text", "said"),
    [
        pytest.param("/config/message", "= steps.after.output", "does not come before", id="order"),
        pytest.param("/config/message", "= 1 + 2", "must be text", id="kind"),
        pytest.param("/config/message", "= vars.nobody", "no variable nobody", id="variable"),
        pytest.param("/config/message", "= trigger.alarm.text", "", id="right"),
        pytest.param("/config/unheard/0/of", "= 1 + 2", "", id="a field that is not there"),
        pytest.param("", "= 1", "", id="nowhere"),
    ],
)
def test_an_expression_is_checked_where_it_stands(pointer: str, text: str, said: str) -> None:
    found = expression_problems(_document(), "log", pointer, text, registry=REGISTRY)

    assert (said in found[0]) if said else not found


def test_what_takes_a_step_back_may_read_that_step() -> None:
    undo = step("write-log", config={"message": "x"})
    document = _document(undo=undo)
    text, where = "= steps.log.output", "/undo/config/message"

    assert expression_problems(document, "log", where, text, registry=REGISTRY) == []
    assert expression_problems(document, "log", where[5:], text, registry=REGISTRY)


CHOSEN = Choice("run:1", "the run of")
SAMPLE = Sample(chosen=CHOSEN, variables={**SEEN, "steps": {}})


def test_an_expression_is_tried_on_real_data() -> None:
    outcome = try_expression("= trigger.alarm.count + 1", [], SAMPLE)

    assert (outcome.value, outcome.kind, outcome.sample) == ("3", "number", CHOSEN)


def test_what_no_run_gave_yet_is_said_rather_than_guessed() -> None:
    outcome = try_expression("= steps.look.output.tier", [], SAMPLE)

    assert outcome.value is None
    assert "make a test run" in outcome.note


def test_the_place_of_a_mistake_counts_the_sign_before_the_expression() -> None:
    with_sign = try_expression("= 1 +", [], SAMPLE).problems[0]
    without = try_expression("1 +", [], SAMPLE).problems[0]

    assert with_sign.startswith("line 1, column 6")
    assert without.startswith("line 1, column 4")
