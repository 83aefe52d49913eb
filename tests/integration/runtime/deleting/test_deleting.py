"""A closed organisation is deleted whole, others stay as they are, and a certificate proves it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.secrets import SecretError, Vault, new_key
from runtime.deleting.asking import Asker, ask_deletion, cancel_deletion
from runtime.deleting.certificate import digest_of_file, file_of
from runtime.deleting.listing import get_deletion, list_deletions, verdict_on
from runtime.deleting.model import Stage, Wish
from runtime.deleting.places import count_rows, places
from runtime.moving.digest import digest_of_tenant
from runtime.use.adding_up import look_at_peaks
from tenancy._tables import Environment
from tenancy.audit.verifying import verify
from tenancy.customers.moving import move_customer
from tenancy.keys.vault import tenant_vault
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.deletions import LATER, make_deletion
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.tenancy import NOON, make_csp
from tests.integration.runtime.deleting.conftest import deleting, fill, name_of, seen
from tests.support.databases import as_owner
from tests.support.owned_rows import OWNED

Sessions = sessionmaker[Session]


def rows_of(session: Session, organisation_id: UUID) -> dict[str, int]:
    counted = {one.table.name: count_rows(session, one, organisation_id) for one in places()}
    return {name: number for name, number in counted.items() if number}


def test_every_table_is_emptied_and_the_certificate_says_so(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        fill(session, acme)
        other = make_below(session, csp, name="Other")
        fill(session, other)
    with sessions.begin() as session:
        before = rows_of(session, other.id)
        digest, kept = digest_of_tenant(session, acme.id), digest_of_tenant(session, other.id)
        deletion_id = make_deletion(session, acme)

    finished = deleting(sessions, most=7).round(now=LATER, budget_s=120)

    one = seen(sessions, csp, deletion_id)
    said = json.loads(one.certificate)
    assert (finished, one.stage) == (1, Stage.FINISHED)
    tables = {name_of(mapper) for mapper in OWNED} - {"data_key", "deletion"}
    assert {each["table"] for each in said["tables"]} >= tables
    assert all(each["found"] == each["deleted"] for each in said["tables"])
    assert said["verified"]["rows_left"] == 0
    assert said["organisations"][0]["digest"] == digest
    with sessions() as session:
        assert rows_of(session, acme.id) == {}
        assert rows_of(session, other.id) == before
        assert digest_of_tenant(session, other.id) == kept
        with pytest.raises(NotFoundError):
            get_organisation(session, acme.id)


def test_the_certificate_is_what_the_audit_of_the_one_above_noted(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)
    deleting(sessions).round(now=LATER, budget_s=120)
    one = seen(sessions, csp, deletion_id)

    with sessions() as session:
        verdict = verdict_on(session, one)
        with as_tenant(session, csp.id):
            whole = verify(session, csp.id) is None
    said, has, _ = digest_of_file(file_of(one.certificate))
    _, altered, _ = digest_of_file(file_of(one.certificate.replace("Acme", "Acne")))

    assert verdict.is_whole and verdict.number is not None and whole  # noqa: PT018
    assert said == has == one.digest
    assert altered != one.digest


def test_what_was_cut_off_goes_on_where_it_was(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        fill(session, acme)
        found = sum(rows_of(session, acme.id).values())
        deletion_id = make_deletion(session, acme)
    steps = iter(range(4))

    cut_off = deleting(sessions, most=7, may_go_on=lambda: next(steps, None) is not None)
    cut_off.round(now=LATER, budget_s=120)
    half = seen(sessions, csp, deletion_id)
    deleting(sessions, most=7).round(now=LATER, budget_s=120)

    said = json.loads(seen(sessions, csp, deletion_id).certificate)
    assert (half.stage, 0 < half.gone < half.rows) == (Stage.UNDER_WAY, True)
    assert said["rows_deleted"] >= found
    assert all(each["found"] == each["deleted"] for each in said["tables"])


def test_a_bite_that_fails_deletes_and_counts_nothing(
    sessions: Sessions,
    csp: OrganisationView,
    acme: OrganisationView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with sessions.begin() as session:
        fill(session, acme)
        deletion_id = make_deletion(session, acme)
    monkeypatch.setattr("runtime.deleting.rounds.count_gone", lambda *_: 1 / 0)

    deleting(sessions).round(now=LATER, budget_s=120)

    half = seen(sessions, csp, deletion_id)
    with sessions() as session:
        assert sum(rows_of(session, acme.id).values()) == half.rows
    assert (half.gone, half.stage) == (0, Stage.UNDER_WAY)
    assert half.problem.startswith("a step failed (ZeroDivisionError)")


def test_secrets_open_for_nobody_from_its_beginning(
    sessions: Sessions, acme: OrganisationView
) -> None:
    vault = Vault([new_key()])
    with sessions.begin() as session:
        with as_tenant(session, acme.id):
            sealed = tenant_vault(session, acme.id, vault).encrypt("hush")
        make_deletion(session, acme)

    deleting(sessions, may_go_on=lambda: False).round(now=LATER, budget_s=120)

    with sessions() as session, as_tenant(session, acme.id), pytest.raises(SecretError):
        tenant_vault(session, acme.id, vault).decrypt(sealed)


def test_environments_go_along(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        trial = make_below(session, csp, name="Acme · Trial")
        facts = {"organisation_id": trial.id, "live_id": acme.id, "name": "Trial"}
        session.add(Environment(**facts, made_at=NOON))
        session.flush()
        fill(session, trial)
        deletion_id = make_deletion(session, acme)

    deleting(sessions).round(now=LATER, budget_s=120)

    said = json.loads(seen(sessions, csp, deletion_id).certificate)
    assert [one["name"] for one in said["organisations"]] == ["Acme", "Acme · Trial"]
    with sessions() as session:
        assert rows_of(session, trial.id) == {}


def test_only_what_is_closed_and_has_nobody_below_is_deleted(
    sessions: Sessions, csp: OrganisationView
) -> None:
    by = Asker.of(admin_of(csp))
    with sessions() as session:
        reseller = make_below(session, csp, "reseller", "Partner")
        below = bring_to(session, make_below(session, reseller, name="Tiny"), "closing", "closed")
        wish = Wish(name="Partner", reason="x")
        with pytest.raises(ConflictError, match="only what is closed"):
            ask_deletion(session, reseller.id, wish, by=by, now=NOON)
        bring_to(session, reseller, "closing", "closed")
        with pytest.raises(ConflictError, match=f"{below.name} stood below Partner"):
            ask_deletion(session, reseller.id, wish, by=by, now=NOON)


def test_certificates_of_those_below_go_to_whoever_is_above(
    sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        reseller = make_below(session, csp, "reseller", "Partner")
        first = make_deletion(session, make_below(session, reseller, name="Tiny"))
    deleting(sessions).round(now=LATER, budget_s=120)
    with sessions.begin() as session:
        second = make_deletion(session, reseller)
    deleting(sessions).round(now=LATER, budget_s=120)

    theirs, own = (seen(sessions, csp, one) for one in (first, second))
    assert theirs.owner_id == csp.id
    assert json.loads(own.certificate)["handed_on"] == [theirs.digest]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        pytest.param({"name": "Acme Ltd"}, "name", id="another name"),
        pytest.param({"reason": " "}, "reason", id="no reason"),
        pytest.param({"days": -1}, "days", id="days that are none"),
    ],
)
def test_a_wish_that_does_not_do_names_the_field(
    session: Session, acme: OrganisationView, wish: Any, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        make_deletion(session, acme, **wish)

    assert [one.pointer for one in refused.value.problems] == [f"/{field}"]


def test_it_waits_and_can_be_called_off_until_it_begins(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)
    deleting(sessions).round(now=NOON)
    by = Asker.of(admin_of(csp))

    with sessions.begin() as session:
        cancel_deletion(session, deletion_id, by=by, now=NOON)
    deleting(sessions).round(now=LATER, budget_s=120)

    assert seen(sessions, csp, deletion_id).stage is Stage.CANCELLED
    with sessions() as session, pytest.raises(ConflictError, match="before it begins"):
        cancel_deletion(session, deletion_id, by=by, now=LATER)


@pytest.fixture
def strange_table(engine: Engine) -> None:
    kind = "uuid" if engine.dialect.name == "postgresql" else "char(32)"
    with as_owner(engine) as connection:
        connection.execute(
            text(f"CREATE TABLE strange (whose {kind} REFERENCES organisation (id))")
        )


@pytest.mark.usefixtures("strange_table")
def test_a_table_that_nobody_thought_of_stops_it_before_it_begins(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)

    deleting(sessions).round(now=LATER, budget_s=120)

    one = seen(sessions, csp, deletion_id)
    assert one.stage is Stage.ASKED
    assert "does not know of (strange)" in one.problem


def test_another_provider_sees_no_deletion_of_it(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)
        stranger = make_csp(session)

    with sessions() as session, pytest.raises(NotFoundError):
        get_deletion(session, admin_of(stranger), deletion_id)
    with sessions() as session:
        assert list_deletions(session, admin_of(stranger)) == ([], 0)
        assert list_deletions(session, admin_of(csp), q="ACM")[1] == 1


def test_rows_that_come_while_it_goes_on_are_deleted_too(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)
    late = iter((True,))

    def forget(tenant_id: UUID) -> int:
        if next(late, False):
            with sessions.begin() as session, as_tenant(session, tenant_id):
                look_at_peaks(session, tenant_id, now=LATER)
        return 0

    deleting(sessions, forget=forget).round(now=LATER, budget_s=120)

    said = json.loads(seen(sessions, csp, deletion_id).certificate)
    came = {"table": "usage_day", "found": 0, "deleted": 2, "left": 0}
    assert came in said["tables"]


def test_one_that_fails_holds_up_no_other_and_its_page_says_so_until_it_goes_on(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        failing = make_deletion(session, acme, days=7)
        other = make_deletion(session, make_below(session, csp, name="Other"), days=8)

    def forget(tenant_id: UUID) -> int:
        return 1 // int(tenant_id != acme.id)

    finished = deleting(sessions, forget=forget).round(now=LATER, budget_s=120)

    one = seen(sessions, csp, failing)
    assert (finished, seen(sessions, csp, other).stage) == (1, Stage.FINISHED)
    assert (one.stage, "ZeroDivisionError" in one.problem) == (Stage.UNDER_WAY, True)
    assert deleting(sessions).round(now=LATER, budget_s=120) == 1
    assert seen(sessions, csp, failing).problem == ""


def test_it_goes_on_where_who_asked_is_deleted_meanwhile(
    sessions: Sessions, csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        reseller = make_below(session, csp, "reseller", "Partner")
        tiny = make_below(session, reseller, name="Tiny")
        deletion_id = make_deletion(session, tiny, days=31)
        move_customer(session, admin_of(csp), tiny.id, csp.id, now=NOON)
        make_deletion(session, reseller, days=7)

    finished = [deleting(sessions).round(now=NOON + timedelta(days=at)) for at in (8, 32)]

    assert finished == [1, 1]
    assert seen(sessions, csp, deletion_id).problem == ""
