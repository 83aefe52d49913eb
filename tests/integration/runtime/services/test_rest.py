"""Services over REST."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.services import service_document
from tests.factories.tenancy import make_customer
from tests.integration.conftest import client_of

AT = "/api/v1/services"
IMPORTS = "/api/v1/service-imports"


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "designer")


def test_a_service_is_added_read_changed_and_removed(client: FlaskClient) -> None:
    made = client.post(AT, json=service_document())
    where = made.headers["Location"]
    tag = client.get(where).headers["ETag"]

    changed = client.put(where, json=service_document(name="New"), headers={"If-Match": tag})
    late = client.put(where, json=service_document(), headers={"If-Match": tag})
    blind = client.put(where, json=service_document())

    assert (made.status_code, changed.status_code) == (201, 200)
    assert (late.status_code, blind.status_code) == (412, 428)
    assert changed.get_json()["name"] == "New"
    assert changed.get_json()["watched_from"] == made.get_json()["watched_from"]
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"name": ""}, "/name", id="no name"),
        pytest.param({"key": ""}, "/key", id="no key"),
        pytest.param({"zone": "Mars"}, "/zone", id="no zone"),
        pytest.param({"kind": "toaster"}, "/kind", id="no kind"),
        pytest.param({"hops": 9}, "/hops", id="too many hops"),
        pytest.param({"breaks_from": "minor"}, "/breaks_from", id="no severity"),
        pytest.param({"rests_on": {}}, "/rests_on", id="no list"),
        pytest.param({"rests_on": [{"keys": []}]}, "/rests_on/0/keys", id="no keys"),
        pytest.param(
            {"rests_on": [{"need": "most", "keys": ["a"]}]}, "/rests_on/0/need", id="no need"
        ),
        pytest.param(
            {"rests_on": [{"need": "share", "share": 0, "keys": ["a"]}]},
            "/rests_on/0/share",
            id="no share",
        ),
        pytest.param({"sla": {"percent": 101}}, "/sla/percent", id="over a hundred"),
        pytest.param({"sla": {"percent": "NaN"}}, "/sla/percent", id="no number"),
        pytest.param(
            {"sla": {"percent": 99, "calendar": "Nobody's"}}, "/sla/calendar", id="no calendar"
        ),
        pytest.param({"watched_from": "soon"}, "/watched_from", id="no instant"),
        pytest.param({"watched_from": "2099-01-01T00:00:00Z"}, "/watched_from", id="to come"),
        pytest.param({"note": "\x00"}, "/note", id="what no database keeps"),
    ],
)
def test_what_cannot_be_taken_is_named_by_field(
    client: FlaskClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = client.post(AT, json=service_document(**changes))

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


def test_a_key_is_given_once(client: FlaskClient) -> None:
    client.post(AT, json=service_document())

    answer = client.post(AT, json=service_document())

    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/key")


def test_the_list_is_filtered_and_paged(client: FlaskClient) -> None:
    for name in ("Bakery", "apple shop", "Cinema"):
        client.post(AT, json=service_document(key=name, name=name))

    first = client.get(f"{AT}?limit=2").get_json()
    second = client.get(f"{AT}?limit=2&cursor={first['next_cursor']}").get_json()

    names = [one["name"] for one in first["items"] + second["items"]]
    assert names == ["apple shop", "Bakery", "Cinema"]
    assert second["next_cursor"] is None
    assert [one["name"] for one in client.get(f"{AT}?q=cine").get_json()["items"]] == ["Cinema"]
    assert client.get(f"{AT}?state=down").get_json()["items"] == []
    assert client.get(f"{AT}?state=tired").status_code == 422


def test_a_month_and_disturbances_are_told(client: FlaskClient) -> None:
    where = client.post(AT, json=service_document()).headers["Location"]

    month = client.get(f"{where}/availability").get_json()
    long_ago = client.get(f"{where}/availability?month=2020-01").get_json()

    assert (month["down_s"], month["kept"]) == (0, True)
    assert long_ago["percent"] is None
    assert client.get(f"{where}/availability?month=13").status_code == 422
    assert client.get(f"{where}/disturbances").get_json()["items"] == []
    assert client.get(f"{where}/disturbances?since=soon").status_code == 422


def test_an_import_is_staged_applied_once_and_then_changes_nothing(client: FlaskClient) -> None:
    body = b"key,name,resources,need,sla\ni-1,Shop,a|b,any,99.9\ni-1,Shop,c,all,\ni-2,Depot,,,\n"
    staged = client.post(f"{IMPORTS}?origin=plan", data=body)
    where = staged.headers["Location"]
    done = client.post(f"{where}/apply")
    again = client.post(f"{IMPORTS}?origin=plan", data=body).get_json()
    less = client.post(f"{IMPORTS}?origin=plan", data=body[: body.index(b"i-2")])
    gone = client.post(f"{less.headers['Location']}/apply", json={"remove_gone": True})

    assert (staged.get_json()["new"], done.get_json()["applied_at"] is not None) == (2, True)
    assert client.post(f"{where}/apply").status_code == 409
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 2)
    assert gone.get_json()["removed"] == 1
    (left,) = client.get(AT).get_json()["items"]
    assert left["rests_on"] == [
        {"need": "any", "keys": ["a", "b"]},
        {"need": "all", "keys": ["c"]},
    ]


def test_another_tenants_service_is_not_there(
    app: Flask, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    where = client.post(AT, json=service_document()).headers["Location"]
    with sessions.begin() as session:
        other = make_customer(session)
    stranger = client_of(app, sessions, other, "admin")

    for path in ("", "/availability", "/disturbances"):
        assert stranger.get(where + path).status_code == 404
    assert stranger.delete(where).status_code == 404
    tag = {"If-Match": '"1"'}
    assert stranger.put(where, json=service_document(), headers=tag).status_code == 404


def test_a_viewer_reads_and_may_not_write(
    app: Flask, client: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    where = client.post(AT, json=service_document()).headers["Location"]
    viewer = client_of(app, sessions, acme, "viewer")

    assert viewer.get(where).status_code == 200
    assert viewer.post(AT, json=service_document(key="x")).status_code == 403
    assert viewer.post(f"{IMPORTS}?origin=x", data=b"key\nx\n").status_code == 403
