"""The pages of a rule's versions: listed, compared, restored; copies and deleting."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import NotFoundError
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
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn


@pytest.fixture
def rule(sessions: sessionmaker[Session], acme: OrganisationView) -> RuleView:
    """A live rule of two versions: the second has priority 7."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        made = create_rule(session, acme.id, document=make_rule_document(), by="Ann", now=NOON)
        publish_rule(session, acme.id, made.id, mode=Mode.LIVE, by="Ann", now=NOON)
        document = make_rule_document(priority=7)
        save_draft(
            session,
            acme.id,
            made.id,
            document=document,
            expected_revision=1,
            by="Ann",
            now=NOON,
        )
        return publish_rule(session, acme.id, made.id, mode=Mode.LIVE, by="Ann", now=NOON)


@pytest.fixture
def at(acme: OrganisationView, rule: RuleView) -> str:
    return f"/t/{acme.slug}/rules/{rule.id}"


@pytest.fixture
def known(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> Callable[[], dict[UUID, RuleView]]:
    def known() -> dict[UUID, RuleView]:
        with sessions() as session, as_tenant(session, acme.id):
            return {one.id: one for one in list_rules(session, acme.id)}

    return known


def off(sessions: sessionmaker[Session], acme: OrganisationView, rule: RuleView) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        switch_off(session, acme.id, rule.id, now=NOON)


def test_lists_versions_and_says_which_is_judged(signed_in: SignedIn, at: str) -> None:
    page = signed_in("designer").get(f"{at}/versions").text
    first, second = page.index("<td>Version 1<"), page.index("<td>Version 2<")

    assert second < page.index('data-state="live"', second) < first < page.index("Earlier")
    assert 'commandfor="restore-1"' in page


def test_shows_what_changed_part_by_part(signed_in: SignedIn, at: str) -> None:
    page = signed_in("designer").get(f"{at}/versions/1/diff?with=2").text

    assert "Priority" in page
    assert "+7" in page
    assert "Conditions" not in page


def test_an_earlier_version_becomes_the_draft_again(
    signed_in: SignedIn, at: str, rule: RuleView, known: Callable[[], dict[UUID, RuleView]]
) -> None:
    form = {"revision": rule.draft_revision}

    answer = signed_in("designer").post(f"{at}/versions/1/restore", data=form)

    assert answer.status_code == 303
    assert "priority" not in known()[rule.id].draft
    assert known()[rule.id].live_number == 2


def test_restoring_over_somebody_elses_draft_is_refused(
    signed_in: SignedIn, at: str, rule: RuleView, known: Callable[[], dict[UUID, RuleView]]
) -> None:
    browser = signed_in("designer")

    browser.post(f"{at}/versions/1/restore", data={"revision": 1})

    assert known()[rule.id].draft["priority"] == 7
    assert (
        "Nothing was changed: Ann saved this rule meanwhile" in browser.get(f"{at}/versions").text
    )


def test_a_copy_is_a_draft_under_a_name_of_its_own(
    signed_in: SignedIn, at: str, rule: RuleView, known: Callable[[], dict[UUID, RuleView]]
) -> None:
    browser = signed_in("designer")

    for _ in range(2):
        browser.post(f"{at}/copy")

    copies = {one.name: one.mode for one in known().values() if one.id != rule.id}
    assert copies == {f"{rule.name} (copy)": Mode.DRAFT, f"{rule.name} (copy 2)": Mode.DRAFT}


def test_a_rule_that_is_judged_is_not_deleted(
    signed_in: SignedIn, at: str, rule: RuleView, known: Callable[[], dict[UUID, RuleView]]
) -> None:
    browser = signed_in("designer")

    browser.post(f"{at}/delete")

    assert rule.id in known()
    assert "switch it off first" in browser.get(f"{at}/versions").text


def test_a_rule_that_is_off_is_deleted_with_its_versions(
    signed_in: SignedIn,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    at: str,
    rule: RuleView,
) -> None:
    off(sessions, acme, rule)

    answer = signed_in("designer").post(f"{at}/delete")

    assert answer.status_code == 303
    with sessions() as session, as_tenant(session, acme.id), pytest.raises(NotFoundError):
        get_rule(session, acme.id, rule.id)


def test_a_viewer_is_offered_nothing_that_changes(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("viewer")

    page = browser.get(f"{at}/versions").text

    assert "commandfor" not in page.split("<main", 1)[1].split("</main", 1)[0]
    assert browser.post(f"{at}/delete").status_code == 403
