"""What changed between two documents, in words."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.drafts.differing import difference
from runtime.drafts.renaming import rename
from runtime.drafts.wording import changes_told
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()


def start() -> dict[str, Any]:
    mail = step(
        "send-email",
        input={"to": ["ops@x.example"], "subject": "Cut"},
        position=[0, 0],
        title="Tell",
    )
    call = step("http-request", config={"headers": {"Authorization": "Bearer 1"}})
    return flow_document({"mail": mail, "call": call}, ["rule > mail", "mail:done > call"])


def told(new: dict[str, Any]) -> list[str]:
    return [
        f"{one.title}: {one.text}" if one.title else one.text
        for one in changes_told(start(), new, REGISTRY)
    ]


def _with(*path: str, to: Any) -> dict[str, Any]:
    document = deepcopy(start())
    place: Any = document
    for name in path[:-1]:
        place = place.setdefault(name, {})
    place[path[-1]] = to
    return document


MAIL = ("steps", "mail")


@pytest.mark.parametrize(
    ("new", "words"),
    [
        pytest.param(start(), [], id="nothing"),
        pytest.param(_with("name", to="New"), ["Name changed from “Flow” to “New”"], id="its name"),
        pytest.param(
            _with(*MAIL, "input", "subject", to="Power"),
            ["Tell: Subject changed from “Cut” to “Power”"],
            id="a field, called as its form calls it",
        ),
        pytest.param(
            _with(*MAIL, "retry", to={"max": 3}), ["Tell: Retry: Max set to 3"], id="a setting"
        ),
        pytest.param(
            _with("steps", "call", "config", "headers", "Authorization", to="Bearer 2"),
            ["HTTP request: Headers: Authorization changed (a secret)"],
            id="a secret, which is not told",
        ),
        pytest.param(_with(*MAIL, "position", to=[9, 9]), ["Tell: moved"], id="a place"),
        pytest.param(_with(*MAIL, "disabled", to=True), ["Tell: switched off"], id="switched off"),
        pytest.param(_with(*MAIL, "disabled", to=False), [], id="said to be on, as it was"),
        pytest.param(_with(*MAIL, "digest", to="a" * 64), [], id="what publishing writes"),
        pytest.param(_with("vars", to={"n": 1}), ["Variable: N set to 1"], id="a variable"),
        pytest.param(
            _with(
                "wires", to=[{"from": "rule", "to": "mail"}, {"from": "mail:error", "to": "call"}]
            ),
            [
                "Wire from Tell (error): to HTTP request added",
                "Wire from Tell: to HTTP request removed",
            ],
            id="wires",
        ),
        pytest.param(
            _with("steps", "log", to=step("write-log")), ["Write log: added"], id="a step"
        ),
    ],
)
def test_each_change_is_a_sentence(new: dict[str, Any], words: list[str]) -> None:
    assert told(new) == words


def test_a_step_that_went_takes_its_wires_along_unsaid() -> None:
    new = start()
    del new["steps"]["call"]
    new["wires"] = new["wires"][:1]

    assert told(new) == ["HTTP request: removed"]


def test_a_renamed_step_is_told_as_that_and_what_reads_it_is_no_change() -> None:
    old = start()
    old["steps"]["call"]["config"]["url"] = "= steps.mail.output.id"
    new = rename(old, "step", "mail", "letter", REGISTRY).document

    found = difference(old, new, REGISTRY)

    [one] = found.told
    assert one.text == "called letter instead of mail, with all that reads it"
    assert (found.nodes, found.wires) == ({"letter": "changed"}, {})


def test_what_was_added_removed_and_changed_is_marked_in_one_drawing() -> None:
    new = start()
    del new["steps"]["call"]
    new["steps"]["log"] = step("write-log")
    new["steps"]["mail"]["title"] = "Tell all"
    new["wires"] = [new["wires"][0], {"from": "mail:done", "to": "log"}]

    found = difference(start(), new, REGISTRY)

    assert found.nodes == {"call": "removed", "log": "added", "mail": "changed"}
    assert found.wires == {"mail:done>call": "removed", "mail:done>log": "added"}
    assert set(found.drawn["steps"]) == {"mail", "call", "log"}
