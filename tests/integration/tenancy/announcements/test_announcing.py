"""An announcement reaches those it is for, and nobody else ever sees it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError, InvalidError, NotFoundError
from tenancy.announcements import reaching, reading, store, writing
from tenancy.announcements.model import State
from tenancy.customers.moving import move_customer
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.announcements import HOUR, draft, published, said, work
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.plans import make_plan_of, on_plan
from tests.factories.tenancy import NOON, make_csp, make_member

LATER = NOON + HOUR


class Tree:
    """A CSP with a customer, and a reseller with one."""

    def __init__(self, session: Session) -> None:
        self.csp = make_csp(session)
        self.other_csp = make_csp(session)
        self.direct = make_below(session, self.csp, name="Direct")
        self.reseller = make_below(session, self.csp, "reseller", name="Reseller")
        self.deep = make_below(session, self.reseller, name="Deep")
        self.stranger = make_below(session, self.other_csp, name="Stranger")
        self.who = admin_of(self.csp)

    @property
    def all(self) -> list[OrganisationView]:
        """All of them, who wrote it last."""
        return [self.direct, self.reseller, self.deep, self.stranger, self.csp]


@pytest.fixture
def tree(session: Session) -> Tree:
    return Tree(session)


def titles(session: Session, one: OrganisationView, person_id: UUID | None = None) -> list[str]:
    with as_tenant(session, one.id):
        found = reading.live_for(session, one.id, person_id, now=LATER)
    return [each.said.title for each in found]


def readers(session: Session, tree: Tree) -> list[str]:
    return [one.name for one in tree.all if titles(session, one)]


def test_all_get_it_and_nobody_elses_customers(session: Session, tree: Tree) -> None:
    published(session, tree.who)

    assert readers(session, tree) == ["Direct", "Reseller", "Deep"]


def test_a_vendor_tells_its_csps_and_not_their_customers(session: Session, tree: Tree) -> None:
    vendor = admin_of(above(session, tree.csp))

    published(session, vendor)

    assert readers(session, tree) == ["CSP"]


def above(session: Session, one: OrganisationView) -> OrganisationView:
    assert one.parent_id is not None
    return get_organisation(session, one.parent_id)


@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_nobody_sees_what_is_not_told(session: Session, tree: Tree, state: str) -> None:
    if state == "draft":
        made = draft(session, tree.who, said())
    else:
        later = format_instant(LATER + HOUR)
        made = published(
            session, tree.who, said(shown_from=later if state == "scheduled" else None)
        )
    if state == "withdrawn":
        with as_tenant(session, tree.csp.id):
            writing.withdraw(session, tree.who, made.id, now=NOON)

    assert readers(session, tree) == []
    with as_tenant(session, tree.direct.id):
        assert reading.list_received(session, tree.direct.id, None, limit=9, now=LATER) == []
        with pytest.raises(NotFoundError):
            reading.get_received(session, tree.direct.id, None, made.id, now=LATER)


def test_what_is_not_addressed_to_one_cannot_be_told_from_what_is_not_there(
    session: Session, tree: Tree
) -> None:
    chosen = {"whom": "chosen", "organisation_ids": [str(tree.direct.id)]}
    made = published(session, tree.who, said(audience=chosen))
    person = make_member(session, tree.deep)

    with as_tenant(session, tree.deep.id):
        for id_ in (made.id, tree.deep.id):
            with pytest.raises(NotFoundError, match=reading.NOT_THERE):
                reading.get_received(session, tree.deep.id, person.id, id_, now=LATER)
            with pytest.raises(NotFoundError, match=reading.NOT_THERE):
                reading.dismiss(session, tree.deep.id, person.id, id_, now=LATER)
        reading.note_seen(session, tree.deep.id, person.id, [made.id], now=LATER)
    assert counts(session, tree, made.id) == (1, 0, 0)


def counts(session: Session, tree: Tree, id_: UUID) -> tuple[int, int, int]:
    with as_tenant(session, tree.csp.id):
        found = store.get_written(session, tree.who, id_).counts
    return found.reached, found.seen, found.people


def test_only_ones_own_plans_resellers_and_customers_can_be_meant(
    session: Session, tree: Tree
) -> None:
    theirs = make_plan_of(session, tree.stranger)
    audiences = [
        {"whom": "chosen", "organisation_ids": [str(tree.direct.id), str(tree.stranger.id)]},
        {"whom": "plan", "plan_id": str(theirs.id)},
        {"whom": "reseller", "reseller_id": str(tree.direct.id)},
    ]

    for audience in audiences:
        with pytest.raises(InvalidError):
            draft(session, tree.who, said(audience=audience))


def test_who_wrote_it_is_named_only_to_whom_stands_right_below(
    session: Session, tree: Tree
) -> None:
    made = published(session, tree.who)

    senders = []
    for one in (tree.direct, tree.deep):
        with as_tenant(session, one.id):
            found = reading.get_received(session, one.id, None, made.id, now=LATER)
        senders.append(found.sender)
    assert senders == ["CSP", ""]


def test_somebody_elses_cannot_be_read_or_changed_by_its_id(session: Session, tree: Tree) -> None:
    made = published(session, tree.who)
    other = admin_of(tree.other_csp)

    with as_tenant(session, tree.other_csp.id):
        for verb in (writing.publish, writing.withdraw, writing.end_now, writing.copy_announcement):
            with pytest.raises(NotFoundError):
                verb(session, other, made.id, now=LATER)
        with pytest.raises(NotFoundError):
            store.get_written(session, other, made.id)


def test_newcomers_are_told_what_is_still_live(session: Session, tree: Tree) -> None:
    published(session, tree.who)
    new = make_below(session, tree.csp, name="New")

    assert reaching.has_newcomers(session, now=LATER)
    told = reaching.greet_newcomers(session, now=LATER)

    assert told == {new.id}
    assert titles(session, new) == ["News"]
    assert not reaching.has_newcomers(session, now=LATER)


def test_who_moves_away_keeps_what_it_was_told(session: Session, tree: Tree) -> None:
    audience = {"whom": "reseller", "reseller_id": str(tree.reseller.id)}
    published(session, tree.who, said(audience=audience))

    with as_tenant(session, tree.csp.id):
        move_customer(session, tree.who, tree.deep.id, tree.csp.id, now=NOON)

    assert titles(session, tree.deep) == ["News"]


def test_a_changed_audience_takes_it_from_those_no_longer_meant(
    session: Session, tree: Tree
) -> None:
    made = published(session, tree.who)
    plan = on_plan(session, tree.direct)
    audience = {"whom": "plan", "plan_id": str(plan.id)}

    with as_tenant(session, tree.csp.id):
        changed = writing.change_announcement(
            session, tree.who, made.id, said(audience=audience), revision=made.revision, now=LATER
        )
        history = store.history_of(session, tree.who, changed.id)

    assert readers(session, tree) == ["Direct"]
    assert history[0].what == [("For whom", "all", "plan")]


def test_the_history_says_what_was_changed_and_a_draft_has_none(
    session: Session, tree: Tree
) -> None:
    made = draft(session, tree.who, work())
    with as_tenant(session, tree.csp.id):
        writing.change_announcement(session, tree.who, made.id, work(), revision=1, now=NOON)
        one = writing.publish(session, tree.who, made.id, now=NOON)
        later = work(starts=NOON + 25 * HOUR)
        writing.change_announcement(
            session, tree.who, made.id, later, revision=one.revision, now=LATER
        )
        history = store.history_of(session, tree.who, made.id)

    assert [each.verb for each in history] == ["changed", "published"]
    changed = {name: (before, after) for name, before, after in history[0].what}
    assert changed["Work begins"] == ("2026-11-25 12:00 UTC", "2026-11-25 13:00 UTC")


def test_two_who_change_it_do_not_write_over_each_other(session: Session, tree: Tree) -> None:
    made = draft(session, tree.who, said())
    with as_tenant(session, tree.csp.id):
        writing.change_announcement(session, tree.who, made.id, said(), revision=1, now=NOON)

        with pytest.raises(writing.AnnouncementChangedError, match="Nora saved"):
            writing.change_announcement(session, tree.who, made.id, said(), revision=1, now=NOON)


def test_a_disruption_is_added_to_and_resolved(session: Session, tree: Tree) -> None:
    made = published(session, tree.who, said(kind="disruption", title="Fibre cut"))
    with as_tenant(session, tree.csp.id):
        for text, resolves in (("It is being spliced.", False), ("Whole again.", True)):
            writing.add_update(session, tree.who, made.id, text, resolves=resolves, now=LATER)
    person = make_member(session, tree.direct)

    with as_tenant(session, tree.direct.id):
        where = (session, tree.direct.id, person.id)
        going_on = reading.disruptions_for(*where, now=LATER)
        (found,) = reading.live_for(*where, now=LATER)
        later = reading.live_for(*where, now=LATER + timedelta(days=1))

    assert going_on == []
    assert found.said.kind.value == "resolved"
    assert [one.text for one in found.updates] == ["Whole again.", "It is being spliced."]
    assert later == []


def test_a_maintenance_ends_with_its_work(session: Session, tree: Tree) -> None:
    made = published(session, tree.who, work(starts=NOON, hours=2))

    assert made.said.shown_until == NOON + 2 * HOUR
    assert made.state(NOON + 2 * HOUR) is State.ENDED


def test_what_is_over_is_not_published(session: Session, tree: Tree) -> None:
    with pytest.raises(ConflictError, match="over already"):
        published(session, tree.who, work(starts=NOON - 9 * HOUR))


def test_what_is_for_nobody_is_not_published(session: Session) -> None:
    with pytest.raises(ConflictError, match="nobody is meant"):
        published(session, admin_of(make_csp(session)))


def test_a_closed_customer_is_not_reached(session: Session, tree: Tree) -> None:
    bring_to(session, tree.direct, "closing", "closed")

    made = published(session, tree.who)

    assert counts(session, tree, made.id)[0] == 2


def test_putting_away_is_each_persons_own_and_is_counted(session: Session, tree: Tree) -> None:
    made = published(session, tree.who)
    anna, bert = (make_member(session, tree.direct) for _ in range(2))
    with as_tenant(session, tree.direct.id):
        for person in (anna, bert, bert):
            reading.note_seen(session, tree.direct.id, person.id, [made.id], now=LATER)
        reading.dismiss(session, tree.direct.id, anna.id, made.id, now=LATER)
        archive = reading.list_received(session, tree.direct.id, anna.id, limit=9, now=LATER)

    assert titles(session, tree.direct, anna.id) == []
    assert titles(session, tree.direct, bert.id) == ["News"]
    assert [one.id for one in archive] == [made.id]
    assert counts(session, tree, made.id) == (3, 1, 2)


def test_what_must_stay_cannot_be_put_away(session: Session, tree: Tree) -> None:
    made = published(session, tree.who, said(dismissable=False))
    person = make_member(session, tree.direct)

    with as_tenant(session, tree.direct.id), pytest.raises(ConflictError):
        reading.dismiss(session, tree.direct.id, person.id, made.id, now=LATER)


def test_withdrawing_can_be_undone(session: Session, tree: Tree) -> None:
    made = published(session, tree.who)
    with as_tenant(session, tree.csp.id):
        writing.withdraw(session, tree.who, made.id, now=NOON)
        writing.bring_back(session, tree.who, made.id, now=NOON)

    assert titles(session, tree.direct) == ["News"]
