"""Bringing a pack: all of it is checked, and it is one tenant's alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.packs import make_block_files, make_pack_package
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of
from tests.integration.designer.packs.conftest import (
    BYTES,
    HERE,
    ONLY_FLOW,
    PACK,
    bring,
    install,
    names,
)


def test_another_tenant_sees_neither_the_pack_nor_what_came_of_it(
    app: Flask, program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    bring(program, parts=ONLY_FLOW)
    install(program)
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    stranger = client_of(app, sessions, other, "admin")

    answers = [
        stranger.get(PACK),
        stranger.get(f"{PACK}/plan"),
        stranger.post(f"{PACK}/install"),
        stranger.get(f"{PACK}/removal"),
        stranger.post(f"{PACK}/undo"),
        stranger.delete(PACK),
        stranger.delete(f"{PACK}/versions/1.0.0"),
    ]

    assert [one.status_code for one in answers] == [404] * len(answers)
    assert names(program) == {"Tell the site"}


def test_a_designer_looks_at_packs_and_installs_none(
    app: Flask, program: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    bring(program, parts=ONLY_FLOW)
    designer = client_of(app, sessions, acme, "designer")

    assert designer.get(PACK).status_code == 200
    assert designer.post(f"{PACK}/install").status_code == 403
    assert designer.post(HERE, data=b"", content_type=BYTES).status_code == 403


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param({"parts": {"rules/r.json": {}}}, "rules/r.json: ", id="no rule"),
        pytest.param({"parts": {"tables/a.csv": "key\n"}}, "tables/a.csv: columns", id="no column"),
        pytest.param(
            {"parts": make_block_files(publisher="other", id="other.say")},
            "blocks/say/block.json: publisher must be acme",
            id="a block of somebody else",
        ),
        pytest.param(
            {"parts": {n: c for n, c in make_block_files().items() if "README" not in n}},
            "blocks/say: README.md is missing",
            id="a block without its page",
        ),
        pytest.param(
            {"id": "garland.mine", "publisher": "garland"},
            "pack.json: publisher: this is the vendor's own name",
            id="the vendor's name",
        ),
    ],
)
def test_a_bad_pack_is_refused_with_file_and_field(
    program: FlaskClient, said: dict[str, Any], wanted: str
) -> None:
    refused = program.post(HERE, data=make_pack_package(**said), content_type=BYTES)

    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["message"].startswith(wanted)


def test_packs_are_listed_in_pages_and_found_by_words(program: FlaskClient) -> None:
    bring(program, parts=ONLY_FLOW)

    found = program.get(f"{HERE}?q=core site").get_json()["items"]
    first = program.get(f"{HERE}?limit=1").get_json()
    second = program.get(f"{HERE}?limit=1&cursor={first['next_cursor']}").get_json()

    assert [(one["pack"], one["state"]) for one in found] == [("acme.core-site", "offered")]
    assert first["items"][0]["title"] < second["items"][0]["title"]
