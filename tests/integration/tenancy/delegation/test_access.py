"""A provider's support operates in a customer for as long as it is let in, and no longer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.delegated import while_it_holds
from tenancy import members
from tenancy.audit._tables import AuditEntry
from tenancy.delegation import granting
from tenancy.delegation._tables import SupportGrant
from tenancy.delegation.acting import acting_by_grant
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer
from tests.integration.tenancy.delegation.conftest import FIXED, Clock, Two

Browser = Callable[[str], FlaskClient]


def test_ends_mid_session_at_expiry(
    two: Two, lets_in: Callable[..., None], browser_of: Browser, clock: Clock
) -> None:
    lets_in(minutes=60)
    ann, at = browser_of("support"), f"/t/{two.customer.slug}/alarms"

    clock.pass_by(minutes=59, seconds=59)
    before = ann.get(at)
    clock.pass_by(seconds=1)
    after = ann.get(at)

    assert (before.status_code, after.status_code) == (200, 404)
    assert "CSP support (Ann) may operate here" in before.text
    assert ann.get(f"/t/{two.csp.slug}/").status_code == 200, "the session itself goes on"


def test_an_answer_in_pieces_ends_at_expiry(
    app: Flask,
    sessions: sessionmaker[Session],
    two: Two,
    lets_in: Callable[..., None],
    clock: Clock,
) -> None:
    lets_in(minutes=60)
    with sessions() as session:
        who = acting_by_grant(session, two.people["support"].id, two.customer.slug, now=clock.now)
    assert who is not None
    pieces = while_it_holds(app.extensions["garland.services"], who, iter("abc"))

    first = next(pieces)
    clock.pass_by(hours=1)

    assert first == "a"
    assert list(pieces) == []


@pytest.mark.parametrize("by", ["admin", "support"])
def test_either_side_ends_it_at_once(
    two: Two,
    lets_in: Callable[..., None],
    browser_of: Browser,
    sessions: sessionmaker[Session],
    by: str,
) -> None:
    lets_in()
    ann, at = browser_of("support"), f"/t/{two.customer.slug}"
    with sessions() as session:
        grant_id = session.scalars(select(SupportGrant.id)).one()

    browser_of(by).post(f"{at}/support-access/{grant_id}/end")

    assert ann.get(f"{at}/").status_code == 404


def test_a_lost_role_at_the_provider_ends_it(
    two: Two, lets_in: Callable[..., None], browser_of: Browser, sessions: sessionmaker[Session]
) -> None:
    lets_in()
    ann, at = browser_of("support"), f"/t/{two.customer.slug}/"
    assert ann.get(at).status_code == 200

    with sessions.begin() as session:
        members.change_role(session, two.csp.id, two.people["support"].id, "viewer")

    assert ann.get(at).status_code == 404


def test_gives_no_members_tokens_policies_or_grants(
    two: Two, lets_in: Callable[..., None], browser_of: Browser
) -> None:
    lets_in(role="designer")
    ann, at = browser_of("support"), f"/t/{two.customer.slug}"

    pages = ("members", "tokens", "support-access", "roles", "connections/new")

    assert {ann.get(f"{at}/{one}").status_code for one in pages} == {403}
    assert ann.get(f"{at}/my-rights?q=members").text.count("No support access ever gives it") >= 2


def test_both_sides_are_told_what_was_done_and_by_whom(
    two: Two, lets_in: Callable[..., None], browser_of: Browser, sessions: sessionmaker[Session]
) -> None:
    lets_in(role="designer")

    browser_of("support").post(f"/t/{two.customer.slug}/guide/away")
    done = browser_of("support").post(f"/t/{two.customer.slug}/rules", data={})

    with sessions() as session:
        noted = {one.id: _entries(session, one.id) for one in (two.customer, two.csp)}
    ours, theirs = noted[two.customer.id], noted[two.csp.id]
    assert done.status_code < 500
    assert [one[0] for one in ours] == [one[0] for one in theirs]
    assert ("support_access.used", "Ann (CSP support)") in ours
    assert {"support_access.asked", "support_access.granted"} <= {one[0] for one in ours}


def test_reaches_only_customers_below_the_provider(
    two: Two, browser_of: Browser, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        stranger = make_customer(session, "Elsewhere")
    form = {"role": "viewer", "minutes": "60", "reason": "Curious"}
    ann, at = browser_of("support"), f"/t/{two.csp.slug}/support"

    strange = ann.post(at, data={**form, "customer": stranger.slug})
    missing = ann.post(at, data={**form, "customer": "no-such"})

    assert (strange.status_code, missing.status_code) == (422, 422)
    told = "none of your customers has this short name"
    assert (strange.text.count(told), missing.text.count(told)) == (1, 1)
    assert "Elsewhere" not in strange.text


def test_the_admin_gives_less_than_what_was_asked_and_never_more(
    two: Two, browser_of: Browser, sessions: sessionmaker[Session], clock: Clock
) -> None:
    with sessions.begin() as session:
        ann = two.acts(session, "support")
        asked = granting.ask_access(session, ann, two.customer.slug, FIXED, now=clock.now)
    admin, at = browser_of("admin"), f"/t/{two.customer.slug}/support-access"

    more = admin.post(f"{at}/{asked}/grant", data={"role": "designer", "minutes": "60"})
    less = admin.post(f"{at}/{asked}/grant", data={"role": "viewer", "minutes": "15"})

    with sessions() as session:
        row = session.get_one(SupportGrant, asked)
    assert (more.status_code, less.status_code) == (422, 303)
    assert (row.role.value, row.minutes) == ("viewer", 15)


def test_an_offer_lets_in_whoever_does_support_and_nobody_else(
    two: Two, browser_of: Browser
) -> None:
    form = {"provider": str(two.csp.id), "role": "viewer", "minutes": "60", "reason": "Look"}

    browser_of("admin").post(f"/t/{two.customer.slug}/support-access", data=form)

    got = {one: browser_of(one).get(f"/t/{two.customer.slug}/") for one in two.people}
    codes = {name: answer.status_code for name, answer in got.items()}
    assert codes == {"admin": 200, "support": 200, "other": 200, "curator": 404}


def _entries(session: Session, tenant_id: object) -> list[tuple[str, str]]:
    with as_tenant(session, tenant_id):  # type: ignore[arg-type]
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.tenant_id == tenant_id).order_by(AuditEntry.number)
        )
        return [(row.action, row.by) for row in rows if row.action.startswith("support_access")]
