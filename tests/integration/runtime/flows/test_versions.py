"""Drafts are edited one revision at a time; what was published never changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError
from runtime.flows import versions
from runtime.flows._tables import FlowVersionRow
from runtime.flows.schedules import LiveSchedules
from tenancy.scope import as_tenant, system
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer

LATER = NOON + timedelta(hours=1)


def save(session: Session, flow: versions.FlowView, document: Any, **facts: Any) -> Any:
    wanted = {"expected_revision": flow.draft_revision, "by": "Anna", "now": LATER, **facts}
    tenant_id = wanted.pop("tenant_id")
    return versions.save_draft(session, tenant_id, flow.id, document=document, **wanted)


def test_a_new_workflow_begins_as_an_empty_draft(session: Session, tenant_id: UUID) -> None:
    flow = versions.create_flow(session, tenant_id, name=" Ticket a link ", now=NOON)

    assert (flow.name, flow.slug, flow.state) == ("Ticket a link", "ticket-a-link", "draft")
    assert flow.draft["steps"] == {}


def test_two_workflows_of_one_name_have_two_slugs(session: Session, tenant_id: UUID) -> None:
    made = [versions.create_flow(session, tenant_id, name="Chain", now=NOON) for _ in range(3)]

    assert [one.slug for one in made] == ["chain", "chain-2", "chain-3"]


def test_saving_raises_the_revision_and_renames(session: Session, tenant_id: UUID) -> None:
    flow = make_flow(session, tenant_id, chain_document(2), publish=False)

    saved = save(session, flow, chain_document(3, name="Longer"), tenant_id=tenant_id)

    assert (saved.draft_revision, saved.name, saved.updated_by) == (2, "Longer", "Anna")
    assert saved.slug == flow.slug


def test_the_second_of_two_who_edit_at_once_is_told(session: Session, tenant_id: UUID) -> None:
    flow = make_flow(session, tenant_id, chain_document(2), publish=False)
    save(session, flow, chain_document(3), tenant_id=tenant_id)

    with pytest.raises(ConflictError, match="Anna saved this workflow meanwhile"):
        save(session, flow, chain_document(4), tenant_id=tenant_id, by="Ben")


def test_what_was_saved_in_another_window_is_not_told_as_somebody_elses(
    session: Session, tenant_id: UUID
) -> None:
    flow = make_flow(session, tenant_id, chain_document(2), publish=False)
    save(session, flow, chain_document(3), tenant_id=tenant_id)

    with pytest.raises(ConflictError, match="under your name, in another window"):
        save(session, flow, chain_document(4), tenant_id=tenant_id)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param([], "", id="not an object"),
        pytest.param({**chain_document(1), "flow": 2}, "/flow", id="unknown format"),
        pytest.param({**chain_document(1), "name": ""}, "/name", id="no name"),
        pytest.param(
            {**chain_document(1), "description": "x" * 5_000}, "/description", id="too long"
        ),
        pytest.param({**chain_document(1), "name": "a\0b"}, "", id="what no database keeps"),
    ],
)
def test_a_draft_must_have_a_workflows_shape(
    session: Session, tenant_id: UUID, document: Any, pointer: str
) -> None:
    flow = make_flow(session, tenant_id, chain_document(2), publish=False)

    with pytest.raises(InvalidError) as caught:
        save(session, flow, document, tenant_id=tenant_id)

    assert [one.pointer for one in caught.value.problems] == [pointer]


def test_a_draft_over_a_megabyte_is_refused(session: Session, tenant_id: UUID) -> None:
    flow = make_flow(session, tenant_id, chain_document(2), publish=False)
    big = flow_document({"a": step("set-data", config={"values": {"x": "y" * 1_100_000}})}, [])

    with pytest.raises(InvalidError, match="larger than 1 MB"):
        save(session, flow, big, tenant_id=tenant_id)
    with pytest.raises(InvalidError, match="larger than 1 MB"):
        versions.create_flow(session, tenant_id, name="Big", document=big, now=NOON)


def test_publishing_numbers_versions_and_keeps_the_old(session: Session, tenant_id: UUID) -> None:
    flow = make_flow(session, tenant_id, chain_document(2))
    save(session, flow, chain_document(3), tenant_id=tenant_id)

    second = versions.publish_flow(session, tenant_id, flow.id, note="n", by="Anna", now=LATER)

    listed = versions.list_versions(session, tenant_id, flow.id)
    assert [one.number for one in listed] == [2, 1]
    assert [len(one.document["steps"]) for one in listed] == [3, 2]
    assert versions.get_flow(session, tenant_id, flow.id).live_version_id == second.id


def test_publishing_the_same_again_makes_no_version(session: Session, tenant_id: UUID) -> None:
    flow = make_flow(session, tenant_id, chain_document(2))

    again = versions.publish_flow(session, tenant_id, flow.id, by="Anna", now=LATER)

    assert again.number == 1
    assert len(versions.list_versions(session, tenant_id, flow.id)) == 1


def test_a_workflow_with_problems_is_not_published(session: Session, tenant_id: UUID) -> None:
    document = flow_document({"a": step("branch")}, ["rule > a"])
    flow = make_flow(session, tenant_id, document, publish=False)

    with pytest.raises(InvalidError) as caught:
        versions.publish_flow(session, tenant_id, flow.id, by="Anna", now=NOON)

    assert "/steps/a/config/when" in [one.pointer for one in caught.value.problems]
    assert versions.get_flow(session, tenant_id, flow.id).state == "draft"


def test_a_trial_reuses_the_snapshot_of_the_same_draft(session: Session, tenant_id: UUID) -> None:
    flow = make_flow(session, tenant_id, chain_document(2), publish=False)
    first = versions.snapshot_draft(session, tenant_id, flow.id, now=NOON)
    again = versions.snapshot_draft(session, tenant_id, flow.id, now=LATER)
    save(session, flow, chain_document(3), tenant_id=tenant_id)

    other = versions.snapshot_draft(session, tenant_id, flow.id, now=LATER)

    assert first.number is None
    assert first.id == again.id != other.id
    assert versions.list_versions(session, tenant_id, flow.id) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("document", {"flow": 1}), ("digest", "0" * 64), ("number", 9), ("flow_id", uuid4())],
)
def test_a_published_version_cannot_be_changed(
    session: Session, tenant_id: UUID, field: str, value: Any
) -> None:
    flow = make_flow(session, tenant_id, chain_document(2))
    row = session.scalars(select(FlowVersionRow).where(FlowVersionRow.flow_id == flow.id)).one()
    setattr(row, field, value)

    with pytest.raises(versions.ImmutableError, match=field):
        session.flush()


def test_pages_follow_each_other_without_a_gap(session: Session, tenant_id: UUID) -> None:
    for name in ("b", "A", "c", "B", "a"):
        versions.create_flow(session, tenant_id, name=name, now=NOON)

    seen: list[str] = []
    after = None
    while page := versions.list_flows(session, tenant_id, limit=2, after=after):
        seen += [one.name for one in page]
        after = versions.place_of(page[-1])

    assert [name.lower() for name in seen] == ["a", "a", "b", "b", "c"]
    assert len(set(seen)) == 5


def test_live_schedules_leave_out_drafts_and_tell_which_are_paused(
    session: Session, tenant_id: UUID
) -> None:
    every = {"t": {"kind": "schedule", "cron": "*/5 * * * *", "timezone": "Europe/Berlin"}}
    steps = {"a": step("wait", config={"for_s": 1})}
    document = flow_document(steps, ["t > a"], triggers=every)
    live = make_flow(session, tenant_id, document)
    make_flow(session, tenant_id, document, publish=False)
    paused = make_flow(session, tenant_id, document)
    versions.set_paused(session, tenant_id, paused.id, paused=True, now=NOON)

    with system(session):
        found = {one.flow_id: one for one in LiveSchedules().read(session)}

    assert found.keys() == {live.id, paused.id}
    assert (found[live.id].tenant_id, found[live.id].trigger_id) == (tenant_id, "t")
    assert found[live.id].trigger == every["t"]
    assert (found[live.id].paused, found[paused.id].paused) == (False, True)


def test_another_tenants_workflow_is_not_there(session: Session, tenant_id: UUID) -> None:
    with system(session):
        other = make_customer(session, "Other")
    with as_tenant(session, other.id):
        foreign = make_flow(session, other.id, chain_document(1))

    with pytest.raises(NotFoundError):
        versions.get_flow(session, tenant_id, foreign.id)
    assert versions.list_flows(session, tenant_id) == []
