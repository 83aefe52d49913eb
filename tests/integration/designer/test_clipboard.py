"""Pasting: what the canvas is answered for the text of a clipboard."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn

JSON = {"Accept": "application/json"}
PART = '{"garland": "flow-part", "steps": {"a": {"block": "acme.laser", "version": "2.0.0"}}}'


def _paste(browser: FlaskClient, organisation: OrganisationView, text: str) -> Any:
    at = f"/t/{organisation.slug}/workflows/part"
    return browser.post(at, json={"text": text}, headers=JSON)


def test_answers_the_part_and_which_blocks_are_not_installed(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    answer = _paste(signed_in("designer"), acme, PART)

    assert answer.status_code == 200
    assert answer.json["missing"] == ["acme.laser 2.0.0"]
    assert answer.json["part"]["steps"].keys() == {"a"}


def test_says_what_to_do_with_a_text_that_is_no_part(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    answer = _paste(signed_in("designer"), acme, "see you at nine")

    assert answer.status_code == 422
    assert "press Ctrl+C" in answer.json["errors"][0]["message"]


def test_only_who_may_edit_workflows_pastes(signed_in: SignedIn, acme: OrganisationView) -> None:
    assert _paste(signed_in("operator"), acme, PART).status_code == 403
