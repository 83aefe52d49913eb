"""Lists, searches and exports: nothing of another tenant is in them, whatever is looked for.

Each address without an id is asked, as whatever stands in its way, with a word that only the other
tenant has written, and with one that nobody has.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.cursors import encode_cursor
from tenancy.organisations import create_organisation
from tests.isolation.conftest import new_world
from tests.isolation.crawl import Call, calls_of, client_of, is_machine, seen
from tests.isolation.endpoints import OPEN
from tests.isolation.parameters import noted, read_by
from tests.isolation.world import Asker, World, make_asker
from tests.support.databases import Databases
from tests.support.size import examples

NOBODYS = "Zyxxyv"
"""As long as the other tenant's word, and written by no one."""
NAMED = ("rule", "login", "hooked", "asked", "decision", "source", "syslog", "view")
"""What of the other tenant's has its word and this one as its name."""
NAMELESS = {
    "catalogue_api.list_offers": "what is offered is signed, and what was brought here is not",
    "market_search_api.list_listings": "what is listed; the release of one's own is not yet",
    "organisations_api.list_organisations": "an organisation's own name has no such word",
    "runs_api.count_runs": "finds what started a run, and hands did",
    "runs_api.list_runs": "finds what started a run, and hands did",
}
"""Where one's own word finds nothing either, and why."""
_CURSOR = re.compile(r'(?:[?&;]cursor=|"next_cursor":\s*")([\w-]+)')
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def world(new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Its own: what others sent in vain to the crawl's stands in their lists, as they sent it."""
    with new_world(new_database, Path(tmp_path_factory.mktemp("lists"))) as made:
        yield made


@pytest.fixture
def untouched(world: World) -> Iterator[None]:
    """Whatever is asked, nothing of the other tenant changes."""
    before = world.digest()
    yield
    assert world.digest() == before


@pytest.fixture
def newcomer(world: World) -> Asker:
    """The admin of a customer who has nothing yet; what they look for stays in their audit."""
    above = world.asker("csp admin").organisation
    facts = {"kind": "customer", "name": "Newcomer", "slug": f"new-{uuid4().hex[:8]}"}
    with world.sessions.begin() as session:
        made = create_organisation(session, **facts, parent_id=above.id)  # type: ignore[arg-type]
    return make_asker(world.app, world.sessions, made, "admin", "newcomer")


def lists_of(world: World) -> list[Call]:
    """Give every address to read that names no thing."""
    return [
        one
        for one in calls_of(world.app)
        if one.method == "GET" and not one.names and one.endpoint not in {*OPEN, "live.stream"}
    ]


def asked(asker: Asker, call: Call, **query: str) -> TestResponse:
    return client_of(asker, call).get(call.address(asker.organisation.slug, {}), query_string=query)


@pytest.mark.usefixtures("untouched")
def test_a_word_of_another_tenant_finds_what_a_word_of_nobody_finds(
    world: World, newcomer: Asker
) -> None:
    ids, word, told = world.theirs.ids, world.theirs.word, {}
    exported = iter(NAMED)  # an export is noted in the audit with what was looked for

    for call, name in searches_of(world, newcomer):
        is_noted = name == "q" and "/export." in call.pattern
        more = f" {next(exported)}" if is_noted else ""
        pairs = [(word + more, NOBODYS + more)]
        if name in ids:
            pairs.append((ids[name], str(uuid4())))
        for theirs, nobodys in pairs:
            there, none = (asked(newcomer, call, **{name: one}) for one in (theirs, nobodys))
            if told_by(there, theirs) != told_by(none, nobodys) or there.status_code >= 500:
                told[call.pattern, name, theirs] = (there.status_code, none.status_code)

    assert told == {}


def test_a_word_of_ones_own_finds_what_is_ones_own(world: World) -> None:
    asker, word = world.asker("customer admin"), world.mine.word
    blind = set()

    for call, name in searches_of(world, asker):
        if name == "q":
            there, none = (asked(asker, call, q=one) for one in (word, NOBODYS))
            if seen(there, word) == seen(none, NOBODYS):
                blind.add(call.endpoint)

    assert blind == {*NAMELESS}


@pytest.mark.usefixtures("untouched")
def test_no_list_and_no_export_holds_anything_of_another_tenant(world: World) -> None:
    marks, told = _marks(world), {}

    for call, asker in _asked_by(world):
        said = asked(asker, call).get_data()
        found = [one for one in _marks_for(world, asker, marks) if one in said]
        if found:
            told[asker.name, call.pattern, call.choices] = found

    assert told == {}


def test_a_place_in_another_tenants_list_is_one_in_ones_own(world: World) -> None:
    asker, marks, places, told = world.asker("customer admin"), _marks(world), 0, {}

    for call in lists_of(world):
        client = world.theirs.program if is_machine(call) else world.theirs.browser
        cursor = cursor_of(client, call, world.theirs.organisation.slug)
        if cursor is not None:
            beside = neighbour_of(cursor)
            there, none = (asked(asker, call, limit="1", cursor=one) for one in (cursor, beside))
            leaks = [one for one in marks if one in there.get_data()]
            if leaks or seen(there, cursor) != seen(none, beside):
                told[call.pattern] = (there.status_code, none.status_code, leaks)
            places += 1

    assert told == {}
    assert places >= 15


def searches_of(world: World, asker: Asker) -> list[tuple[Call, str]]:
    """Give each address with each name of a query that it reads; what is noted, at the end."""
    slug = asker.organisation.slug
    with noted(world.app):
        found = [
            (call, name)
            for call in lists_of(world)
            for name in sorted(read_by(client_of(asker, call), call, slug))
        ]
    return sorted(found, key=lambda one: ("/export." in one[0].pattern, one[1] != "q"))


def told_by(answer: TestResponse, sent: str) -> tuple[object, ...]:
    """Give what an answer tells, without the notes of exports before it: the asker's own."""
    *rest, text = seen(answer, sent)
    return *rest, [one for one in text.splitlines() if "audit.exported" not in one]


def cursor_of(client: FlaskClient, call: Call, slug: str) -> str | None:
    """Give the place where the second page of a list begins; None where there is no second."""
    answer = client.get(call.address(slug, {}), query_string={"limit": "1"})
    found = _CURSOR.search(answer.get_data(as_text=True))
    return found[1] if found else None


def neighbour_of(cursor: str) -> str:
    """Give a place as near to another as can be, where nothing is."""
    padded = cursor + "=" * (-len(cursor) % 4)
    parts = json.loads(base64.urlsafe_b64decode(padded))
    return encode_cursor(
        *(_UUID.sub(lambda one: str(UUID(int=UUID(one[0]).int ^ 1)), part) for part in parts)
    )


def _asked_by(world: World) -> Iterator[tuple[Call, Asker]]:
    """Pair lists with all admins and the owner's provider, and with all others in turn."""
    always = [one for one in world.askers if one.role == "admin"]
    others = [one for one in world.askers if one.role != "admin"]
    step = 1 if examples(1) > 1 else len(others)
    for place, call in enumerate(lists_of(world)):
        yield from ((call, one) for one in (*always, *others[place % step :: step]))


def _marks(world: World) -> list[bytes]:
    """What only the other tenant has: its word, and every long id of a thing of its own."""
    ids = world.theirs.ids
    return [world.theirs.word.encode(), *(one.encode() for one in ids.values() if len(one) > 20)]


def _marks_for(world: World, asker: Asker, marks: list[bytes]) -> list[bytes]:
    """Leave out what its provider may know: who it is, what it uses, to whom it opened itself."""
    if asker.organisation.id != world.theirs.organisation.parent_id:
        return marks
    ids = world.theirs.ids
    known = {world.theirs.word, *(ids[one] for one in _KNOWN_ABOVE)}
    return [one for one in marks if one.decode() not in known]


_KNOWN_ABOVE = ("organisation", "environment", "grant", "deletion", "usage")
