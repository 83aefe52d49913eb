"""Listings that are taken in, changed and taken out, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from garland.cli import main
from kernel.db import make_sessions
from kernel.errors import InvalidError, NotFoundError
from kernel.secrets import new_key
from marketplace.releases._tables import MarketRelease
from marketplace.releases.states import ReleaseState
from marketplace.search._tables import MarketSearchEntry, MarketSearchState
from marketplace.search.finding import find, get_listing
from marketplace.search.model import Kind, Query, Sort
from marketplace.search.store import index, rebuild, remove, tell_of_use
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.catalogue import make_known, make_listed
from tests.factories.listings import made_up_entries, make_entry
from tests.factories.releases import make_integrator, make_publisher, make_release
from tests.factories.tenancy import NOON
from tests.integration.conftest import client_of

API = "/api/v1/marketplace/listings"


def ids(session: Session, text: str = "", **more: object) -> list[str]:
    return [one.listing_id for one in find(session, Query(text=text), **more).entries]  # type: ignore[arg-type]


def listed(sessions: sessionmaker[Session], *listing_ids: str, **fields: object) -> None:
    with sessions.begin() as session:
        for listing_id in listing_ids:
            index(session, make_entry(listing_id=listing_id, **fields), now=NOON)


def test_a_listing_is_found_as_soon_as_it_is_committed_and_by_nobody_before(
    sessions: sessionmaker[Session], engine: Engine
) -> None:
    reading = make_sessions(engine.execution_options(garland_read_only=True))
    with reading() as other, sessions() as writer:
        assert ids(other) == []
        other.rollback()

        index(writer, make_entry(), now=NOON)
        assert ids(writer, "lamp") == ["acme.lamp"]
        assert ids(other, "lamp") == []
        other.rollback()

        writer.commit()
        assert ids(other, "lamp") == ["acme.lamp"]


def test_what_is_rolled_back_is_found_by_nobody(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        index(session, make_entry(), now=NOON)
        assert ids(session) == ["acme.lamp"]
        session.rollback()

        index(session, make_entry(listing_id="acme.fan", title="Fan"), now=NOON)
        session.commit()
        assert ids(session) == ["acme.fan"]


def test_a_listing_is_found_by_what_it_is_now(sessions: sessionmaker[Session]) -> None:
    listed(sessions, "acme.lamp", docs="Bulbs of any colour")
    with sessions() as session:
        assert ids(session, "colour") == ["acme.lamp"]

    listed(sessions, "acme.lamp", title="Lantern", docs="")
    with sessions() as session:
        assert ids(session, "lantern") == ["acme.lamp"]
        assert ids(session, "colour") == []


def test_a_listing_that_is_taken_out_is_gone_and_may_come_back(
    sessions: sessionmaker[Session],
) -> None:
    listed(sessions, "acme.lamp")
    with sessions() as session:
        assert ids(session) == ["acme.lamp"]

    with sessions.begin() as session:
        remove(session, "acme.lamp", now=NOON)
        remove(session, "acme.nothing", now=NOON)
    with sessions() as session:
        assert ids(session) == []
        with pytest.raises(NotFoundError):
            get_listing(session, "acme.lamp")

    listed(sessions, "acme.lamp")
    with sessions() as session:
        assert ids(session) == ["acme.lamp"]


def test_taking_in_what_is_there_already_changes_nothing(
    sessions: sessionmaker[Session],
) -> None:
    listed(sessions, "acme.lamp", docs="Bulbs", rating=4.5)
    listed(sessions, "acme.lamp", docs="Bulbs", rating=4.5)

    with sessions() as session:
        assert session.scalar(select(MarketSearchState.revision)) == 1


def test_use_and_ratings_change_the_order_and_the_facets(
    sessions: sessionmaker[Session],
) -> None:
    listed(sessions, "acme.a", "acme.b", docs="Bulbs")
    with sessions.begin() as session:
        tell_of_use(session, "acme.b", proven_uses=7, rating=4.2, now=NOON)

    with sessions() as session:
        found = find(session, Query())
        assert [one.listing_id for one in found.entries] == ["acme.b", "acme.a"]
        assert [one.value for one in found.facets["rating"]] == ["2", "3", "4"]
        assert ids(session, "bulb") == ["acme.b", "acme.a"]
        with pytest.raises(NotFoundError):
            tell_of_use(session, "acme.c", proven_uses=1, rating=None, now=NOON)
        with pytest.raises(InvalidError):
            tell_of_use(session, "acme.b", proven_uses=1, rating=6, now=NOON)


def test_words_that_were_read_in_an_older_way_are_read_anew(
    sessions: sessionmaker[Session],
) -> None:
    listed(sessions, "acme.lamp", docs="Bulbs")
    with sessions.begin() as session:
        session.execute(update(MarketSearchEntry).values(words="{}", read_as=0))
    with sessions() as session:
        assert ids(session, "bulb") == ["acme.lamp"]

    with sessions.begin() as session:
        assert rebuild(session, now=NOON) == 1
    with sessions() as session:
        is_old = MarketSearchEntry.read_as == 0
        assert session.scalar(select(func.count()).where(is_old)) == 0
        assert ids(session, "bulb") == ["acme.lamp"]


@pytest.mark.parametrize("sort", list(Sort), ids=[one.value for one in Sort])
def test_pages_hold_each_listing_once_in_every_order(
    sessions: sessionmaker[Session], sort: Sort
) -> None:
    with sessions.begin() as session:
        for one in made_up_entries(25):
            index(session, one, now=NOON)

    with sessions() as session:
        query, paged, after = Query(text="a", sort=sort), [], None
        while True:
            found = find(session, query, limit=4, after=after)
            paged += [one.listing_id for one in found.entries]
            if not (after := found.next_place):
                break
        assert len(paged) == len(set(paged)) == found.total > 4


def test_programs_search_by_words_facets_and_pages(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    listed(sessions, "acme.lamp", "acme.fan", updated_at=NOON - timedelta(days=1))
    listed(sessions, "acme.pack", kind=Kind.PACK, title="Lamps of all kinds")
    client = client_of(app, sessions, acme, "viewer")

    asked = client.get(f"{API}?q=lmap&kind=block&limit=1").get_json()
    assert asked["total"] == 2
    assert asked["corrected"] == [{"typed": "lmap", "read_as": ["lamp"]}]
    kinds = next(one for one in asked["facets"] if one["name"] == "kind")
    assert {one["value"]: one["count"] for one in kinds["values"]} == {"block": 2, "pack": 1}
    more = client.get(f"{API}?q=lmap&kind=block&limit=1&cursor={asked['next_cursor']}").get_json()
    assert [*asked["items"], *more["items"]] != asked["items"] * 2
    assert more["next_cursor"] is None
    assert client.get(f"{API}?sort=newest").get_json()["items"][0]["listing"] == "acme.pack"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        pytest.param("sort=best", "/sort", id="an order that is none"),
        pytest.param(f"q={'x' * 201}", "/q", id="more than people type"),
        pytest.param("cursor=x", "/cursor", id="a cursor that is none"),
        pytest.param(f"publisher={'x' * 101}", "/publisher", id="a value that is none"),
        pytest.param("limit=0", "/limit", id="a page without length"),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_by_its_name(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, query: str, pointer: str
) -> None:
    answer = client_of(app, sessions, acme, "viewer").get(f"{API}?{query}")

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


def test_a_listing_that_is_not_public_is_as_one_that_is_not_there(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    listed(sessions, "acme.lamp")
    listed(sessions, "acme.secret", is_public=False)
    client = client_of(app, sessions, acme, "viewer")

    assert client.get(f"{API}/acme.lamp").get_json()["title"] == "Lamp"
    hidden, absent = client.get(f"{API}/acme.secret"), client.get(f"{API}/acme.absent")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.get_json() == absent.get_json()
    assert client.get(API).get_json()["total"] == 1


@pytest.fixture
def here(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands be about this database."""
    for name, value in {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of tests",
        "ENCRYPTION_KEYS": new_key(),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }.items():
        monkeypatch.setenv(f"GARLAND_{name}", value)


@pytest.mark.usefixtures("here")
def test_the_command_reads_all_words_anew(sessions: sessionmaker[Session]) -> None:
    listed(sessions, "acme.lamp")

    told = CliRunner().invoke(main, ["search", "rebuild"])

    assert told.exception is None
    assert told.output.endswith("1 listings can be found.\n")


@pytest.mark.usefixtures("here")
def test_the_command_brings_back_what_is_missing_and_takes_out_what_is_not_listed(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        release = make_release(session, acme)
        row = session.get_one(MarketRelease, release.id)
        row.state, row.listed_at = ReleaseState.LISTED, NOON
        make_known(session, make_listed(session, id="acme.gone"), state=ReleaseState.DEPRECATED)
    listed(sessions, "acme.gone")

    told = CliRunner().invoke(main, ["search", "rebuild"])

    assert told.output.endswith("1 listings can be found.\n")
    with sessions() as session:
        assert ids(session) == [release.listing_id]
