"""Pictures of workflows: what is on the canvas is on them, and nothing in them acts or loads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from blocks.drawings.colours import Theme
from blocks.drawings.icons import icon_of
from blocks.drawings.svg import draw
from blocks.drawings.words import fitting, wrapped
from kernel.images import why_no_image

ENTRIES: dict[str, Any] = {
    "trigger:manual": {
        "sort": "trigger",
        "title": "By hand",
        "summary": "When a person starts it",
        "icon": "hand",
        "outputs": [],
    },
    "x.switch@1.0.0": {
        "sort": "step",
        "title": "Switch",
        "summary": "",
        "icon": "split",
        "outputs": [{"name": "otherwise", "title": "Otherwise", "tone": "bad"}],
        "dynamic": {"from": "/cases", "name": "/name", "title": "/title"},
    },
}


def step(position: list[float], **more: Any) -> dict[str, Any]:
    return {"block": "x.switch", "version": "1.0.0", "position": position, **more}


def document(**more: Any) -> dict[str, Any]:
    return {
        "flow": 1,
        "name": "Pictured",
        "triggers": {"start": {"kind": "manual", "position": [0, 0]}},
        "steps": {"a": step([300, 0]), "b": step([600, 0])},
        "wires": [{"from": "start", "to": "a"}, {"from": "a:otherwise", "to": "b"}],
        **more,
    }


def texts(picture: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(picture).findall(".//{*}text")]  # noqa: S314


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_a_picture_stands_alone_and_does_nothing(theme: Theme) -> None:
    picture = draw(document(), ENTRIES, theme)

    assert why_no_image("flow.svg", picture.encode()) == ""
    assert "http" not in picture.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_of_one_theme_needs_no_style_sheet(theme: Theme) -> None:
    assert "style" not in draw(document(), ENTRIES, theme)


def test_what_people_wrote_is_text_and_never_markup() -> None:
    hostile = '</text><script>alert(1)</script>&"\x01'
    note = {"text": hostile, "position": [0, 300]}
    group = {"title": hostile, "colour": "red", "steps": ["a"]}
    drawn = document(name=hostile, canvas={"notes": {"n": note}, "groups": {"g": group}})
    drawn["steps"]["a"]["title"] = hostile

    picture = draw(drawn, ENTRIES, "light")

    assert "<script" not in picture
    assert why_no_image("flow.svg", picture.encode()) == ""
    assert ET.fromstring(picture).findtext("{*}title") == hostile.replace("\x01", "\ufffd")  # noqa: S314


def test_each_node_shows_title_block_and_ways_out() -> None:
    drawn = document()
    drawn["steps"]["a"] |= {
        "title": "Which tier?",
        "config": {"cases": [{"name": "gold", "title": "Gold"}, {"name": "Not a port"}]},
    }

    shown = texts(draw(drawn, ENTRIES))

    assert shown[:8] == [
        *("By hand", "When a person starts it", "Starts"),
        *("Which tier?", "Switch", "Gold", "Otherwise", "Error"),
    ]


def test_a_block_that_is_not_installed_is_drawn_as_such() -> None:
    drawn = document()
    drawn["steps"]["b"]["version"] = "9.0.0"

    assert texts(draw(drawn, ENTRIES))[-3:] == ["b", "b", "Error"]


def test_the_words_of_a_picture_say_what_leads_where() -> None:
    body = {"steps": {"inner": step([0, 0], title="Inner")}, "wires": []}
    drawn = document()
    drawn["steps"]["a"] |= {"title": "Rounds", "body": body}

    said = ET.fromstring(draw(drawn, ENTRIES)).findtext("{*}desc")  # noqa: S314

    assert said is not None
    assert said.startswith("By hand leads to Rounds. Rounds leads to Switch.")
    assert "Inner, in each round of Rounds, leads nowhere." in said


def test_a_loop_has_a_box_round_its_body_and_an_empty_one_has_room() -> None:
    drawn = document()
    drawn["steps"]["a"]["body"] = {"steps": {}, "wires": []}

    picture = draw(drawn, ENTRIES)

    assert "Each round of Switch" in texts(picture)
    assert '<rect x="300" y="132" width="256" height="132"' in picture


def test_a_wire_that_goes_back_stays_inside_the_picture() -> None:
    drawn = document(wires=[{"from": "b:otherwise", "to": "a"}])

    picture = draw(drawn, ENTRIES, "light")

    height = float(ET.fromstring(picture).attrib["height"])  # noqa: S314
    lane = max(float(one) for one in re.findall(r"V([\d.]+)", picture))
    assert -32 < lane < height - 32


def test_an_empty_workflow_has_a_picture_too() -> None:
    empty = {"flow": 1, "name": "Empty", "triggers": {}, "steps": {}, "wires": []}

    assert "<desc>Nothing was drawn yet.</desc>" in draw(empty, ENTRIES)


def test_an_icon_that_would_act_is_not_shown() -> None:
    hostile = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script/></svg>'

    assert icon_of(hostile) == "puzzle"


def test_long_text_is_cut_to_what_fits_and_notes_are_wrapped() -> None:
    assert fitting("Until the ticket is closed by somebody", 13, 142).endswith("…")
    assert wrapped("one two three seven five", 12, 60, 2) == ["one two", "three se…"]
    assert wrapped("", 12, 60, 2) == [""]
