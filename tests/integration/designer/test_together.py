"""Several people at one draft: what each changes is merged, and nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from designer.together.presence import GONE_S, Visitor, beat, leave
from runtime.flows.versions import FlowView, get_flow
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn
from tests.support.redis import running_redis


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, chain_document(2), publish=False)


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}/draft"


def changed(**values: Any) -> dict[str, Any]:
    document = chain_document(2)
    document["steps"]["s1"]["config"]["values"] |= values
    return document


def saved(browser: FlaskClient, at: str, revision: int, document: Any, page: str = "") -> int:
    sent = {"revision": revision, "document": document, "page": page}
    return browser.put(at, json=sent).status_code


def merge(browser: FlaskClient, at: str, document: Any, **more: Any) -> Any:
    answer = browser.post(f"{at}/merge", json={"revision": 1, "document": document, **more})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_what_does_not_collide_is_merged_and_told(signed_in: SignedIn, at: str) -> None:
    anna, bert = signed_in("designer"), signed_in("designer")
    assert saved(anna, at, 1, changed(a=1)) == 200
    assert saved(bert, at, 1, changed(b=2)) == 409

    found = merge(bert, at, changed(b=2))

    assert found["document"]["steps"]["s1"]["config"]["values"] == {"n": 1, "a": 1, "b": 2}
    assert (found["revision"], found["collisions"]) == (2, 0)
    assert found["told"] == "Anna: Set data: Values: A set to 1. Merged with yours."
    assert saved(bert, at, 2, found["document"]) == 200


def test_what_collides_is_asked_about_and_nothing_is_saved_before(
    signed_in: SignedIn, at: str, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    browser = signed_in("designer")
    saved(browser, at, 1, changed(n=7))

    asked = merge(browser, at, changed(n=8))
    chosen = merge(browser, at, changed(n=8), choices={"/steps/s1/config/values/n": "theirs"})

    assert asked["collisions"] == 1
    assert 'name="/steps/s1/config/values/n" value="theirs"' in asked["html"]
    assert chosen["document"]["steps"]["s1"]["config"]["values"] == {"n": 7}
    with sessions() as session, as_tenant(session, flow.tenant_id):
        assert get_flow(session, flow.tenant_id, flow.id).draft == changed(n=7)


def test_a_page_whose_answer_was_lost_goes_on_from_what_it_saved_itself(
    signed_in: SignedIn, at: str
) -> None:
    browser = signed_in("designer")
    assert saved(browser, at, 1, changed(n=7), page="p1") == 200

    assert saved(browser, at, 1, changed(n=8), page="p1") == 200
    assert saved(browser, at, 1, changed(n=9), page="p2") == 409


def test_two_tabs_of_one_person_do_not_overwrite_each_other(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("designer")
    saved(browser, at, 1, changed(a=1), page="p1")

    found = merge(browser, at, changed(b=2), page="p2")

    assert found["document"]["steps"]["s1"]["config"]["values"] == {"n": 1, "a": 1, "b": 2}


def test_where_what_both_began_with_is_gone_nothing_counts_as_removed(
    signed_in: SignedIn, at: str
) -> None:
    browser = signed_in("designer")
    saved(browser, at, 1, changed(a=1))

    found = merge(browser, at, changed(b=2), revision=77)

    assert found["document"]["steps"]["s1"]["config"]["values"] == {"n": 1, "a": 1, "b": 2}
    assert "is not kept any more" in found["html"]


def test_where_that_is_gone_a_list_that_differs_is_asked_about(
    signed_in: SignedIn, at: str
) -> None:
    browser = signed_in("designer")
    saved(browser, at, 1, changed(n=[1]))

    found = merge(browser, at, changed(n=[1, True]), revision=77)

    assert found["collisions"] == 1
    assert found["document"]["wires"] == chain_document(2)["wires"]


def test_a_merge_builds_on_a_revision_that_there_can_be(signed_in: SignedIn, at: str) -> None:
    sent = {"revision": 0, "document": chain_document(2)}

    answer = signed_in("designer").post(f"{at}/merge", json=sent)

    assert (answer.status_code, "revision" in answer.text) == (422, True)


def test_only_those_who_may_edit_merge_and_only_in_their_organisation(
    signed_in: SignedIn, at: str, flow: FlowView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
    sent = {"revision": 1, "document": chain_document(1)}
    elsewhere = f"/t/{other.slug}/workflows/{flow.id}"

    assert signed_in("viewer").post(f"{at}/merge", json=sent).status_code == 403
    stranger = signed_in("admin", other)
    assert stranger.post(f"{elsewhere}/draft/merge", json=sent).status_code == 404
    assert stranger.post(f"{elsewhere}/presence", data={"page": "p"}).status_code == 404


def test_without_redis_nobody_is_shown_and_the_page_learns_the_revision(
    signed_in: SignedIn, at: str
) -> None:
    answer = signed_in("designer").post(at.replace("draft", "presence"), data={"page": "p1"})

    assert answer.status_code == 200
    assert 'data-revision="1"' in answer.text
    assert "presence__face" not in answer.text


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with running_redis(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


def visitor(page: str, at_s: float, step: str = "") -> Visitor:
    return Visitor(page=page, person=page, name=page.title(), since_s=at_s, beat_s=at_s, step=step)


def test_who_has_a_draft_open_is_seen_by_the_others_until_it_closes(redis: Redis) -> None:
    where = (redis, uuid4(), uuid4())

    alone = beat(*where, visitor("anna", 0))
    beat(*where, visitor("anna", 20, "Mail"))
    others, is_new = beat(*where, visitor("bert", 21))
    leave(*where, "anna")

    assert alone == ([], True)
    assert [(one.name, one.since_s, one.step) for one in others] == [("Anna", 0, "Mail")]
    assert is_new
    assert beat(*where, visitor("bert", 22)) == ([], False)


def test_who_no_longer_says_so_is_forgotten(redis: Redis) -> None:
    where = (redis, uuid4(), uuid4())
    beat(*where, visitor("anna", 0))

    assert beat(*where, visitor("bert", GONE_S + 1))[0] == []


def test_nobody_is_seen_in_another_organisation(redis: Redis) -> None:
    flow_id = uuid4()
    beat(redis, uuid4(), flow_id, visitor("anna", 0))

    assert beat(redis, uuid4(), flow_id, visitor("bert", 1))[0] == []
