"""What a source sends, read by the version of its mapping that holds when it comes."""

from __future__ import annotations

from kernel.clock import utc_now
from runtime.alarms import journal
from runtime.alarms.sources.mappings import drop_mapping, list_mappings, save_mapping
from runtime.alarms.sources.samples import Sample, samples_of
from runtime.alarms.store import apply_batch
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.sources.conftest import (
    MAPPING,
    SENT,
    MakeSender,
    Sender,
    version,
)


def remap(sender: Sender, mapping: dict[str, object]) -> int:
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        return save_mapping(session, sender.tenant_id, sender.source_id, made=version(mapping))


def samples(sender: Sender) -> list[Sample]:
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        return samples_of(session, sender.look())


def test_keeps_the_version_that_read_it_beside_what_was_sent(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(SENT)
    other = remap(sender, {**MAPPING, "attributes": {"rule": {"from": "rule"}}})
    sender.send(SENT)

    newest, oldest = samples(sender)

    assert (oldest.mapping_version, newest.mapping_version) == (1, other) == (1, 2)
    assert '"host": "pe1"' in oldest.raw
    assert "attributes" not in oldest.event
    assert newest.event["attributes"] == {"rule": "r7"}


def test_saving_the_same_again_makes_no_version(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)

    assert remap(sender, MAPPING) == 1


def test_without_a_mapping_garlands_own_form_is_read_again(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        drop_mapping(session, sender.tenant_id, sender.source_id)

    assert sender.send(SENT).status_code == 422
    assert sender.send({"managed_object": "a", "perceived_severity": "minor"}).status_code == 202
    assert samples(sender)[0].mapping_version is None
    assert remap(sender, MAPPING) == 2
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        kept = list_mappings(session, sender.tenant_id, sender.source_id)
    assert [one.version for one in kept] == [2, 1]


def test_a_sample_leads_to_the_alarm_it_became(make_sender: MakeSender) -> None:
    sender = make_sender(mapping=MAPPING)
    sender.send(SENT)
    before = samples(sender)[0].alarm_id
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        rows = journal.take(session, 10)
        (change,) = apply_batch(session, sender.tenant_id, rows, now=utc_now())

    assert before is None
    assert samples(sender)[0].alarm_id == change.alarm.id
