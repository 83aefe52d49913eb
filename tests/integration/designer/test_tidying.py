"""Tidying: what the canvas is answered for what it holds."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tenancy.organisations import OrganisationView
from tests.factories.flows import flow_document, step
from tests.integration.conftest import SignedIn

STEPS = {"b": step("write-log"), "a": step("write-log")}


def _tidy(browser: FlaskClient, organisation: OrganisationView, document: Any) -> Any:
    at = f"/t/{organisation.slug}/workflows/tidied"
    asked = {"document": document, "chosen": []}
    return browser.post(at, json=asked, headers={"Accept": "application/json"})


def test_answers_where_steps_and_notes_stand(signed_in: SignedIn, acme: OrganisationView) -> None:
    document = flow_document(STEPS, ["a:done > b"])
    document["canvas"] = {"notes": {"n": {"text": "", "position": [0, 120]}}}

    places = _tidy(signed_in("designer"), acme, document).json["places"]

    assert {"a", "b", "note:n"} <= places.keys()
    assert places["a"][0] < places["b"][0]


def test_says_which_part_of_a_workflow_is_wrong(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    answer = _tidy(signed_in("designer"), acme, flow_document({"a": {"block": 1}}, []))

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith("/steps/a")


def test_only_who_may_edit_workflows_tidies(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert _tidy(signed_in("operator"), acme, flow_document(STEPS, [])).status_code == 403
