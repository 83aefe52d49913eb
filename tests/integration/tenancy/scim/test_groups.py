"""Groups are the roles: a directory puts members into one and takes them out."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.acting import acting_as
from kernel.errors import ForbiddenError
from tenancy.access import facts_of
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import NOON, make_member
from tests.integration.tenancy.scim.conftest import AT, found, patch, user

Sessions = sessionmaker[Session]


@pytest.fixture
def vera(sessions: Sessions, acme: OrganisationView, directory: FlaskClient) -> str:
    """Give the id of a member who is a viewer."""
    with sessions.begin() as session:
        person = make_member(session, acme, "viewer", "Vera")
    (one,) = found(directory, f'userName eq "{person.email}"')
    return str(one["id"])


def group_of(directory: FlaskClient, user_id: str) -> str:
    (group,) = directory.get(f"{AT}/Users/{user_id}").get_json()["groups"]
    return str(group["display"])


def test_the_roles_of_the_organisation_are_the_groups(directory: FlaskClient) -> None:
    listed = directory.get(f"{AT}/Groups?excludedAttributes=members").get_json()["Resources"]
    (asked,) = found(directory, 'displayName eq "Operator"', "Groups")

    assert [one["displayName"] for one in listed] == ["viewer", "operator", "designer", "admin"]
    assert "members" not in listed[0]
    assert asked["id"] == "operator"


def test_who_is_put_into_a_group_has_the_role_and_is_a_viewer_when_taken_out(
    directory: FlaskClient, vera: str
) -> None:
    added = {"op": "Add", "path": "members", "value": [{"value": vera}]}
    removed = {"op": "Remove", "path": f'members[value eq "{vera}"]'}

    put = directory.patch(f"{AT}/Groups/operator", json=patch(added))
    during = group_of(directory, vera)
    directory.patch(f"{AT}/Groups/operator", json=patch(removed))

    assert [one["value"] for one in put.get_json()["members"]] == [vera]
    assert (during, group_of(directory, vera)) == ("operator", "viewer")


def test_who_was_not_there_yet_comes_with_the_role_of_the_group(
    directory: FlaskClient,
) -> None:
    made = directory.post(f"{AT}/Users", json=user()).get_json()["id"]

    directory.patch(
        f"{AT}/Groups/designer",
        json=patch({"op": "add", "path": "members", "value": [{"value": made}]}),
    )

    assert group_of(directory, made) == "designer"


def test_the_only_admin_is_replaced_at_once_but_never_left_out(
    directory: FlaskClient, vera: str, admin: PersonView
) -> None:
    (ada,) = found(directory, f'userName eq "{admin.email}"')
    at = f"{AT}/Groups/admin"

    emptied = directory.patch(at, json=patch({"op": "remove", "path": "members"}))
    replaced = directory.put(at, json={"displayName": "admin", "members": [{"value": vera}]})

    assert (emptied.status_code, "last admin" in emptied.get_json()["detail"]) == (409, True)
    assert replaced.status_code == 200
    assert (group_of(directory, vera), group_of(directory, ada["id"])) == ("admin", "viewer")


def test_what_a_role_is_called_and_which_there_are_is_no_directorys_to_say(
    directory: FlaskClient,
) -> None:
    renamed = {"op": "replace", "value": {"id": "operator", "displayName": "NOC"}}
    nobody = {"op": "add", "path": "members", "value": [{"value": "nobody"}]}

    answers = [
        directory.patch(f"{AT}/Groups/operator", json=patch(renamed)),
        directory.patch(f"{AT}/Groups/operator", json=patch(nobody)),
        directory.post(f"{AT}/Groups", json={"displayName": "NOC"}),
        directory.get(f"{AT}/Groups/nothing"),
    ]

    assert [one.status_code for one in answers] == [400, 400, 501, 404]
    assert [one.get_json().get("scimType") for one in answers[:2]] == ["mutability", "noTarget"]


def test_only_who_may_do_everything_makes_a_token_for_a_directory(
    sessions: Sessions, acme: OrganisationView
) -> None:
    own = frozenset({"tokens.edit", "members.view"})
    facts = {"role": "viewer", "person_id": None, "name": "Tom", "permissions": own}
    tom = facts_of(acme, **facts)  # type: ignore[arg-type]

    with (
        sessions.begin() as session,
        as_tenant(session, acme.id),
        acting_as(session, tom),
        pytest.raises(ForbiddenError),
    ):
        create_token(session, acme.id, name="x", role="directory", now=NOON)


def test_says_of_itself_what_it_does(directory: FlaskClient) -> None:
    config = directory.get(f"{AT}/ServiceProviderConfig").get_json()
    kinds = directory.get(f"{AT}/ResourceTypes").get_json()["Resources"]
    schemas = directory.get(f"{AT}/Schemas").get_json()["Resources"]

    assert (config["patch"]["supported"], config["bulk"]["supported"]) == (True, False)
    assert [one["id"] for one in kinds] == ["User", "Group"]
    for one in (*kinds, *schemas):
        assert directory.get(one["meta"]["location"]).get_json() == one
