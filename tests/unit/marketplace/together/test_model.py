"""What leads to what in a workflow, and from how many organisations on that is told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from marketplace.proven.model import K
from marketplace.together.model import Pair, Tally, pairs_in
from tests.factories.flows import flow_document, step

PROBE, TICKET, LAMP = "acme.probe", "bauble.ticket", "acme.lamp"


def uses(block: str, **said: Any) -> dict[str, Any]:
    return {"block": block, "version": "1.0.0", "config": {}, **said}


def drawn(steps: dict[str, Any], *wires: str) -> set[Pair]:
    return pairs_in(flow_document(steps, list(wires)))


def test_a_wire_makes_a_pair_by_its_port_and_by_any() -> None:
    found = drawn({"a": uses(PROBE), "b": uses(TICKET)}, "a:down > b")

    assert found == {Pair(PROBE, "down", TICKET), Pair(PROBE, "", TICKET)}


def test_what_comes_with_the_product_is_passed_through() -> None:
    steps = {"a": uses(PROBE), "if": step("branch"), "b": uses(TICKET)}

    found = drawn(steps, "a:down > if", "if:yes > b")

    assert found == {Pair(PROBE, "down", TICKET), Pair(PROBE, "", TICKET)}


def test_a_step_that_is_switched_off_is_passed_through() -> None:
    steps = {"a": uses(PROBE), "off": uses(LAMP, disabled=True), "b": uses(TICKET)}

    assert {one.to_id for one in drawn(steps, "a > off", "off > b")} == {TICKET}


def test_steps_in_a_body_count_and_a_block_behind_itself_does_not() -> None:
    body = {
        "steps": {"a": uses(PROBE), "b": uses(TICKET), "c": uses(PROBE)},
        "wires": [{"from": "a", "to": "b"}, {"from": "a", "to": "c"}],
    }

    found = drawn({"each": step("for-each", config={"items": [1]}, body=body)})

    assert found == {Pair(PROBE, "done", TICKET), Pair(PROBE, "", TICKET)}


@given(st.integers(0, 2 * K), st.integers(0, 2 * K), st.integers(1, 3))
def test_a_pair_is_told_only_where_enough_organisations_that_count_have_it(
    apart: int, relatives: int, times: int
) -> None:
    tally, pair = Tally(), Pair(PROBE, "", TICKET)
    for one in range(apart + relatives):
        tally.add(UUID(int=one), [pair] * times, lambda who, _: who.int < apart)

    assert tally.told() == ({pair: apart} if apart >= K else {})
