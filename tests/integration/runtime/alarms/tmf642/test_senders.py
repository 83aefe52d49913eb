"""Who posts alarms over TMF642 has a source: counted, sampled, told what was refused of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms._tables import AlarmRow, Source
from runtime.alarms.sources import senders
from runtime.alarms.sources.faults import FaultView, faults_of
from runtime.alarms.sources.kinds import TMF642
from runtime.alarms.sources.listing import SourceState, SourceView
from runtime.alarms.sources.samples import Sample, samples_of
from runtime.alarms.sources.senders import system_of
from runtime.alarms.sources.store import (
    configure_source,
    create_source,
    delete_source,
    list_sources,
    pause_source,
    rename_source,
)
from tenancy.scope import as_tenant
from tests.factories.listening import VAULT
from tests.integration.runtime.alarms.tmf642.conftest import V4, V5, Program, alarm

Sessions = sessionmaker[Session]


class Page:
    """What the sources of a tenant show."""

    def __init__(self, sessions: Sessions, tenant_id: UUID) -> None:
        self._sessions, self.tenant_id = sessions, tenant_id

    def sources(self) -> list[SourceView]:
        """List them."""
        with self._sessions() as session, as_tenant(session, self.tenant_id):
            return list_sources(session, self.tenant_id)

    def only(self) -> SourceView:
        """Give the only one."""
        (found,) = self.sources()
        return found

    def faults(self) -> list[FaultView]:
        """List what was refused of the only one."""
        source = self.only()
        with self._sessions() as session, as_tenant(session, self.tenant_id):
            return faults_of(session, self.tenant_id, source.id)

    def samples(self) -> list[Sample]:
        """List what the only one sent."""
        source = self.only()
        with self._sessions() as session, as_tenant(session, self.tenant_id):
            return samples_of(session, source)


@pytest.fixture
def page(sessions: Sessions, customer_id: UUID) -> Page:
    return Page(sessions, customer_id)


def test_the_first_alarm_adds_the_source_of_its_sender(client: FlaskClient, page: Page) -> None:
    client.post(f"{V4}/alarm", json=alarm())
    client.post(f"{V4}/alarm", json=alarm(alarmedObject={"id": "ne-2"}))

    source = page.only()
    assert (source.kind, source.name, source.accepted) == (TMF642, "ems-1", 2)
    assert source.state is SourceState.FRESH


def test_each_system_has_its_own_and_both_versions_share_it(
    client: FlaskClient, page: Page
) -> None:
    v5 = alarm(sourceSystemId="ems-2") | {"@type": "Alarm"}

    client.post(f"{V4}/alarm", json=alarm(sourceSystemId="ems-2"))
    client.post(f"{V5}/alarm", json=v5 | {"alarmedObject": {"id": "ne-1", "@type": "X"}})
    client.post(f"{V4}/alarm", json=alarm())

    assert {one.name: one.accepted for one in page.sources()} == {"ems-1": 1, "ems-2": 2}


def test_a_sample_shows_what_came_and_the_alarm_it_became(client: FlaskClient, page: Page) -> None:
    made = client.post(f"{V4}/alarm", json=alarm()).get_json()

    (sample,) = page.samples()
    assert '"alarmedObject"' in sample.raw
    assert sample.event["managed_object"] == "ne-1"
    assert str(sample.alarm_id) == made["id"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        pytest.param(alarm(perceivedSeverity="loud"), 400, "/perceivedSeverity", id="no severity"),
        pytest.param(alarm(colour="red"), 400, "/colour", id="a strange attribute"),
        pytest.param(
            alarm(parentAlarm=[{"id": "nobody"}]), 400, "/parentAlarm", id="after it was applied"
        ),
    ],
)
def test_what_is_refused_is_kept_with_its_reason_and_nothing_of_it_is_an_alarm(
    client: FlaskClient, page: Page, body: dict[str, object], status: int, pointer: str
) -> None:
    answer = client.post(f"{V4}/alarm", json=body)

    assert answer.status_code == status
    (fault,) = page.faults()
    assert [one["pointer"] for one in fault.problems] == [pointer]
    assert '"ems-1"' in fault.body
    source = page.only()
    assert (source.accepted, source.rejected, source.state) == (0, 1, SourceState.FAILING)
    assert client.get(f"{V4}/alarm").get_json() == []


def test_a_clear_of_nothing_is_told_on_the_page(client: FlaskClient, page: Page) -> None:
    ended = alarm(state="cleared", perceivedSeverity="cleared")

    assert client.post(f"{V4}/alarm", json=ended).status_code == 409
    assert page.only().last_problem == "there is no active alarm of this identity to clear"


@pytest.mark.parametrize("said", [{"sourceSystemId": 7}, {"sourceSystemId": "\ud800"}, {}, None])
def test_a_body_that_names_no_sender_is_refused_and_nobodys(
    client: FlaskClient, page: Page, said: dict[str, object] | None
) -> None:
    assert client.post(f"{V4}/alarm", json=said).status_code == 400
    assert page.sources() == []


def test_an_alarm_whose_sender_has_a_blank_name_is_taken_and_adds_no_source(
    client: FlaskClient, page: Page
) -> None:
    assert client.post(f"{V4}/alarm", json=alarm(sourceSystemId=" ")).status_code == 201
    assert page.sources() == []


def test_a_paused_sender_is_told_to_come_again(
    client: FlaskClient, page: Page, sessions: Sessions
) -> None:
    client.post(f"{V4}/alarm", json=alarm())
    with sessions.begin() as session, as_tenant(session, page.tenant_id):
        pause_source(session, page.tenant_id, page.only().id, now=utc_now())

    answer = client.post(f"{V4}/alarm", json=alarm(alarmedObject={"id": "ne-2"}))

    assert answer.status_code == 503
    assert "is paused" in answer.get_json()["reason"] + answer.get_json().get("message", "")
    assert page.only().accepted == 1


def test_a_sender_that_was_named_otherwise_is_still_found(
    client: FlaskClient, page: Page, sessions: Sessions
) -> None:
    client.post(f"{V4}/alarm", json=alarm())
    with sessions.begin() as session, as_tenant(session, page.tenant_id):
        rename_source(session, page.tenant_id, page.only().id, name="EMS of Zurich", now=utc_now())

    client.post(f"{V4}/alarm", json=alarm())

    assert (page.only().name, page.only().accepted) == ("EMS of Zurich", 2)


def test_a_source_of_another_kind_keeps_its_name(
    client: FlaskClient, page: Page, sessions: Sessions
) -> None:
    where = (page.tenant_id,)
    with sessions.begin() as session, as_tenant(session, *where):
        create_source(session, *where, kind="json", name="ems-1", vault=VAULT, now=utc_now())

    client.post(f"{V4}/alarm", json=alarm())

    assert {(one.name, one.kind) for one in page.sources()} == {
        ("ems-1", "json"), ("ems-1 (TMF642)", TMF642),
    }  # fmt: skip


def test_a_source_made_beforehand_is_its_senders_and_what_is_expected_of_it_holds(
    client: FlaskClient, page: Page, sessions: Sessions
) -> None:
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, page.tenant_id):
        made, _ = create_source(
            session, page.tenant_id, kind=TMF642, name="ems-1", vault=VAULT, now=now
        )
        config = {"expect_every_s": 60, "ttl_s": 120}
        configure_source(session, page.tenant_id, made.id, config=config, now=now)
        assert system_of(session, page.tenant_id, made.id) == "ems-1"

    client.post(f"{V4}/alarm", json=alarm())
    client.post(f"{V4}/alarm", json=alarm(sourceSystemId="ems-2"))

    with sessions() as session, as_tenant(session, page.tenant_id):
        mine = select(AlarmRow).where(AlarmRow.tenant_id == page.tenant_id)
        expiry = {row.source_id: row.expires_at for row in session.scalars(mine)}
        quiet = session.get_one(Source, made.id).quiet_after
    assert len(expiry) == 2
    assert expiry.pop(made.id) is not None
    assert list(expiry.values()) == [None]
    assert quiet is not None


def test_a_removed_source_comes_back_with_the_next_alarm(
    client: FlaskClient, page: Page, sessions: Sessions
) -> None:
    client.post(f"{V4}/alarm", json=alarm())
    with sessions.begin() as session, as_tenant(session, page.tenant_id):
        delete_source(session, page.tenant_id, page.only().id, now=utc_now())

    client.post(f"{V4}/alarm", json=alarm())

    assert page.only().accepted == 1


def test_senders_of_two_tenants_that_call_themselves_alike_are_two(
    program: Program, page: Page, other_id: UUID, sessions: Sessions
) -> None:
    program().post(f"{V4}/alarm", json=alarm())
    program(tenant_id=other_id).post(f"{V4}/alarm", json=alarm())

    theirs = Page(sessions, other_id).only()
    assert (page.only().accepted, theirs.accepted) == (1, 1)
    assert page.only().id != theirs.id


def test_beyond_as_many_as_there_may_be_alarms_are_taken_without_a_page(
    client: FlaskClient, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "SENDERS_MAX", 1)
    client.post(f"{V4}/alarm", json=alarm())

    taken = client.post(f"{V4}/alarm", json=alarm(sourceSystemId="ems-2"))
    refused = client.post(f"{V4}/alarm", json=alarm(sourceSystemId="ems-3", colour="red"))

    assert (taken.status_code, refused.status_code) == (201, 400)
    assert page.only().name == "ems-1"


def test_the_first_alarms_at_the_same_moment_add_one_source(program: Program, page: Page) -> None:
    clients, ready = [program(), program("operator")], Barrier(2)

    def post(number: int) -> int:
        ready.wait()
        body = alarm(alarmedObject={"id": f"ne-{number}"})
        return clients[number].post(f"{V4}/alarm", json=body).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(post, range(2))) == [201, 201]
    assert page.only().accepted == 2
