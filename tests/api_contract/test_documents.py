"""What Garland answers keeps to the documents that it says it keeps to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from garland.reference.addresses import addresses
from garland.reference.contracts import CONTRACTS
from garland.reference.openapi import openapi
from runtime.alarms.tmf642.dialect import V4, V5, Dialect
from tenancy.organisations import create_organisation, find_by_slug
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.api_contract.alarm_management import make_things
from tests.api_contract.asking import Answers, Things, World, answers_of
from tests.factories.tenancy import NOON
from tests.isolation.routes import FIXED, IDS
from tests.support.size import examples
from tests.support.tmf_contracts import read_by_discriminator


def _own(world: World) -> dict[str, Any]:
    app = world.app
    return openapi(
        addresses(app.url_map.iter_rules(), app.view_functions), server="http://localhost"
    )


def _things(world: World) -> Things:
    named = {name: world.ids[kind] for name, kind in IDS.items() if "." not in name}
    fixed = {name: FIXED[name] for name in ("number", "step", "trigger_id", "version")}
    return Things(ids={**named, **fixed})


def test_every_answer_to_an_admins_program_is_as_the_openapi_document_says(world: World) -> None:
    found = answers_of(
        world,
        _own(world),
        there=_things(world),
        headers={**world.headers(), "If-Match": '"1"'},
        tries=examples(2, at_night=40),
    )

    assert found.wrong == {}


def test_without_a_token_every_operation_that_wants_one_is_401(world: World) -> None:
    client, answered = world.app.test_client(use_cookies=False), {}

    for path, methods in _own(world)["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/") and "401" in operation["responses"]:
                status = client.open(path, method=method.upper(), json={}).status_code
                answered[method, path] = status

    assert set(answered.values()) == {401}, answered


def test_every_answer_of_tmf642_v4_is_as_its_swagger_says(world: World, shared_data: Path) -> None:
    document = json.loads((shared_data / "tmf" / "TMF642-Alarm-v4.0.0.swagger.json").read_text())
    for name in ("Alarm", "AlarmRefOrValue"):  # its one slip: an id is text, not a number
        document["definitions"][name]["properties"]["id"] = {"type": "string"}
    document |= {"basePath": V4.base, "paths": _served(document["paths"])}

    found = _asked_of_tmf642(world, document, V4)

    assert found.wrong == {}
    assert found.never_done == set()


def test_every_answer_of_tmf642_v5_is_as_its_document_says(world: World, shared_data: Path) -> None:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (shared_data / "tmf" / "TMF642_Alarm_v5.0.1.oas.yaml").read_text()
    document = yaml.load(text, Loader=loader)  # noqa: S506  a safe one
    document |= {"servers": [{"url": V5.base}], "paths": _served(document["paths"])}
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {
        name: read_by_discriminator(one) for name, one in schemas.items()
    }

    found = _asked_of_tmf642(world, document, V5)

    assert found.wrong == {}
    assert found.never_done == set()


def test_every_answer_to_a_directory_is_as_the_document_of_scim_says(world: World) -> None:
    found = answers_of(
        world,
        _contract(world, "scim"),
        there=Things(
            ids={"user_id": world.ids["scim_user"], "group_id": "operator", "name": "User"}
        ),
        headers=world.headers(),
        tries=examples(4, at_night=60),
    )

    assert found.wrong == {}


@pytest.mark.parametrize("name", ["tmf632", "tmf669"])
def test_every_answer_to_a_providers_system_is_as_the_documents_of_parties_say(
    world: World, name: str
) -> None:
    sessions = world.app.extensions["garland.services"].sessions
    with sessions.begin() as session:
        csp = find_by_slug(session, "csp")
        assert csp is not None
        slug = f"asked-{name}"
        one = create_organisation(
            session, kind="customer", name=slug, slug=slug, parent_id=csp.id, now=NOON
        )
        with as_tenant(session, csp.id):
            token = create_token(session, csp.id, name=name, role="admin", now=NOON)

    found = answers_of(
        world,
        _contract(world, name),
        there=Things(ids={"key": str(one.id)}),
        headers={"Authorization": f"Bearer {token}"},
        tries=examples(6, at_night=60),
    )

    assert found.wrong == {}


def _contract(world: World, name: str) -> dict[str, Any]:
    """Give a document; its answers are in JSON, whatever the media type is called."""
    app, kept = world.app, CONTRACTS[name]
    found = addresses(app.url_map.iter_rules(), app.view_functions, prefixes=kept.prefixes)
    return openapi(found, server="http://localhost", contract=kept)


def _asked_of_tmf642(world: World, document: Mapping[str, Any], dialect: Dialect) -> Answers:
    """Ask what is surely taken, of what is there, and then at random."""
    program = world.app.test_client(use_cookies=False)
    program.environ_base["HTTP_AUTHORIZATION"] = world.token
    there = make_things(program, dialect)
    tries = examples(2, at_night=60)
    found = answers_of(world, document, there=there, headers=world.headers(), tries=tries)
    wrong = {name: one for name, one in found.wrong.items() if _is_wrong(name, one)}
    return Answers(wrong=wrong, statuses=found.statuses)


def _is_wrong(name: str, said: str) -> bool:
    """Leave out a type that the asker made up, which comes back: TMF630 lets anybody extend.

    And the type of an answer without a body: Swagger's `produces` has no word for that.
    """
    has_no_body = name.endswith(" 204") and said.startswith("MissingContentType")
    return not said.startswith("DiscriminatorMismatch") and not has_no_body


def _served(paths: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a listener serves."""
    return {path: one for path, one in paths.items() if not path.startswith("/listener/")}
