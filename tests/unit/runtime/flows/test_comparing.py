"""What changed between two documents, part by part."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from runtime.flows.comparing import compare
from tests.factories.flows import chain_document, step


def parts(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change.part, change.kind) for change in compare(old, new)]


def test_the_same_document_has_no_changes() -> None:
    assert compare(chain_document(3), chain_document(3)) == []


def test_each_changed_step_wire_and_setting_is_a_part_of_its_own() -> None:
    old, new = chain_document(2), chain_document(3)
    new["steps"]["s1"]["config"] = {"values": {"n": 7}}
    new["settings"] = {"concurrency": {"policy": "skip"}}
    del new["triggers"]["rule"]

    assert parts(old, new) == [
        ("/settings", "added"),
        ("/wires", "changed"),
        ("/steps/s1", "changed"),
        ("/steps/s3", "added"),
        ("/triggers/rule", "removed"),
    ]


def test_lines_say_by_their_sign_what_went_and_what_came() -> None:
    old, new = chain_document(1), chain_document(1)
    new["steps"]["s1"]["config"] = {"values": {"n": 7}}

    (change,) = compare(old, new)

    assert [line.strip() for line in change.lines if line[0] in "+-"] == [
        '-      "n": 1',
        '+      "n": 7',
    ]


def test_where_steps_are_drawn_is_no_change_not_even_in_a_loop() -> None:
    old = chain_document(1)
    old["steps"]["each"] = step("for-each", body={"steps": {"in": step("wait")}, "wires": []})
    new = deepcopy(old)
    new["steps"]["s1"]["position"] = [1, 2]
    new["steps"]["each"]["body"]["steps"]["in"]["position"] = [3, 4]

    assert compare(old, new) == []


def test_a_setting_that_is_called_position_is_compared() -> None:
    old, new = chain_document(1), chain_document(1)
    new["steps"]["s1"]["config"] = {"values": {"n": 1, "position": 4}}

    assert parts(old, new) == [("/steps/s1", "changed")]
