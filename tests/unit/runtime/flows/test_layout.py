"""Where nodes stand that nobody placed: no body of a loop lies on what stands beside or below."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from runtime.flows.layout import laid_out
from tests.factories.flows import flow_document, step


def loop(*names: str, **inner: Any) -> dict[str, Any]:
    steps = {name: step("wait") for name in names} | inner
    chain = [{"from": a, "to": b} for a, b in pairwise(names)]
    return step("for-each", body={"steps": steps, "wires": chain})


def places(steps: dict[str, Any], wires: list[str]) -> dict[str, list[int]]:
    found = laid_out(flow_document(steps, wires, triggers={"rule": {"kind": "rule"}}))
    return {id_: one["position"] for id_, one in found["steps"].items()}


def test_what_follows_a_loop_stands_right_of_its_body() -> None:
    steps = {"each": loop("a", "b", "c"), "after": step("wait")}

    found = places(steps, ["rule > each", "each > after"])

    body = 24 + 2 * 272 + 208 + 24
    assert found == {"each": [272, 0], "after": [272 + body + 64, 0]}


def test_what_stands_below_a_loop_has_room_for_its_body() -> None:
    steps = {"each": loop("a"), "other": step("wait")}

    found = places(steps, ["rule > each", "rule > other"])

    assert found["other"] == [272, 176 + 120 + 24 + 40]


def test_a_loop_within_a_loop_counts_with_its_own_body() -> None:
    steps = {"each": loop("a", within=loop("b", "c")), "after": step("wait")}

    found = places(steps, ["rule > each", "each > after"])

    inner = 24 + 272 + 208 + 24
    assert found["after"][0] == 272 + 24 + inner + 24 + 64


def test_a_body_without_steps_has_room_for_its_hint() -> None:
    steps = {"each": loop(), "after": step("wait"), "other": step("wait")}

    found = places(steps, ["rule > each", "each > after", "rule > other"])

    assert found["after"][0] == 272 + 256 + 64
    assert found["other"][1] > 132 + 132


def test_a_step_in_a_body_is_placed_relative_to_its_loop_and_keeps_a_place_it_has() -> None:
    body = loop("a", b=step("wait", position=[7, 7]))

    steps = laid_out(flow_document({"each": body}, []))["steps"]["each"]["body"]["steps"]

    assert (steps["a"]["position"], steps["b"]["position"]) == ([0, 0], [7, 7])
