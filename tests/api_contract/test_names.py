"""What programs of a branded CSP's customer are answered: the vendor's name is nowhere in it.

Every operation is asked, of what is there and of what is not, with what it takes and with nonsense.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenancy.brand import store
from tenancy.brand.model import read_brand
from tenancy.organisations import find_by_slug
from tests.api_contract.asking import World
from tests.factories.tenancy import NOON
from tests.isolation.crawl import Call, ask, calls_of, is_machine, nobodys
from tests.support.vendors_words import words_in_file


@pytest.fixture(scope="module")
def branded(world: World) -> Iterator[FlaskClient]:
    """The customer's program, while the CSP above has a brand."""
    sessions = world.app.extensions["garland.services"].sessions
    with sessions.begin() as session:
        csp = find_by_slug(session, "csp")
        assert csp is not None
        wanted = read_brand({"product": "Aurora"})
        store.change_brand(session, csp.id, wanted, {}, by="Anna", now=NOON)
    client = world.app.test_client(use_cookies=False)
    client.environ_base["HTTP_AUTHORIZATION"] = world.token
    yield client
    with sessions.begin() as session:
        store.drop_brand(session, csp.id, now=NOON)


def words(answer: TestResponse) -> list[str]:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return words_in_file(answer.get_data(as_text=True)) + words_in_file(headers)


def operations(world: World) -> Iterator[tuple[Call, dict[str, str]]]:
    for call in calls_of(world.app):
        if is_machine(call) and not call.pattern.startswith(("/in/", "/hooks/")):
            yield call, {name: world.ids[call.kind_of(name)] for name in call.names}


def test_what_is_read_says_it_nowhere(world: World, branded: FlaskClient) -> None:
    told, found = {}, set()

    for call, ids in operations(world):
        if call.method == "GET":
            answer = ask(branded, call, "heron", ids, world.ids)
            found.add(answer.status_code)
            if words(answer):
                told[call.pattern, call.choices] = words(answer)[:3]

    assert told == {}
    assert 200 in found


def test_what_is_refused_says_it_nowhere(world: World, branded: FlaskClient) -> None:
    told, found = {}, set()
    stranger = world.app.test_client(use_cookies=False)

    for call, ids in operations(world):
        address = call.address("heron", nobodys(ids))
        for client in (branded, stranger):
            answer = client.open(address, method=call.method, json={"no": 1})
            found.add(answer.status_code)
            if words(answer):
                told[call.method, call.pattern, call.choices] = words(answer)[:3]

    assert told == {}
    assert found >= {401, 404, 422}
