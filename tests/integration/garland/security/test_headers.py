"""What every kind of answer says to a browser about how far it may be trusted."""

from __future__ import annotations

import pytest
from flask import Flask

from garland.security import HEADERS
from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn

KINDS = [
    pytest.param("/sign-in", 200, id="a page before anybody signed in"),
    pytest.param("/t/{slug}/alarms", 200, id="a page"),
    pytest.param("/t/{slug}/alarms/export.csv", 200, id="a file"),
    pytest.param("/t/{slug}/alarms/00000000-0000-4000-8000-000000000000", 404, id="an error"),
    pytest.param("/t/nowhere/", 404, id="somebody else's address"),
    pytest.param("/", 303, id="a redirect"),
    pytest.param("/schemas", 308, id="a redirect of the address book"),
    pytest.param("/static/js/no-such.js", 404, id="a static file that is not there"),
    pytest.param("/api/v1/alarms", 401, id="a refusal for a program"),
    pytest.param("/api/v1/openapi.json", 200, id="a document"),
    pytest.param("/sign-out", 405, id="a wrong method"),
]


@pytest.mark.parametrize(("path", "status"), KINDS)
def test_every_kind_of_answer_carries_all_headers(
    signed_in: SignedIn, acme: OrganisationView, path: str, status: int
) -> None:
    answer = signed_in("admin").get(path.format(slug=acme.slug))

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/t/{slug}/alarms", "/t/{slug}/alarms/export.csv"])
def test_no_cache_keeps_what_is_private(
    signed_in: SignedIn, acme: OrganisationView, path: str
) -> None:
    answer = signed_in("admin").get(path.format(slug=acme.slug))

    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_a_part_is_told_apart_from_its_page(signed_in: SignedIn, acme: OrganisationView) -> None:
    answer = signed_in("admin").get(f"/t/{acme.slug}/alarms", headers={"HX-Request": "true"})

    assert {"HX-Request", "HX-Request-Type"} <= set(answer.headers["Vary"].split(", "))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_a_header_makes_no_other_method_of_a_request(app: Flask, method: str) -> None:
    answer = app.test_client().get("/sign-out", headers={method: "POST"})

    assert answer.status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/static/../garland/settings.py",
        "/static/..%2f..%2fetc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "/static/js/..\\..\\garland\\app.py",
        "/static/js/app.js%00.png",
        "/schemas/..%2f..%2fpyproject.toml",
    ],
)
def test_no_path_leaves_its_folder(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)

    assert answer.status_code in (308, 404)
    assert "root:" not in answer.text


@pytest.mark.parametrize("said", ["a\r\nSet-Cookie: x=y", "a%0d%0aSet-Cookie:%20x=y"])
def test_nothing_that_is_sent_splits_an_answer(
    signed_in: SignedIn, acme: OrganisationView, said: str
) -> None:
    answer = signed_in("admin").get(f"/t/{acme.slug}/inventory/find/{said}")

    assert "x=y" not in answer.headers.get("Set-Cookie", "")
    assert "\n" not in answer.headers.get("Location", "")
