"""`ctx.inventory`: what may be asked, by whom, and what an example's inventory answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blocks.host import perform
from blocks.outcomes import Emit
from blocks.sdk import BlockError, Context, Inventory
from blocks.testing import MockedWorld
from tests.unit.blocks.test_desk import FACTS, make_block

ASKS = [{"name": "inventory", "reason": "Looks."}]
NETWORK = {
    "resources": {
        "r1": {"name": "Router 1", "attributes": {"vendor": "Acme"}},
        "r2": {"name": "Router 2", "attributes": {"vendor": "Acme"}},
        "s1": {"name": "Bern", "kind": "site"},
    },
    "near": {"r1": [{"key": "s1", "hops": 1}, {"key": "r2", "hops": 2}]},
    "causes": [{"key": "s1", "hops": 1, "explains": 2, "is_given": False}],
}


def asked(ask: Callable[[Inventory], Any], permissions: Any = ASKS) -> Any:
    """Let a block ask, and give what it was answered."""

    def run(ctx: Context) -> Any:
        return ctx.emit("done", {"answer": ask(ctx.inventory)})

    world = MockedWorld({"inventory": NETWORK})
    block = make_block(run, permissions=permissions)
    outcome = perform(block, config={}, input={}, services=world, facts=FACTS).outcome
    assert isinstance(outcome, Emit)
    return outcome.output["answer"]


@pytest.mark.parametrize(
    ("ask", "keys"),
    [
        pytest.param(lambda it: it.find("r1"), ["r1"], id="by key"),
        pytest.param(lambda it: it.find(name="ROUTER 2"), ["r2"], id="by name"),
        pytest.param(lambda it: it.find(kind="site"), ["s1"], id="by kind"),
        pytest.param(
            lambda it: it.find(attributes={"vendor": "Acme"}), ["r1", "r2"], id="by attributes"
        ),
        pytest.param(lambda it: it.find("r1", kind="site"), [], id="both must fit"),
    ],
)
def test_resources_are_found_by_what_they_have(
    ask: Callable[[Inventory], Any], keys: list[str]
) -> None:
    assert [one["key"] for one in asked(ask)["resources"]] == keys


def test_an_answer_that_is_cut_says_so() -> None:
    found = asked(lambda it: it.find(attributes={"vendor": "Acme"}, limit=1))

    assert (len(found["resources"]), found["more"]) == (1, True)


def test_neighbours_lie_within_the_depth() -> None:
    near = asked(lambda it: [it.neighbours("r1"), it.neighbours("r1", depth=2), it.neighbours("x")])

    keys = [[one["key"] for one in each["neighbours"]] for each in near[:2]]
    assert (keys, near[2]) == ([["s1"], ["s1", "r2"]], None)


def test_keys_that_nothing_has_are_told() -> None:
    told = asked(lambda it: it.common_causes(["r1", "zz", "zz"]))

    assert ([one["key"] for one in told["causes"]], told["unknown"]) == (["s1"], ["zz"])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        pytest.param(lambda it: it.find(), "say what to find", id="nothing given"),
        pytest.param(lambda it: it.find(kind="router"), "router is no kind", id="kind"),
        pytest.param(lambda it: it.find("a", limit=101), "limit is a whole number", id="limit"),
        pytest.param(
            lambda it: it.find("a", limit=True), "limit is a whole number", id="no number"
        ),
        pytest.param(lambda it: it.neighbours("a", depth=6), "from 1 to 5", id="depth"),
        pytest.param(lambda it: it.neighbours("a", direction="up"), "direction up", id="direction"),
        pytest.param(lambda it: it.common_causes(["a"], depth=-1), "from 0 to 5", id="negative"),
        pytest.param(lambda it: it.common_causes([1]), "keys are texts", id="no texts"),
        pytest.param(
            lambda it: it.services_over([str(number) for number in range(1_001)]),
            "at most 1,000 keys at once, not 1,001",
            id="too many",
        ),
    ],
)
def test_what_cannot_be_asked_so_says_why(ask: Callable[[Inventory], Any], said: str) -> None:
    with pytest.raises(BlockError, match=said) as refused:
        asked(ask)

    assert (refused.value.code, refused.value.retryable) == ("inventory.bad_question", False)


def test_the_same_key_again_is_one_key() -> None:
    assert asked(lambda it: it.services_over(["r1"] * 2_000))["unknown"] == []


@pytest.mark.parametrize("name", ["find", "neighbours", "common_causes", "services_over"])
def test_a_block_that_does_not_ask_for_it_learns_nothing(name: str) -> None:
    with pytest.raises(BlockError, match="may not use inventory") as refused:
        asked(lambda it: getattr(it, name)(["r1"]), permissions=[])

    assert refused.value.code == "block.not_permitted"
