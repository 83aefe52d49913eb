"""What providers decided of settings: nothing that a tenant is shown or sends changes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from blocks.decided import with_decisions
from blocks.presets import UNFIT, Decided, Hold, Preset, preset_problem
from blocks.registry import Block, standard_registry
from designer.workflows.inspector import node_sections, read_node
from designer.workflows.settled import settled_of
from kernel.schema import Schema
from runtime.flows.problems import FlowProblem
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step
from tests.support.decided import CANARY, CONFIG, decided_block, registry_with
from tests.support.size import examples

FITTING: dict[str, st.SearchStrategy[Any]] = {
    "host": st.text("ab", min_size=1, max_size=5).map(lambda text: text + CANARY),
    "port": st.integers(1_000, 9_999),
    "tone": st.sampled_from(["plain", "loud"]),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5) | st.just("= trigger.x"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
SENT = st.dictionaries(st.sampled_from([*FITTING, "others"]), JSON)


@st.composite
def presets(draw: st.DrawFn) -> tuple[Preset, ...]:
    names = draw(st.lists(st.sampled_from(sorted(FITTING)), unique=True))
    return tuple(
        Preset(name=name, hold=draw(st.sampled_from(Hold)), value=draw(FITTING[name]))
        for name in sorted(names)
    )


@given(some=presets(), sent=SENT)
@settings(max_examples=examples(80))
def test_whatever_a_tenant_sends_what_is_fixed_or_hidden_counts(
    some: tuple[Preset, ...], sent: dict[str, Any]
) -> None:
    whole = Decided(CONFIG, some).whole(sent)

    for one in some:
        if one.hold is not Hold.SUGGESTED or one.name not in sent:
            assert whole[one.name] == one.value


@given(some=presets(), sent=SENT)
@settings(max_examples=examples(80))
def test_what_is_hidden_is_in_nothing_that_is_shown(
    some: tuple[Preset, ...], sent: dict[str, Any]
) -> None:
    hidden = {one.name for one in some if one.hold is Hold.HIDDEN}
    block = decided_block(*some)
    node = {"block": "acme.lamp", "version": "1.0.0", "config": sent}
    shown = [block.manifest.config, block.manifest.examples, settled_of(block)]
    shown += [check_flow(flow_document({"lamp": node}, []), registry_with(block))]
    told = json.dumps(shown, default=repr)

    assert not hidden & {*block.manifest.config["properties"]}
    assert not hidden & {one.name for one in settled_of(block)}
    for one in some:
        if one.hold is Hold.HIDDEN and one.name != "tone":
            assert str(one.value) not in told


@given(some=presets(), sent=SENT)
@settings(max_examples=examples(40))
def test_a_form_that_is_filled_in_by_hand_reaches_nothing_that_is_not_left(
    some: tuple[Preset, ...], sent: dict[str, Any]
) -> None:
    registry = registry_with(decided_block(*some))
    node = {"block": "acme.lamp", "version": "1.0.0", "config": sent}
    form = MultiDict({f"/config/{name}": "mine" for name in FITTING})

    read = read_node(node, form, registry)

    assert not {one.name for one in some if one.hold is not Hold.SUGGESTED} & {*read["config"]}


def test_the_form_shows_what_is_fixed_and_no_way_to_change_it() -> None:
    fixed = Preset(name="host", hold=Hold.FIXED, value="lamps.example")
    registry = registry_with(decided_block(fixed))
    node = {"block": "acme.lamp", "version": "1.0.0", "config": {}}

    (config, *_) = node_sections(node, registry)

    assert [(one.title, one.text) for one in config.settled] == [("Host", "lamps.example")]
    assert "/config/host" not in {one.name for one in config.fields}


def test_settings_that_are_all_fixed_are_shown_all_the_same() -> None:
    some = [
        Preset(name="host", hold=Hold.FIXED, value="lamps.example"),
        Preset(name="port", hold=Hold.FIXED, value=8_443),
        Preset(name="tone", hold=Hold.HIDDEN, value="loud"),
    ]
    registry = registry_with(decided_block(*some))

    (config, *_) = node_sections({"block": "acme.lamp", "version": "1.0.0"}, registry)

    assert [one.text for one in config.settled] == ["lamps.example", "8443"]
    assert config.fields == []


@pytest.mark.parametrize("hold", [Hold.FIXED, Hold.HIDDEN])
def test_a_required_setting_that_a_provider_gave_is_not_reported_as_missing(hold: Hold) -> None:
    assert problems_of({}, Preset(name="host", hold=hold, value="lamps.example")) == []
    assert "Host is missing" in problems_of({})[0].message


@pytest.mark.parametrize(
    ("hold", "written", "is_told"),
    [
        pytest.param(Hold.FIXED, "lamps.example", False, id="the same as what is fixed"),
        pytest.param(Hold.FIXED, "other.example", True, id="other than what is fixed"),
        pytest.param(Hold.HIDDEN, "lamps.example", True, id="by chance what is hidden"),
        pytest.param(Hold.HIDDEN, "other.example", True, id="other than what is hidden"),
    ],
)
def test_a_draft_is_told_that_what_it_says_does_not_count(
    hold: Hold, written: str, *, is_told: bool
) -> None:
    found = problems_of({"host": written}, Preset(name="host", hold=hold, value="lamps.example"))

    assert [(one.pointer, one.severity) for one in found] == (
        [("/steps/lamp/config/host", "warning")] if is_told else []
    )


def test_an_expression_that_does_not_count_is_no_error() -> None:
    fixed = Preset(name="host", hold=Hold.FIXED, value="lamps.example")

    found = problems_of({"host": "= steps.gone.output.x"}, fixed)

    assert [one.severity for one in found] == ["warning"]


def test_a_version_that_does_not_fit_what_was_decided_is_told_without_the_value() -> None:
    wrong = Preset(name="port", hold=Hold.HIDDEN, value=CANARY)
    found = problems_of({"host": "a"}, wrong)

    assert UNFIT in found[0].message
    assert found[0].severity == "error"
    assert CANARY not in repr(found)


def test_what_a_version_does_not_have_counts_for_nothing() -> None:
    decided = Decided(CONFIG, (Preset(name="gone", hold=Hold.HIDDEN, value=CANARY),))

    assert (decided.problem, decided.whole({"host": "a"})) == ("", {"host": "a", "port": 80})


@pytest.mark.parametrize("value", ["= trigger.x", ["= trigger.x"], {"a": ["= trigger.x"]}])
def test_a_preset_holds_no_expression_however_deep(value: Any) -> None:
    config: dict[str, Any] = {"properties": {"any": {}}}

    assert "expression" in preset_problem(Preset(name="any", hold=Hold.FIXED, value=value), config)


def test_a_condition_is_suggested_at_most() -> None:
    config = {"properties": {"when": {"type": "string", "x-garland": {"widget": "expression"}}}}

    def problem(hold: Hold) -> str:
        return preset_problem(Preset(name="when", hold=hold, value="1 == 1"), config)

    assert (problem(Hold.SUGGESTED), "suggest it" in problem(Hold.FIXED)) == ("", True)


def test_ways_out_that_a_fixed_setting_names_are_there_whatever_a_step_says() -> None:
    switch = standard_registry().latest("garland.switch")
    assert switch is not None
    dynamic = switch.manifest.dynamic_outputs
    assert dynamic is not None
    name = dynamic.source.removeprefix("/")
    cases = [{dynamic.name.removeprefix("/"): "night"}]

    ports = with_decisions(switch, (Preset(name=name, hold=Hold.FIXED, value=cases),)).manifest

    assert "night" in {one.name for one in ports.outputs}
    assert ports.dynamic_outputs is None


def problems_of(config: dict[str, Any], *some: Preset) -> list[FlowProblem]:
    block: Block = decided_block(*some)
    node = step("lamp", config=config) | {"block": "acme.lamp"}
    document = flow_document({"lamp": node}, ["rule > lamp", "hand > lamp"])
    return check_flow(document, registry_with(block))


def test_the_block_itself_is_given_what_was_decided() -> None:
    block = decided_block(Preset(name="host", hold=Hold.HIDDEN, value="lamps.example"))
    whole = {"host": "lamps.example", "port": 80}

    assert block.resolved_config_schema.problems(whole) == []
    assert Schema(block.manifest.config).problems({"port": 80}) == []
