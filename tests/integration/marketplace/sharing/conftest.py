"""A CSP that shares, and customers that take over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.acting import Acting, acting_as
from marketplace.sharing import store, taking
from marketplace.sharing.looking import Wanted
from marketplace.sharing.offered import SharedView
from marketplace.sharing.subjects import Subject
from marketplace.sharing.taking import UseView
from runtime.flows.versions import FlowView, get_flow, save_draft
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.connections import VAULT
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp, make_member


@dataclass
class World:
    """Who shares, and one of its customers; each acts in its own organisation."""

    session: Session
    csp: OrganisationView
    customer: OrganisationView

    @contextmanager
    def at(self, one: OrganisationView) -> Iterator[Acting]:
        """Act as an admin of an organisation."""
        who = admin_of(one)
        with as_tenant(self.session, one.id), acting_as(self.session, who):
            yield who

    def flow(self, one: OrganisationView, document: Mapping[str, Any] | None = None) -> FlowView:
        """Draw a workflow."""
        with self.at(one):
            return make_flow(self.session, one.id, document or plain(), publish=False)

    def share(self, one: OrganisationView, flow: FlowView | Subject, **said: Any) -> SharedView:
        """Share a workflow, cleaned."""
        facts = {"title": "Ask the desk", "is_cleaned": True, **said}
        wanted = Wanted(kind="workflow", subject_id=flow.id, **facts)
        with self.at(one) as who:
            return store.share(self.session, who, wanted, vault=VAULT, now=NOON)

    def again(self, one: OrganisationView, template: SharedView, **said: Any) -> SharedView:
        """Share what a template is made of as its next version."""
        with self.at(one) as who:
            kind, subject_id = store.subject_of(self.session, one.id, template.id)
            facts = {"title": template.title, "is_cleaned": True, **said}
            wanted = Wanted(kind=kind, subject_id=subject_id, **facts)
            return store.share_again(self.session, who, template.id, wanted, vault=VAULT, now=NOON)

    def take(self, one: OrganisationView, template: SharedView, **said: Any) -> UseView:
        """Take a template over."""
        with self.at(one) as who:
            return taking.take_over(self.session, who, template.id, now=NOON, **said)

    def draft(self, one: OrganisationView, flow_id: UUID) -> dict[str, Any]:
        """Give the draft of a workflow."""
        with self.at(one):
            return dict(get_flow(self.session, one.id, flow_id).draft)

    def change(self, one: OrganisationView, flow_id: UUID, *path: str, to: Any) -> None:
        """Change one place of a draft."""
        document = self.draft(one, flow_id)
        place = document
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = to
        with self.at(one):
            revision = get_flow(self.session, one.id, flow_id).draft_revision
            save_draft(
                self.session,
                one.id,
                flow_id,
                document=document,
                expected_revision=revision,
                by="x",
                now=NOON,
            )


def plain() -> dict[str, Any]:
    """A workflow that asks a desk by a connection."""
    ask = step(
        "http-request",
        title="Ask the desk",
        config={"method": "GET", "url": "https://desk.fjord.no/x"},
        connections={"auth": "Tickets"},
    )
    tell = step("set-data", title="Tell", config={"values": {"n": 1}})
    return flow_document({"ask": ask, "tell": tell}, ["hand > ask", "ask:done > tell"])


@pytest.fixture
def world(session: Session) -> World:
    csp = make_csp(session)
    customer = make_below(session, csp, name="Lakeside Power")
    make_member(session, csp, name="Zoë Quintanar")
    return World(session=session, csp=csp, customer=customer)
