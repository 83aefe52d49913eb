"""Keys in addresses and headers: each opens its own tenant, and tells nobody of another's.

Files that are served by a name, and not by the id of a thing, are here too.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.isolation.crawl import seen
from tests.isolation.world import World, digest_of

SOURCES = "/api/v1/sources"
EVENT = {"managed_object": "brought", "perceived_severity": "minor"}


@pytest.mark.parametrize("is_same", [True, False], ids=["the same", "something else"])
def test_what_another_did_under_a_key_is_neither_answered_nor_in_the_way(
    world: World, is_same: bool
) -> None:
    key = {"Idempotency-Key": f"key-{uuid4().hex}"}
    made = {"kind": "json", "name": uuid4().hex}
    name = made["name"] if is_same else uuid4().hex
    theirs = world.theirs.program.post(SOURCES, json=made, headers=key)

    mine = world.mine.program.post(SOURCES, json={**made, "name": name}, headers=key)

    assert (theirs.status_code, mine.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in mine.headers
    assert mine.json["id"] != theirs.json["id"]  # type: ignore[index]
    again = world.mine.program.post(SOURCES, json={**made, "name": name}, headers=key)
    assert again.data == mine.data


@pytest.mark.parametrize("address", ["/in/{source_key}", "/hooks/{hook_key}"])
def test_a_key_brings_to_whose_it_is_whoever_sends(world: World, address: str) -> None:
    mine, theirs = world.mine.organisation, world.theirs.organisation
    before = (digest_of(world.sessions, mine), digest_of(world.sessions, theirs))

    for client in (world.mine.browser, _with_token_of_mine(world)):
        answer = client.post(address.format_map(world.theirs.ids), json=EVENT)
        assert answer.status_code == 202

    assert digest_of(world.sessions, mine) == before[0]
    assert digest_of(world.sessions, theirs) != before[1]


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("door", ["/in/", "/hooks/"])
def test_a_key_that_opens_another_door_or_none_any_more_is_as_one_that_never_was(
    world: World, door: str, method: str
) -> None:
    client = world.app.test_client(use_cookies=False)
    ids = world.theirs.ids
    other = ids["hook_key"] if door == "/in/" else ids["source_key"]
    keys = [other, _key_of_a_deleted_source(world), ids["source"], ids["flow"]]
    unknown = _asked(client, method, door + "x" * len(other), told="x" * len(other))

    answers = {key: _asked(client, method, door + key, told=key) for key in keys}

    assert {key: one for key, one in answers.items() if one != unknown} == {}


def test_a_key_of_a_workflow_that_is_paused_or_not_is_told_to_nobody_by_its_form(
    world: World,
) -> None:
    client = world.app.test_client(use_cookies=False)
    known = world.theirs.ids["hook_key"]

    cut = [known[:-1], known + "x", known.upper(), known[::-1]]
    answers = [_asked(client, "POST", "/hooks/" + one, told=one) for one in cut]

    assert len({str(one) for one in answers}) == 1
    assert answers[0][0] == 404


@pytest.mark.parametrize(
    "address",
    [
        "/static/{file}",
        "/static/../{file}",
        "/static/%2e%2e/%2e%2e/{file}",
        "/static//{whole}",
        "/brand/{file}",
        "/brand/%2e%2e%2f{file}",
        "/schemas/{file}",
        "/schemas/..%2f{file}",
    ],
)
def test_no_address_serves_a_file_that_the_installation_keeps(world: World, address: str) -> None:
    folder = world.app.extensions["garland.services"].settings.data_dir
    (folder / "blocks").mkdir(exist_ok=True)
    kept = folder / "blocks" / "kept.txt"
    kept.write_text(world.theirs.word)

    for client in (world.mine.browser, world.app.test_client(use_cookies=False)):
        for name in ("blocks/kept.txt", "kept.txt"):
            answer = client.get(address.format(file=name, whole=kept))
            assert answer.status_code in (308, 404)
            assert world.theirs.word not in answer.text


def test_a_picture_of_a_brand_is_found_by_its_whole_digest_alone(world: World) -> None:
    client = world.app.test_client(use_cookies=False)

    answers = [
        _asked(client, "GET", f"/brand/{name}{kind}", told=name)
        for name in ("0" * 64, "f" * 64, "0" * 8, world.theirs.ids["organisation"])
        for kind in (".svg", ".png", ".css")
    ]

    assert {one[0] for one in answers} == {404}
    assert len({str(one) for one in answers}) == 1


def _with_token_of_mine(world: World) -> FlaskClient:
    client = world.app.test_client(use_cookies=False)
    client.environ_base["HTTP_AUTHORIZATION"] = world.mine.program.environ_base[
        "HTTP_AUTHORIZATION"
    ]
    return client


def _key_of_a_deleted_source(world: World) -> str:
    made: Any = world.theirs.send("/sources", json={"kind": "json", "name": uuid4().hex})
    world.theirs.send(f"/sources/{made['id']}", "DELETE")
    return str(made["address"].rpartition("/")[2])


def _asked(client: FlaskClient, method: str, address: str, *, told: str) -> tuple[object, ...]:
    answer: TestResponse = client.open(
        address, method=method, json=EVENT if method == "POST" else None
    )
    return seen(answer, told)
