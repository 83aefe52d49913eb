"""Tidying: what the canvas is answered for what stands on it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn

RECT = {"x": 0, "y": 0, "w": 208, "h": 98}
NODE = {**RECT, "within": "", "loops": False, "ports": ["done", "error"]}
WIRE = {"from": "a:done", "to": "b"}
EMPTY: dict[str, Any] = {"nodes": {}, "notes": {}, "wires": [], "groups": [], "chosen": []}


def _tidy(browser: FlaskClient, organisation: OrganisationView, **parts: Any) -> Any:
    at = f"/t/{organisation.slug}/workflows/tidied"
    return browser.post(at, json={**EMPTY, **parts}, headers={"Accept": "application/json"})


def test_answers_where_steps_and_notes_stand(signed_in: SignedIn, acme: OrganisationView) -> None:
    nodes, notes = {"b": NODE, "a": NODE}, {"n": {**RECT, "y": 120}}

    answer = _tidy(signed_in("designer"), acme, nodes=nodes, notes=notes, wires=[WIRE])

    assert answer.json["places"].keys() == {"a", "b", "note:n"}
    assert answer.json["places"]["a"][0] < answer.json["places"]["b"][0]


def test_an_empty_canvas_has_no_places(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert _tidy(signed_in("designer"), acme).json == {"places": {}}


def test_says_which_part_of_a_canvas_is_wrong(signed_in: SignedIn, acme: OrganisationView) -> None:
    answer = _tidy(signed_in("designer"), acme, nodes={"a": {**NODE, "x": "left"}})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/nodes/a/x"


def test_only_who_may_edit_workflows_tidies(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert _tidy(signed_in("operator"), acme).status_code == 403
