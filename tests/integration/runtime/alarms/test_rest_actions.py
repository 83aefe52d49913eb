"""Over REST: shelving, grouping, giving to somebody, doing one thing to many, and the policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from kernel.clock import format_instant, utc_now
from tests.integration.runtime.alarms.test_rest import API, client, names

__all__ = ["client"]
UNTIL = format_instant(utc_now() + timedelta(hours=4))


def ids_of(client: FlaskClient) -> dict[str, str]:
    return {one["managed_object"]: one["id"] for one in client.get(API).get_json()["items"]}


def do(client: FlaskClient, alarm: str, verb: str, **said: Any) -> Any:
    return client.post(f"{API}/{alarm}/{verb}", json=said).get_json()


def test_shelves_and_brings_back(client: FlaskClient) -> None:
    alarm = ids_of(client)["B"]

    shelved = do(client, alarm, "shelve", until=UNTIL, reason="spare ordered")

    assert (shelved["shelved_until"], shelved["shelved_reason"]) == (UNTIL, "spare ordered")
    assert names(client.get(f"{API}?state=shelved").get_json()) == "B"
    assert do(client, alarm, "unshelve")["shelved_until"] is None
    assert names(client.get(API).get_json()) == "EDCBA"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        pytest.param({"reason": "r"}, "/until", id="no end"),
        pytest.param({"until": 5, "reason": "r"}, "/until", id="a number"),
        pytest.param({"until": "tomorrow", "reason": "r"}, "/until", id="a word"),
        pytest.param({"until": UNTIL}, "/reason", id="no reason"),
    ],
)
def test_says_what_shelving_needs(client: FlaskClient, said: dict[str, Any], pointer: str) -> None:
    refused = do(client, ids_of(client)["B"], "shelve", **said)

    assert [one["pointer"] for one in refused["errors"]] == [pointer]


def test_groups_and_takes_out(client: FlaskClient) -> None:
    alarms = ids_of(client)

    parent = do(client, alarms["B"], "group", children=[alarms["A"], alarms["C"]])

    assert parent["is_root_cause"]
    assert names(client.get(f"{API}?state=all&parent={alarms['B']}").get_json()) == "CA"
    assert do(client, alarms["A"], "ungroup")["parent"] is None


def test_a_ring_is_refused(client: FlaskClient) -> None:
    alarms = ids_of(client)
    do(client, alarms["B"], "group", children=[alarms["A"]])

    refused = do(client, alarms["A"], "group", children=[alarms["B"]])

    assert refused["errors"][0]["pointer"] == "/children"


@pytest.mark.parametrize("children", [None, "x", ["x"], [5]])
def test_children_are_named_by_their_ids(client: FlaskClient, children: Any) -> None:
    refused = do(client, ids_of(client)["B"], "group", children=children)

    assert refused["errors"][0]["pointer"] == "/children"


def test_gives_an_alarm_to_somebody(client: FlaskClient) -> None:
    assert do(client, ids_of(client)["B"], "assign", owner="Ben")["owner"] == "Ben"


def test_does_one_thing_to_many_and_says_what_came_of_each(client: FlaskClient) -> None:
    alarms, stranger = ids_of(client), str(uuid4())
    asked = [alarms["B"], stranger, "nonsense", alarms["A"]]

    body = {"do": "shelve", "ids": asked, "until": UNTIL, "reason": "works"}
    answer = client.post(f"{API}/bulk", json=body).get_json()

    assert [one["id"] for one in answer["items"]] == asked
    assert [one["done"] for one in answer["items"]] == [True, False, False, True]
    assert answer["items"][1]["message"] == "no such alarm"
    assert names(client.get(f"{API}?state=shelved").get_json()) == "BA"


@pytest.mark.parametrize("verb", ["acknowledge", "clear", "comment"])
def test_many_alarms_take_each_verb(client: FlaskClient, verb: str) -> None:
    ids = [*ids_of(client).values()]

    answer = client.post(f"{API}/bulk", json={"do": verb, "ids": ids, "comment": "seen"})

    assert all(one["done"] for one in answer.get_json()["items"])
    kinds = {client.get(f"{API}/{one}/history").get_json()["items"][0]["kind"] for one in ids}
    assert kinds == {
        {"acknowledge": "acknowledged", "clear": "cleared", "comment": "commented"}[verb]
    }


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"ids": []}, id="no alarm"),
        pytest.param({"ids": ["x"] * 1_001}, id="too many"),
        pytest.param({"do": "delete"}, id="an unknown verb"),
        pytest.param({"do": "shelve", "until": UNTIL}, id="no reason"),
        pytest.param({"state": "active"}, id="an unknown field"),
    ],
)
def test_changes_none_of_many_where_it_cannot_be_done(
    client: FlaskClient, changed: dict[str, Any]
) -> None:
    body = {"do": "clear", "ids": [*ids_of(client).values()], **changed}

    assert client.post(f"{API}/bulk", json=body).status_code == 422
    assert names(client.get(API).get_json()) == "EDCBA"


def test_changes_and_gives_the_policy(client: FlaskClient) -> None:
    changed = client.patch(f"{API}/policy", json={"escalate_after_min": [10, 30], "ttl_s": 600})

    assert changed.get_json() == client.get(f"{API}/policy").get_json()
    assert changed.get_json()["escalate_after_min"] == [10, 30]
    assert client.patch(f"{API}/policy", json={"ttl_s": None}).get_json()["ttl_s"] == 0


def test_a_policy_that_cannot_be_changes_nothing(client: FlaskClient) -> None:
    before = client.get(f"{API}/policy").get_json()

    refused = client.patch(f"{API}/policy", json={"ttl_s": 5, "hold_clears_s": 60})

    assert refused.status_code == 422
    assert client.get(f"{API}/policy").get_json() == before
