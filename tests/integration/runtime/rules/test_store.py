"""Rules as rows: drafts, versions and modes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError
from runtime.rules.model import Mode
from runtime.rules.store import (
    RuleView,
    create_rule,
    get_rule,
    list_rules,
    publish_rule,
    save_draft,
    switch_off,
)
from tenancy.scope import bind
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    tenant = make_customer(session)
    bind(session, tenant.id)
    return tenant.id


def make_rule(session: Session, tenant_id: UUID, **changes: Any) -> RuleView:
    document = make_rule_document(**changes)
    return create_rule(session, tenant_id, document=document, by="anna", now=NOON)


def save(session: Session, rule: RuleView, tenant_id: UUID, revision: int, name: str) -> RuleView:
    return save_draft(
        session,
        tenant_id,
        rule.id,
        document=make_rule_document(name=name),
        expected_revision=revision,
        by="ben",
        now=NOON,
    )


def publish(session: Session, rule: RuleView, tenant_id: UUID, mode: Mode) -> RuleView:
    return publish_rule(session, tenant_id, rule.id, mode=mode, by="anna", now=NOON)


def test_a_new_rule_is_a_draft(session: Session, tenant_id: UUID) -> None:
    rule = make_rule(session, tenant_id)

    assert (rule.mode, rule.draft_revision, rule.live_number) == (Mode.DRAFT, 1, None)
    assert [one.id for one in list_rules(session, tenant_id, q="LINK")] == [rule.id]


def test_a_rule_with_problems_is_refused(session: Session, tenant_id: UUID) -> None:
    with pytest.raises(InvalidError) as caught:
        make_rule(session, tenant_id, then=[{"do": "start", "flow": "gone"}])

    assert [one.pointer for one in caught.value.problems] == ["/then/0/flow"]


def test_a_draft_saved_meanwhile_is_not_overwritten(session: Session, tenant_id: UUID) -> None:
    rule = make_rule(session, tenant_id)
    save(session, rule, tenant_id, 1, "First")

    with pytest.raises(ConflictError, match="ben"):
        save(session, rule, tenant_id, 1, "Second")

    kept = get_rule(session, tenant_id, rule.id)
    assert (kept.name, kept.draft_revision) == ("First", 2)


def test_publishing_numbers_only_what_changed(session: Session, tenant_id: UUID) -> None:
    rule = make_rule(session, tenant_id)
    first = publish(session, rule, tenant_id, Mode.OBSERVE)
    same = publish(session, rule, tenant_id, Mode.LIVE)
    save(session, rule, tenant_id, 1, "Changed")
    third = publish(session, rule, tenant_id, Mode.LIVE)

    assert [first.live_number, same.live_number, third.live_number] == [1, 1, 2]
    assert [first.mode, same.mode] == [Mode.OBSERVE, Mode.LIVE]


@pytest.mark.parametrize("mode", [Mode.DRAFT, Mode.OFF])
def test_a_rule_is_published_live_or_observing_only(
    session: Session, tenant_id: UUID, mode: Mode
) -> None:
    rule = make_rule(session, tenant_id)

    with pytest.raises(InvalidError):
        publish(session, rule, tenant_id, mode)


def test_switching_off_keeps_the_version(session: Session, tenant_id: UUID) -> None:
    rule = make_rule(session, tenant_id)
    assert switch_off(session, tenant_id, rule.id, now=NOON).mode is Mode.DRAFT
    publish(session, rule, tenant_id, Mode.LIVE)

    off = switch_off(session, tenant_id, rule.id, now=NOON)

    assert (off.mode, off.live_number) == (Mode.OFF, 1)


def test_an_unknown_rule_is_not_found(session: Session, tenant_id: UUID) -> None:
    with pytest.raises(NotFoundError):
        get_rule(session, tenant_id, uuid4())
