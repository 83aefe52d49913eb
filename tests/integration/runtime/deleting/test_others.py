"""What is another's stays, though it names the organisation that is deleted."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from blocks.installs.offering import upload
from kernel.errors import NotFoundError
from runtime.deleting.asking import Asker, cancel_deletion
from runtime.deleting.listing import get_deletion, list_deletions
from runtime.deleting.model import Stage
from runtime.tenant_templates import store, uses
from runtime.tenant_templates.contents import Contents, Item
from runtime.tenant_templates.versions import Origin, get_version
from tenancy.customers.moving import move_customer
from tenancy.organisations import OrganisationView
from tenancy.plans._tables import PlanUse
from tenancy.plans.assigning import put_on_plan
from tenancy.plans.store import Wanted, make_plan
from tenancy.scope import as_tenant, system
from tenancy.sign_ups._tables import SignUp
from tests.factories.deletions import LATER, make_deletion
from tests.factories.installs import make_package
from tests.factories.organisations import admin_of, make_below
from tests.factories.plans import make_plan_of
from tests.factories.tenancy import NOON
from tests.integration.runtime.deleting.conftest import Sessions, deleting, seen
from tests.support.owned_rows import Maker, mapper_of


def make_template(
    session: Session, owner: OrganisationView, model: OrganisationView, **document: str
) -> store.TemplateView:
    item = Item(kind="calendar", file="calendar/a", title="a", document=document)
    with as_tenant(session, owner.id):
        return store.make_template(
            session,
            admin_of(owner),
            store.Wanted(name="Broadband"),
            contents=Contents(items=[item]),
            origin=Origin(model=model, chosen=["calendar/a"]),
            now=NOON,
        )


def test_what_was_taken_from_a_model_stays_when_the_model_goes(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        template = make_template(session, csp, acme)
        deletion_id = make_deletion(session, acme)

    deleting(sessions).round(now=LATER, budget_s=120)

    assert seen(sessions, csp, deletion_id).stage is Stage.FINISHED
    with sessions() as session, as_tenant(session, csp.id):
        version = get_version(session, csp.id, template.id)
    assert (version.number, version.model_id, version.model_name) == (1, None, "Acme")


def test_what_a_customer_has_of_a_template_stays_when_its_owner_goes(
    sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        reseller = make_below(session, csp, "reseller", "Partner")
        moved = make_below(session, reseller, name="Moved")
        template = make_template(session, reseller, reseller)
        with as_tenant(session, reseller.id):
            uses.offer(session, admin_of(reseller), moved.id, template.id, now=NOON)
        move_customer(session, admin_of(csp), moved.id, csp.id, now=NOON)
        make_deletion(session, reseller)

    assert deleting(sessions).round(now=LATER, budget_s=120) == 1

    with sessions() as session, as_tenant(session, moved.id):
        (use,) = uses.list_uses(session, moved.id)
    assert (use.owner_id, use.owner_name, use.name) == (None, "Partner", "Broadband")


def test_a_sign_up_stays_with_the_provider_when_what_it_made_goes(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        with system(session):
            sign_up = Maker(session, csp.id).make(mapper_of(SignUp.__table__))
            sign_up.made_id, sign_up_id = acme.id, UUID(str(sign_up.id))
        make_deletion(session, acme)

    assert deleting(sessions).round(now=LATER, budget_s=120) == 1

    with sessions() as session, as_tenant(session, csp.id):
        assert session.get_one(SignUp, sign_up_id).made_id is None


@pytest.mark.parametrize("trial", [False, True], ids=["on it", "comes to it after a trial"])
def test_nobody_loses_a_plan_because_its_provider_is_deleted(
    sessions: Sessions, csp: OrganisationView, trial: bool
) -> None:
    with sessions.begin() as session:
        reseller = make_below(session, csp, "reseller", "Partner")
        deletion_id = make_deletion(session, reseller)
        elsewhere = make_below(session, csp, name="Elsewhere")
        plan = make_plan(session, admin_of(reseller), Wanted(name="Old", document={}), now=NOON)
        session.add(PlanUse(organisation_id=elsewhere.id, plan_id=plan.id, since=NOON, by="Nora"))
        session.flush()
        if trial:
            other = make_plan_of(session, elsewhere)
            put_on_plan(session, admin_of(csp), elsewhere.id, other.id, trial_days=40, now=NOON)

    finished = deleting(sessions).round(now=LATER, budget_s=120)

    one = seen(sessions, csp, deletion_id)
    said = "1 other organisation is on plans of Partner: put it on another plan"
    assert (finished, one.stage) == (0, Stage.ASKED)
    assert one.problem.startswith(said)


def test_an_open_deletion_is_seen_by_whoever_looks_after_it_now(
    sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        one, other = (make_below(session, csp, "reseller", name) for name in ("One", "Other"))
        tiny = make_below(session, one, name="Tiny")
        deletion_id = make_deletion(session, tiny)
        assert list_deletions(session, admin_of(one))[1] == 1
        move_customer(session, admin_of(csp), tiny.id, other.id, now=NOON)

        assert list_deletions(session, admin_of(one)) == ([], 0)
        with pytest.raises(NotFoundError):
            get_deletion(session, admin_of(one), deletion_id)
        by = Asker.of(admin_of(other))
        cancel_deletion(session, deletion_id, by=by, now=NOON)

    over = seen(sessions, other, deletion_id)
    assert (over.stage, over.owner_id) == (Stage.CANCELLED, other.id)
    assert seen(sessions, csp, deletion_id).stage is Stage.CANCELLED


@pytest.mark.parametrize("is_theirs", [False, True], ids=["another's", "its own"])
def test_a_package_stays_as_long_as_a_template_of_another_holds_it(
    sessions: Sessions, csp: OrganisationView, is_theirs: bool
) -> None:
    with sessions.begin() as session:
        reseller = make_below(session, csp, "reseller", "Partner")
        with as_tenant(session, reseller.id):
            brought = upload(session, reseller.id, make_package(), by="Nora", now=NOON)
        make_template(session, reseller if is_theirs else csp, reseller, digest=brought.digest)
        deletion_id = make_deletion(session, reseller)

    deleting(sessions).round(now=LATER, budget_s=120)

    said = json.loads(seen(sessions, csp, deletion_id).certificate)
    with sessions() as session:
        is_kept = session.get(BlockPackage, brought.digest) is not None
    assert (is_kept, said["packages_removed"]) == (not is_theirs, int(is_theirs))
    assert said["files"]["packages"]["number"] == int(is_theirs)
