"""What the canvas is told of blocks, and of what can be done on it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from blocks.registry import standard_registry
from designer.workflows.deeds import DEEDS, Deed, keys_document, offered
from designer.workflows.palette import catalogue

ROOT = Path(__file__).parents[4]
SCRIPTS = ROOT / "static" / "js" / "canvas"
ENTRIES = {one["id"]: one for one in catalogue(standard_registry(), lambda _: "/icon.svg").values()}
ALL = [deed for deeds in DEEDS.values() for deed in deeds]


@pytest.mark.parametrize(
    ("block", "needs"),
    [
        pytest.param(
            "garland.merge-data",
            [("input", "first", ["object"]), ("input", "second", ["object"])],
            id="from what comes before",
        ),
        pytest.param("garland.branch", [("config", "when", ["boolean"])], id="a condition"),
        pytest.param("garland.end", [], id="none"),
        pytest.param("garland.acknowledge-alarm", [], id="what fills itself is no need"),
    ],
)
def test_an_entry_says_what_a_fresh_step_has_to_be_given(
    block: str, needs: list[tuple[str, str, list[str]]]
) -> None:
    found = [(one["part"], one["name"], one.get("kinds")) for one in ENTRIES[block]["needs"]]

    assert found == needs


def test_a_need_is_called_as_its_field_is() -> None:
    assert [one["title"] for one in ENTRIES["garland.write-log"]["needs"]] == ["Message"]


def test_a_port_says_what_it_hands_on() -> None:
    ports = ENTRIES["garland.find-alarms"]["outputs"]

    assert [(port["name"], port["kind"]) for port in ports] == [
        ("found", "list"),
        ("none", "nothing"),
    ]


def test_no_key_does_two_things_at_a_time() -> None:
    held = Counter(key for deed in ALL for key in deed.keys.split())

    assert [key for key, count in held.items() if count > 1] == []


def test_every_deed_that_is_written_down_can_be_done() -> None:
    scripts = [one.read_text("utf-8") for one in SCRIPTS.glob("*.js")]
    done = {name for one in scripts for name in re.findall(r'^ +"?([a-z-]+)"?:', one, re.MULTILINE)}
    done |= {name for one in scripts for name in re.findall(r"deeds\.([a-z]+) = ", one)}

    assert {deed.name for deed in ALL} - done == set()


def test_what_is_offered_by_a_button_has_a_picture_and_a_key() -> None:
    buttons = [*offered("bar"), *offered("menu")]

    assert [deed.name for deed in buttons if not (deed.icon and deed.keys)] == []
    used = re.findall(r'id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text("utf-8"))
    assert {deed.icon for deed in buttons} <= set(used)


def test_the_browser_answers_the_keys_of_the_clipboard_itself() -> None:
    keys = {one["name"]: one["keys"] for one in keys_document()}

    assert keys["copy"] == keys["paste"] == []
    assert keys["redo"] == ["ctrl+y", "ctrl+shift+z"]


def test_keys_are_written_as_a_keyboard_has_them() -> None:
    assert Deed(name="x", title="X", keys="f2 alt+arrow").caps == [["F2"], ["Alt", "Arrows"]]
