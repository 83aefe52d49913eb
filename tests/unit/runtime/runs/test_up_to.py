"""A plan that ends with a step: what leads there is left, what comes after is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.flows.model import parse_flow
from runtime.runs.pins import up_to
from runtime.runs.plan import Plan, compile_plan
from tests.factories.flows import flow_document, step

NAMES = ("a", "b", "c", "d", "e")
PAIRS = [(one, other) for at, one in enumerate(NAMES) for other in NAMES[at + 1 :]]


def plan_of(wires: set[tuple[str, str]]) -> Plan:
    """Make a plan without circles: wires lead from earlier names to later ones."""
    steps = {name: step("set-data") for name in NAMES}
    drawn = [f"{source} > {target}" for source, target in sorted(wires)]
    return compile_plan(parse_flow(flow_document(steps, ["rule > a", *drawn])))


@given(wires=st.sets(st.sampled_from(PAIRS)), last=st.sampled_from(NAMES))
def test_every_wire_to_what_is_left_is_left(wires: set[tuple[str, str]], last: str) -> None:
    cut = up_to(plan_of(wires), last, dict.fromkeys(NAMES, ""))

    left = {
        (id_, target)
        for id_, one in cut.steps.items()
        for targets in one.follows.values()
        for target in targets
    }
    before = {last}
    for source, target in sorted(wires, reverse=True):
        if target in before:
            before.add(source)
    assert left == {wire for wire in wires if wire[1] in before}
    assert not any(source == last for source, _ in left)


def test_a_wired_error_stays_caught_though_nothing_follows_it() -> None:
    document = flow_document(
        {"a": step("set-data"), "b": step("end"), "c": step("end")},
        ["rule > a", "a:error > b", "a > c"],
    )

    cut = up_to(compile_plan(parse_flow(document)), "c", dict.fromkeys("abc", ""))

    assert cut.steps["a"].catches_errors
    assert cut.steps["a"].follows["error"] == ()
