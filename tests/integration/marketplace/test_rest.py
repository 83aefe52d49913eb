"""Impact, roll-outs and recalls over REST, as a CSP's and a customer's programs use them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.cursors import encode_cursor
from tenancy.organisations import OrganisationView
from tests.factories.market import begin_trust, breaking, bring, install, publish, release, say
from tests.factories.organisations import make_below
from tests.factories.tenancy import make_csp
from tests.integration.conftest import client_of


def world(
    app: Flask, sessions: sessionmaker[Session]
) -> tuple[FlaskClient, FlaskClient, OrganisationView, dict[str, str]]:
    """Make a CSP's and a customer's programs, and packages by version."""
    with sessions.begin() as session:
        csp = make_csp(session)
        customer = make_below(session, csp, name="Acme")
        begin_trust(session)
        packages = {"1.0.0": release("1.0.0"), "2.0.0": breaking()}
        found = {name: bring(session, csp.id, one) for name, one in packages.items()}
        session.info.update(app.extensions["garland.services"].sessions.kw["info"])
        install(session, customer.id, found["1.0.0"])
        publish(session, customer.id, {"say": say(tone="loud")})
    provider = client_of(app, sessions, csp, "admin")
    return provider, client_of(app, sessions, customer, "admin"), customer, found


def test_what_would_break_is_told_in_numbers_to_one_and_in_full_to_the_other(
    app: Flask, sessions: sessionmaker[Session]
) -> None:
    csp, customer, _, digests = world(app, sessions)
    where = f"/api/v1/impact/{digests['2.0.0']}"

    numbers, own = csp.get(where).get_json(), customer.get(f"{where}/own").get_json()
    assert numbers["total"]["breakages"] == {"settings": 1}
    assert [one["name"] for one in numbers["items"]] == ["Acme"]
    assert "Say it" not in str(numbers)
    assert [one["flow"] for one in own["items"]] == ["Say it"]
    assert customer.get(where).status_code in (403, 404)


def test_a_roll_out_is_begun_watched_and_taken_back(
    app: Flask, sessions: sessionmaker[Session]
) -> None:
    csp, customer, _, digests = world(app, sessions)
    made = csp.post("/api/v1/rollouts", json={"digest": digests["2.0.0"]})
    where = made.headers["Location"]

    assert (made.status_code, made.get_json()["organisations"]["waiting"]) == (201, 1)
    assert csp.get(f"{where}/organisations").get_json()["items"][0]["name"] == "Acme"
    assert csp.post(f"{where}/halt", json={"reason": "No"}).get_json()["state"] == "halted"
    assert csp.post(f"{where}/resume").status_code == 409
    assert csp.post(f"{where}/roll-back").get_json()["state"] == "going_back"
    refused = csp.post("/api/v1/rollouts", json={"digest": digests["2.0.0"], "plan": {"rings": []}})
    assert refused.status_code == 422
    assert customer.get(where).status_code in (403, 404)


def test_a_customer_freezes_and_lets_go(app: Flask, sessions: sessionmaker[Session]) -> None:
    _, customer, _, _ = world(app, sessions)
    made = customer.post("/api/v1/rollout-freezes", json={"block": "acme.say", "reason": "Now not"})
    one = made.get_json()["id"]

    listed = customer.get("/api/v1/rollout-freezes").get_json()["items"]
    assert [(it["block"], it["reason"]) for it in listed] == [("acme.say", "Now not")]
    assert customer.delete(f"/api/v1/rollout-freezes/{one}").status_code == 204
    assert customer.delete(f"/api/v1/rollout-freezes/{one}").status_code == 404


def test_a_recall_is_made_and_read_by_whom_it_reached(
    app: Flask, sessions: sessionmaker[Session]
) -> None:
    csp, customer, _, digests = world(app, sessions)
    body = {"digest": digests["1.0.0"], "reason": "It leaks"}
    made = csp.post("/api/v1/recalls", json=body)

    assert (made.status_code, made.get_json()["organisations"]) == (201, 1)
    assert csp.post("/api/v1/recalls", json=body).status_code == 409
    [told] = customer.get("/api/v1/recalls/received").get_json()["items"]
    assert (told["version"], told["reason"]) == ("1.0.0", "It leaks")
    [there] = customer.get("/api/v1/installs").get_json()["items"]
    assert there["state"] == "withdrawn"


@pytest.mark.parametrize("what", ["rollouts", "recalls", "recalls/received"])
def test_a_cursor_that_is_none_is_refused_by_name(
    app: Flask, sessions: sessionmaker[Session], what: str
) -> None:
    with sessions.begin() as session:
        made = make_csp(session)
    csp = client_of(app, sessions, made, "admin")
    refused = csp.get(f"/api/v1/{what}?cursor={encode_cursor('x')}")

    assert refused.status_code == 422
    assert "next_cursor" in str(refused.get_json())


def test_a_version_is_tried_on_what_was_recorded_by_whoever_may_and_stopped(
    app: Flask, sessions: sessionmaker[Session]
) -> None:
    csp, customer, _, digests = world(app, sessions)
    where, wish = "/api/v1/shadow-runs", {"digest": digests["2.0.0"], "per_step": 5}

    below, own = csp.post(where, json=wish), customer.post(f"{where}/own", json=wish)
    assert (below.status_code, own.status_code) == (201, 201)
    assert csp.post(where, json=wish).status_code == 409
    assert csp.post(where, json={**wish, "per_step": 101}).status_code == 422
    assert customer.get(below.headers["Location"]).status_code in (403, 404)
    assert csp.get(own.headers["Location"]).status_code == 404
    assert csp.post(f"{below.headers['Location']}/cancel").get_json()["state"] == "cancelled"
    assert customer.get(own.headers["Location"]).get_json()["state"] == "waiting"
