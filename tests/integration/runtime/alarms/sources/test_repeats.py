"""Repeated deliveries of CloudEvents are known by source and id, and counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from runtime.alarms._tables import JournalEntry
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.sources.conftest import MakeSender, Sender

DATA = {"managed_object": "pe1", "perceived_severity": "major"}


def event(id_: str, **parts: Any) -> dict[str, Any]:
    head = {"specversion": "1.0", "id": id_, "source": "/nms", "type": "t"}
    return {**head, "data": DATA, **parts}


def journalled(sender: Sender) -> list[str]:
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.seq))
        return [row.event["external_id"] for row in rows]


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    return make_sender("cloudevents")


def test_a_repeated_delivery_is_answered_and_taken_once(sender: Sender) -> None:
    first, second = sender.send(event("1")), sender.send(event("1"))

    assert (first.status_code, second.status_code) == (202, 202)
    assert second.get_json() == {"accepted": 0, "duplicates": 1, "rejected": []}
    assert journalled(sender) == ["1"]
    assert sender.look().duplicates == 1


def test_the_new_of_a_batch_are_taken_in_their_order(sender: Sender) -> None:
    sender.send(event("2"))

    sender.send([event("3"), event("2"), event("1"), event("3")])

    assert journalled(sender) == ["2", "3", "1"]


def test_the_forms_are_told_apart_by_nothing(sender: Sender) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/nms", "ce-type": "t"}

    sender.send(DATA, headers=headers)
    again = sender.send(event("1"), content_type="application/cloudevents+json")

    assert again.get_json()["duplicates"] == 1
    assert journalled(sender) == ["1"]


def test_a_batch_has_a_content_type_of_its_own(sender: Sender) -> None:
    answer = sender.send([event("1")], content_type="application/cloudevents-batch+json")

    assert answer.get_json()["accepted"] == 1


def test_what_was_refused_may_come_again_under_its_id(sender: Sender) -> None:
    sender.send(event("1", data={"managed_object": "x"}))

    assert sender.send(event("1")).get_json()["accepted"] == 1


def test_deliveries_at_the_same_moment_are_taken_once(sender: Sender) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sender.send, [event("1")] * 8))

    assert sum(one.get_json()["accepted"] for one in answers) == 1
    assert journalled(sender) == ["1"]


def test_another_source_knows_nothing_of_it(make_sender: MakeSender, sender: Sender) -> None:
    sender.send(event("1"))

    other = make_sender("cloudevents", name="Other")

    assert other.send(event("1")).get_json()["accepted"] == 1
