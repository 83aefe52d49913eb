"""Drafts and rules of a release that noted nobody: they open no door where it takes two."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from garland.database import downgrade, upgrade
from runtime.flows.versions import save_draft as save_flow
from runtime.going_live._tables import DraftAuthor
from runtime.rules import store as rules
from runtime.rules._tables import RuleRow
from runtime.rules.model import Mode
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer

BEFORE = "20261127_zg_draft_revisions"


def test_what_is_not_live_yet_has_somebody_and_a_rule_the_yes_of_its_mode(
    engine: Engine, sessions: sessionmaker[Session], database_url: str
) -> None:
    ann = uuid4()
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            here = (session, tenant_id)
            changed, never = _flows(*here)
            seen, drawn = (_rule(*here, name, ann) for name in ("Seen", "Drawn"))
            rules.publish_rule(*here, seen, mode=Mode.OBSERVE, by="Ann", now=NOON)
            session.execute(update(RuleRow).values(yes_mode="live"))
    engine.dispose()

    downgrade(database_url, BEFORE)
    upgrade(database_url)

    with sessions() as session, as_tenant(session, tenant_id):
        noted = session.scalars(select(DraftAuthor)).all()
        modes = {one.id: one.yes_mode for one in session.scalars(select(RuleRow))}
    assert {(one.flow_id or one.rule_id): one.who for one in noted} == {
        changed: "installation",
        never: "installation",
        drawn: str(ann),
    }
    assert modes == {seen: "observe", drawn: "draft"}


def _flows(session: Session, tenant_id: Any) -> tuple[Any, Any]:
    """Make one that is live, one whose draft moved on, and one that was never published."""
    make_flow(session, tenant_id, chain_document(2, name="Live"))
    flow = make_flow(session, tenant_id, chain_document(2, name="Changed"))
    save_flow(
        session,
        tenant_id,
        flow.id,
        document=chain_document(3, name="Changed"),
        expected_revision=flow.draft_revision,
        by="Ann",
        now=NOON,
    )
    never = make_flow(session, tenant_id, chain_document(2, name="Never"), publish=False)
    return flow.id, never.id


def _rule(session: Session, tenant_id: Any, name: str, by_id: Any) -> Any:
    document = make_rule_document(name=name)
    who: dict[str, Any] = {"by": "Ann", "by_id": by_id, "now": NOON}
    return rules.create_rule(session, tenant_id, document=document, **who).id
