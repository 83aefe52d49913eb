"""A new address fails the tests until it has an entry: tried on an application of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.isolation import entries
from tests.isolation.crawl import calls_of
from tests.isolation.endpoints import OPEN
from tests.isolation.entries import entries_of_nothing, not_crawled, without_entry

NAME_IT = "name it in BY_ID, PLAIN or OPEN of tests/isolation/endpoints.py"


@pytest.fixture
def serve() -> Callable[..., Flask]:
    """Make an application of one address."""

    def made(path: str, endpoint: str, *methods: str) -> Flask:
        app = Flask("made_up", static_folder=None)
        app.add_url_rule(path, endpoint, lambda **_: "", methods=methods)
        return app

    return made


@pytest.mark.parametrize(
    ("path", "endpoint", "method"),
    [
        pytest.param("/t/<tenant>/gadgets", "gadgets.list_gadgets", "GET", id="a page"),
        pytest.param("/t/<tenant>/gadgets/<alarm_id>", "gadgets.show", "GET", id="a thing's page"),
        pytest.param("/t/<tenant>/gadgets", "gadgets.add", "POST", id="a form"),
        pytest.param("/api/v1/gadgets/<gadget_id>", "gadgets_api.get", "GET", id="an operation"),
    ],
)
def test_an_address_without_an_entry_is_named(
    serve: Callable[..., Flask], path: str, endpoint: str, method: str
) -> None:
    assert without_entry(serve(path, endpoint, method)) == {endpoint: NAME_IT}


def test_an_id_that_comes_to_an_address_later_is_named(
    serve: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "_PLAIN", {"gadgets.show"})

    found = without_entry(serve("/t/<tenant>/gadgets/<alarm_id>", "gadgets.show", "GET"))

    assert found == {"gadgets.show": "its address has ids: alarm_id"}


def test_an_id_of_a_thing_that_the_world_has_none_of_is_named(
    serve: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "_BY_ID", {"gadgets.show"})

    found = without_entry(serve("/t/<tenant>/gadgets/<gadget_id>", "gadgets.show", "GET"))

    assert found == {"gadgets.show": "IDS of tests/isolation/routes.py lacks gadget_id"}


def test_an_entry_is_enough_for_an_address_that_has_one(serve: Callable[..., Flask]) -> None:
    app = serve("/t/<tenant>/alarms/<uuid:alarm_id>", "alarms.show_alarm", "GET")

    assert without_entry(app) == {}


def test_an_entry_of_an_address_that_is_no_more_is_named(serve: Callable[..., Flask]) -> None:
    assert "alarms.show_alarm" in entries_of_nothing(serve("/", "home.index", "GET"))
    assert "home.index" in OPEN


def test_an_operation_that_only_its_document_knows_is_named(serve: Callable[..., Flask]) -> None:
    calls = calls_of(serve("/api/v1/gadgets", "gadgets_api.list_gadgets", "GET"))
    paths: dict[str, Any] = {
        "/api/v1/gadgets": {"get": {}, "post": {}},
        "/api/v1/gadgets/{id}": {"delete": {}},
    }

    assert not_crawled(paths, calls) == ["DELETE /api/v1/gadgets/{id}", "POST /api/v1/gadgets"]
