"""A source over its life: renamed, paused, given a new address, removed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from runtime.alarms._tables import JournalEntry
from runtime.alarms.sources import store
from runtime.alarms.sources.listing import SourceFilter
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.sources.conftest import MakeSender, Sender

GOOD = {"managed_object": "a", "perceived_severity": "minor"}


def act(sender: Sender, what: Any, **options: Any) -> Any:
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        return what(session, sender.tenant_id, sender.source_id, **options)


def test_a_paused_source_takes_nothing_and_says_so(make_sender: MakeSender) -> None:
    sender = make_sender()
    act(sender, store.pause_source, now=utc_now())
    refused = sender.send(GOOD)
    act(sender, store.resume_source, now=utc_now())

    assert refused.status_code == 503
    assert refused.get_json(force=True)["code"] == "source.paused"
    assert sender.look().accepted == 0
    assert sender.send(GOOD).status_code == 202


def test_a_new_address_takes_the_place_of_the_old_at_once(make_sender: MakeSender) -> None:
    sender = make_sender()
    vault = sender.app.extensions["garland.services"].vault

    key = act(sender, store.rotate_key, vault=vault, now=utc_now())

    assert sender.send(GOOD).status_code == 404
    assert sender.app.test_client().post(f"/in/{key}", json=GOOD).status_code == 202
    assert act(sender, store.key_of, vault=vault) == key


def test_a_removed_source_leaves_what_it_sent(make_sender: MakeSender) -> None:
    sender = make_sender()
    sender.send(GOOD)

    act(sender, store.delete_source, now=utc_now())

    assert sender.send(GOOD).status_code == 404
    with pytest.raises(NotFoundError):
        sender.look()
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        assert session.scalars(select(JournalEntry)).one().source_id is None


def test_a_name_is_taken_once(make_sender: MakeSender) -> None:
    sender = make_sender()
    make_sender(name="Other")

    with pytest.raises(ConflictError):
        act(sender, store.rename_source, name=" Other ", now=utc_now())
    assert act(sender, store.rename_source, name="NMS", now=utc_now()).name == "NMS"


def test_settings_that_a_kind_does_not_have_are_refused(make_sender: MakeSender) -> None:
    sender = make_sender()

    with pytest.raises(InvalidError) as caught:
        act(sender, store.configure_source, config={"identity_labels": ["a"]}, now=utc_now())

    assert [one.pointer for one in caught.value.problems] == ["/identity_labels"]


def test_is_found_by_words_kind_and_state(make_sender: MakeSender) -> None:
    first = make_sender(name="Core NMS")
    make_sender("grafana", name="Core Grafana")
    first.send(GOOD)

    def names(**wanted: str) -> list[str]:
        with first.sessions() as session, as_tenant(session, first.tenant_id):
            found = store.list_sources(session, first.tenant_id, SourceFilter(**wanted))
        return [one.name for one in found]

    assert names() == ["Core Grafana", "Core NMS"]
    assert names(q="core nms") == ["Core NMS"]
    assert names(kind="grafana") == names(state="unheard") == ["Core Grafana"]
    assert names(state="fresh") == ["Core NMS"]
    assert names(state="silent") == names(state="paused") == names(state="failing") == []
