"""A member goes with all that is theirs, unless they belong elsewhere as well."""

from __future__ import annotations

import json

from sqlalchemy import select

from kernel.db import Base
from runtime.deleting.places import places
from tenancy._tables import Organisation, Person
from tenancy.members import add_member
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.deletions import LATER, make_deletion
from tests.factories.tenancy import NOON, make_member
from tests.integration.runtime.deleting.conftest import Sessions, deleting, seen
from tests.support.owned_rows import Maker, mapper_of


def test_people_who_belong_elsewhere_stay(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        anna = make_member(session, acme)
        both = make_member(session, acme, name="Both")
        add_member(session, csp.id, both.id, "viewer", now=NOON)
        deletion_id = make_deletion(session, acme)

    deleting(sessions).round(now=LATER, budget_s=120)

    said = json.loads(seen(sessions, csp, deletion_id).certificate)
    person = Base.metadata.tables["person"]
    with sessions() as session:
        left = set(session.scalars(select(person.c.id)))
    assert (both.id in left, anna.id in left) == (True, False)
    assert said["people"] == {"deleted": {"person": 1}, "stay_elsewhere": 1}


def test_what_is_a_members_own_is_counted_in_its_table(
    sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    own = [
        one.table
        for one in places()
        if "person_id" in one.table.columns and one.table.name != "membership"
    ]
    with sessions.begin() as session:
        anna = make_member(session, acme)
        maker = Maker(session, acme.id)
        maker.made["organisation"] = session.get_one(Organisation, acme.id)
        maker.made["person"] = session.get_one(Person, anna.id)
        with system(session):
            for table in own:
                maker.make(mapper_of(table)).person_id = anna.id
        session.flush()
        deletion_id = make_deletion(session, acme)

    deleting(sessions, most=1).round(now=LATER, budget_s=120)

    said = json.loads(seen(sessions, csp, deletion_id).certificate)
    assert {one.name for one in own} <= {one["table"] for one in said["tables"]}
    assert all(one["found"] == one["deleted"] for one in said["tables"])
    assert said["people"]["deleted"] == {"person": 1}
