"""A hidden value is in nothing that a customer asks for; a fixed one is shown, not changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.deciding import DECISIONS_ON_SETTINGS
from blocks.installs.registry import SHELF, Shelf
from marketplace.catalogue.deciding import CatalogueDecides
from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.market import begin_trust, bring, install
from tests.integration.conftest import SignedIn, client_of
from tests.integration.marketplace.catalogue.test_deciding import (
    STEP,
    TICKETS,
    decide,
    server,
    signed,
)
from tests.integration.runtime.engine.bench import Bench, answer


@pytest.fixture
def bench(sessions: sessionmaker[Session], acme: OrganisationView, tmp_path: Path) -> Bench:
    """Acme has the block of a ticket system."""
    known = {DECISIONS_ON_SETTINGS: CatalogueDecides(), SHELF: Shelf(tmp_path / "blocks")}
    sessions.configure(info=known)
    with sessions.begin() as session:
        begin_trust(session)
        install(session, acme.id, bring(session, acme.id, signed()))
    return Bench(sessions=sessions, tenant_id=acme.id)


def provider_of(bench: Bench, acme: OrganisationView) -> OrganisationView:
    assert acme.parent_id is not None
    with bench.sessions() as session:
        return get_organisation(session, acme.parent_id)


def inspect(signed_in: SignedIn, acme: OrganisationView, node: dict[str, Any], **form: str) -> str:
    data = {"node": "ask", "value": json.dumps(node), **form}
    page = signed_in("designer").post(f"/t/{acme.slug}/workflows/inspector", data=data)
    assert page.status_code == 200
    return page.text


def asked_for(acme: OrganisationView, flow_id: UUID, run_id: UUID) -> list[str]:
    here, flow, run = f"/t/{acme.slug}", f"/api/v1/flows/{flow_id}", f"/api/v1/runs/{run_id}"
    return [
        *(
            f"{here}/workflows/{flow_id}{end}"
            for end in ("", "/details", "/versions", "/export.json")
        ),
        f"{here}/runs/{run_id}",
        f"{here}/palette/catalogue",
        f"{here}/blocks",
        f"{here}/blocks/{TICKETS}",
        *(f"{flow}{end}" for end in ("", "/draft", "/versions", "/versions/1", "/export.json")),
        *(f"{run}{end}" for end in ("", "/steps")),
        "/api/v1/blocks",
        "/api/v1/installs",
        "/api/v1/audit",
    ]


def test_a_hidden_value_is_in_no_page_and_no_answer(
    app: Flask, bench: Bench, signed_in: SignedIn, acme: OrganisationView
) -> None:
    decide(bench, provider_of(bench, acme), server("hidden"))
    flow_id = bench.publish({"ask": STEP}, ["hand > ask"])
    bench.http.answers = [answer(500)]
    run_id = bench.run(flow_id)
    browser, program = signed_in(), client_of(app, bench.sessions, acme, "admin")

    found = {}
    for address in asked_for(acme, flow_id, run_id):
        client = program if address.startswith("/api") else browser
        found[address] = client.get(address, follow_redirects=True)

    assert len(bench.http.calls) == 1
    assert [one for one, page in found.items() if "canary" in page.text] == []
    assert [one for one, page in found.items() if page.status_code != 200] == []
    assert "canary" not in inspect(signed_in, acme, STEP)


def test_a_hidden_setting_is_not_in_the_form(
    bench: Bench, signed_in: SignedIn, acme: OrganisationView
) -> None:
    before = inspect(signed_in, acme, STEP)
    decide(bench, provider_of(bench, acme), server("hidden"))

    assert "/config/server" in before
    assert "/config/server" not in inspect(signed_in, acme, STEP)


def test_a_fixed_setting_is_shown_with_whose_word_it_is_and_cannot_be_sent(
    bench: Bench, signed_in: SignedIn, acme: OrganisationView
) -> None:
    decide(bench, provider_of(bench, acme), server("fixed"))
    sent = {"filled": "1", "/config/server": "https://mine.example"}

    page, changed = inspect(signed_in, acme, STEP), inspect(signed_in, acme, STEP, **sent)

    assert 'value="https://canary.example"' in page
    assert "Set by " in page
    assert 'name="/config/server"' not in page
    assert "mine.example" not in changed


def test_a_suggested_value_stands_in_the_form_and_can_be_changed(
    bench: Bench, signed_in: SignedIn, acme: OrganisationView
) -> None:
    decide(bench, provider_of(bench, acme), {"name": "desk", "hold": "suggested", "value": "west"})

    assert "west" in inspect(signed_in, acme, STEP)
    assert 'name="/config/desk"' in inspect(signed_in, acme, STEP)
