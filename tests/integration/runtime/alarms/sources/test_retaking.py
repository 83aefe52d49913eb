"""What was refused is taken after all once its cause is mended, or dismissed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from runtime.alarms._tables import JournalEntry
from runtime.alarms.intake.retaking import dismiss, retake, retake_all
from runtime.alarms.sources.faults import FaultView, faults_of
from runtime.alarms.sources.mappings import save_mapping
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.sources.conftest import (
    MAPPING,
    SENT,
    MakeSender,
    Sender,
    version,
)

WORDS = {**MAPPING, "severities": {"awful": "critical"}}
AWFUL = {**SENT, "level": "awful"}


def faults(sender: Sender) -> list[FaultView]:
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        return faults_of(session, sender.tenant_id, sender.source_id)


def mend(sender: Sender, mapping: dict[str, object] = WORDS) -> None:
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        save_mapping(session, sender.tenant_id, sender.source_id, made=version(mapping))


def take_again(sender: Sender, fault_id: UUID) -> int:
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        where = (session, sender.tenant_id, sender.source_id)
        return retake(*where, fault_id, now=utc_now())


def journalled(sender: Sender) -> list[JournalEntry]:
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        return list(session.scalars(select(JournalEntry).order_by(JournalEntry.seq)))


def test_is_taken_as_of_the_instant_it_came_and_is_a_fault_no_longer(
    make_sender: MakeSender,
) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(AWFUL)
    (fault,) = faults(sender)
    mend(sender)

    assert take_again(sender, fault.id) == 1

    (row,) = journalled(sender)
    assert (row.received_at, row.mapping_version) == (fault.at, 2)
    assert row.event["perceived_severity"] == "critical"
    assert faults(sender) == []
    source = sender.look()
    assert (source.accepted, source.state.value) == (1, "fresh")


def test_is_refused_still_while_its_cause_stands_and_stays(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(AWFUL)
    (fault,) = faults(sender)

    with pytest.raises(InvalidError, match="no alarm could be taken"):
        take_again(sender, fault.id)

    assert [one.id for one in faults(sender)] == [fault.id]
    assert journalled(sender) == []


def test_people_who_retry_at_the_same_moment_take_it_once(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(AWFUL)
    (fault,) = faults(sender)
    mend(sender)

    def try_it(_: int) -> int:
        with suppress(NotFoundError):
            return take_again(sender, fault.id)
        return 0

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(try_it, range(4)))

    assert sum(taken) == len(journalled(sender)) == 1


def test_one_of_many_is_kept_with_what_stood_around_it(make_sender: MakeSender) -> None:
    listed = {
        **MAPPING,
        "list": "data.alerts",
        "fields": {**MAPPING["fields"], "text": {"from": "$.data.site"}},  # type: ignore[dict-item]
    }
    sender = make_sender(mapping=listed)
    sender.send({"data": {"site": "ZRH", "alerts": [SENT, AWFUL]}})
    mend(sender, {**listed, "severities": {"awful": "critical"}})

    (fault,) = faults(sender)
    assert take_again(sender, fault.id) == 1
    assert [row.event["text"] for row in journalled(sender)] == ["ZRH", "ZRH"]


def test_an_alert_of_an_unknown_version_is_kept_whole(make_sender: MakeSender) -> None:
    sender = make_sender("alertmanager")
    labels = {"alertname": "Down", "instance": "pe1"}
    sender.send({"version": "4", "alerts": [{"labels": labels, "startsAt": "yesterday"}]})

    (fault,) = faults(sender)

    assert '"version": "4"' in fault.body
    assert fault.problems[0]["pointer"] == "/raised_at"


def test_all_that_can_be_taken_are_and_the_others_stay(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(AWFUL)
    sender.send({**AWFUL, "level": "worse"})
    mend(sender)

    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        done = retake_all(session, sender.tenant_id, sender.source_id, now=utc_now())

    assert done == (1, 1)
    assert ["worse" in one.body for one in faults(sender)] == [True]


def test_what_was_not_kept_whole_has_to_be_sent_again(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send({**AWFUL, "text": "x" * 70_000})
    (fault,) = faults(sender)
    mend(sender)

    with pytest.raises(ConflictError, match="sent again"):
        take_again(sender, fault.id)


def test_dismissing_the_last_lets_the_source_fail_no_longer(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(AWFUL)
    failing = sender.look().state.value
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        dismiss(session, sender.tenant_id, sender.source_id)

    assert (failing, sender.look().state.value) == ("failing", "fresh")


def test_the_fault_of_another_source_is_not_there(make_sender: MakeSender) -> None:
    sender, other = make_sender(mapping=MAPPING), make_sender(name="Other")
    sender.send(AWFUL)
    (fault,) = faults(sender)

    for fault_id in (fault.id, uuid4()):
        with pytest.raises(NotFoundError):
            take_again(other, fault_id)
