"""Nothing of an organisation leaves in a template it shares: it is named, or taken out."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import ConflictError, InvalidError, NotFoundError
from marketplace.sharing import offered, own, store, taking
from marketplace.sharing.checking import fingerprint
from marketplace.sharing.looking import Wanted, look
from marketplace.sharing.subjects import get_subject
from runtime.inventory.resources import put_resource
from runtime.rules.store import create_rule
from tests.factories.connections import VAULT, make_connection
from tests.factories.flows import flow_document, step
from tests.factories.organisations import make_below
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_csp
from tests.integration.marketplace.sharing.conftest import World


def saying(text: str) -> dict[str, Any]:
    config = {"values": {"text": text}}
    return flow_document({"tell": step("set-data", title="Tell", config=config)}, ["hand > tell"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("use AKIAIOSFODNN7EXAMPLE", "an AWS access key", id="a well-known secret"),
        pytest.param("it is Rosebud-1941", "a secret of one of your connections", id="a kept one"),
        pytest.param("ask 10.20.30.40", "an IPv4 address (10.20.30.40)", id="an address"),
        pytest.param("for LAKESIDE power", "the name of a customer", id="a customer"),
        pytest.param("call zoe quintanar", "the name of a member", id="a member"),
    ],
)
def test_what_must_not_be_shared_is_refused_and_named(world: World, text: str, told: str) -> None:
    with world.at(world.csp):
        make_connection(world.session, world.csp.id, values={"key": "Rosebud-1941", "name": "K"})
    flow = world.flow(world.csp, saying(text))

    with pytest.raises(InvalidError) as refused:
        world.share(world.csp, flow, is_cleaned=False)

    [problem] = refused.value.problems
    assert told in problem.message
    assert "“Tell”, field “Values”, “Text”" in problem.message
    assert "Rosebud" not in problem.message


def test_managed_objects_and_services_are_found_by_key_and_name(world: World) -> None:
    with world.at(world.csp):
        put_resource(world.session, world.csp.id, "node", "ber-agg-07", "Xanten Aggregation")
    flow = world.flow(world.csp, saying("see BER-AGG-07 and Xanten aggregation"))

    with pytest.raises(InvalidError) as refused:
        world.share(world.csp, flow, is_cleaned=False)

    assert [one.message.count("of a managed object") for one in refused.value.problems] == [1, 1]


def test_more_managed_objects_than_are_looked_through_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.at(world.csp):
        put_resource(world.session, world.csp.id, "node", "ber-agg-07", "Xanten Aggregation")
    monkeypatch.setattr(own, "OBJECTS_MAX", 0)

    with pytest.raises(ConflictError, match="managed objects, more than a draft is checked"):
        world.share(world.csp, world.flow(world.csp))


def test_what_was_found_is_taken_out_and_the_places_are_listed(world: World) -> None:
    made = world.share(world.csp, world.flow(world.csp))

    assert [(one["name"], one["what"]) for one in made.slots] == [
        ("fill_in_connection_1", "a connection"),
        ("fill_in_url_1", "a web address"),
    ]
    row = offered.visible_row(world.session, world.csp.id, made.id)
    kept = str(offered.version_of(world.session, row).document)
    assert "Tickets" not in kept
    assert "fjord" not in kept


def test_title_and_summary_are_checked_too_and_never_cleaned(world: World) -> None:
    flow = world.flow(world.csp)

    with pytest.raises(InvalidError, match="the name of a customer") as refused:
        world.share(world.csp, flow, summary="Made for Lakeside Power")

    assert [one.pointer for one in refused.value.problems] == ["/summary"]


def test_looking_keeps_nothing_and_says_what_would_be_found(world: World) -> None:
    flow = world.flow(world.csp)
    wanted = Wanted(kind="workflow", subject_id=flow.id, title="x")

    with world.at(world.csp) as who:
        looked = look(world.session, who, wanted, vault=VAULT, now=NOON)

    assert {one.kind for one in looked.findings} == {"address", "reference"}
    assert looked.left == []
    assert offered.list_shared(world.session, world.csp.id) == []


def test_an_example_stays_where_somebody_said_so_also_in_later_versions(world: World) -> None:
    flow = world.flow(world.csp, saying("as 192.0.2.1"))
    wanted = Wanted(kind="workflow", subject_id=flow.id, title="x")
    with world.at(world.csp) as who:
        found = look(world.session, who, wanted, vault=VAULT, now=NOON).findings
    confirmed = [fingerprint(one) for one in found]

    made = world.share(world.csp, flow, confirmed=confirmed, is_cleaned=False)
    world.change(world.csp, flow.id, "steps", "tell", "title", to="Say")
    later = world.again(world.csp, made, is_cleaned=False)

    assert (made.slots, later.slots, later.version) == ([], [], 2)


def test_everyone_sees_what_is_for_everyone_and_customers_what_is_for_them(world: World) -> None:
    stranger = make_csp(world.session)
    below = make_below(world.session, world.customer, kind="customer", name="Deeper Down")
    public = world.share(world.csp, world.flow(world.csp), title="Public")
    inner = world.share(world.csp, world.flow(world.csp), title="Inner", audience="customers")

    def sees(one: Any) -> list[str]:
        return [found.title for found in offered.list_shared(world.session, one.id)]

    assert sees(world.customer) == sees(below) == sees(world.csp) == ["Inner", "Public"]
    assert sees(stranger) == ["Public"]
    assert offered.get_shared(world.session, stranger.id, public.id).owner_name == "CSP"
    with pytest.raises(NotFoundError):
        offered.get_shared(world.session, stranger.id, inner.id)


def test_a_customer_shares_with_everyone_alone(world: World) -> None:
    with pytest.raises(InvalidError, match="choose everyone"):
        world.share(world.customer, world.flow(world.customer), audience="customers")


def test_what_was_for_customers_alone_is_not_made_public_by_one_of_them(world: World) -> None:
    inner = world.share(world.csp, world.flow(world.csp), audience="customers")
    use = world.take(world.customer, inner)
    with world.at(world.customer):
        flow = get_subject(world.session, world.customer.id, "workflow", use.made_id)

    with pytest.raises(InvalidError, match="for customers alone"):
        world.share(world.customer, flow)


def test_what_was_for_customers_alone_stays_so_once_it_is_let_go_or_the_template_is_gone(
    world: World,
) -> None:
    inner = world.share(world.csp, world.flow(world.csp), audience="customers")
    use = world.take(world.customer, inner)
    with world.at(world.customer) as who:
        taking.let_go(world.session, who, use.id, now=NOON)
        flow = get_subject(world.session, world.customer.id, "workflow", use.made_id)
    world.session.delete(offered.visible_row(world.session, world.csp.id, inner.id))
    world.session.flush()
    world.session.expire_all()

    with pytest.raises(InvalidError, match="for customers alone: it stays within"):
        world.share(world.customer, flow)


def test_one_draft_is_shared_once_whoever_is_quicker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = world.flow(world.csp)
    world.share(world.csp, flow)
    monkeypatch.setattr(store, "source_of", lambda *_: None)

    with pytest.raises(ConflictError, match="shared already"):
        world.share(world.csp, flow)

    assert len(offered.list_shared(world.session, world.csp.id)) == 1


def test_only_the_owner_adds_versions_and_withdraws(world: World) -> None:
    made = world.share(world.csp, world.flow(world.csp))

    with world.at(world.customer) as who, pytest.raises(NotFoundError):
        store.withdraw(world.session, who, made.id, is_withdrawn=True, now=NOON)
    with pytest.raises(NotFoundError):
        world.again(world.customer, made)


def test_sharing_the_same_twice_is_refused(world: World) -> None:
    flow = world.flow(world.csp)
    made = world.share(world.csp, flow)

    with pytest.raises(ConflictError, match="shared already"):
        world.share(world.csp, flow)
    with pytest.raises(ConflictError, match="nothing differs"):
        world.again(world.csp, made)


def test_what_is_withdrawn_is_offered_to_nobody_and_can_come_back(world: World) -> None:
    made = world.share(world.csp, world.flow(world.csp))

    with world.at(world.csp) as who:
        store.withdraw(world.session, who, made.id, is_withdrawn=True, now=NOON)
        gone = offered.list_shared(world.session, world.customer.id)
        store.withdraw(world.session, who, made.id, is_withdrawn=False, now=NOON)

    assert gone == []
    assert len(offered.list_shared(world.session, world.customer.id)) == 1


def test_pages_of_the_list_come_one_after_the_other(world: World) -> None:
    for title in ("b", "A", "c"):
        world.share(world.csp, world.flow(world.csp), title=title)

    first = offered.list_shared(world.session, world.customer.id, limit=2)
    after = offered.place_of(first[-1])
    rest = offered.list_shared(world.session, world.customer.id, limit=2, after=after)

    assert [one.title for one in (*first, *rest)] == ["A", "b", "c"]
    assert [one.title for one in offered.list_shared(world.session, world.csp.id, q="B")] == ["b"]


def test_a_rule_is_shared_so_that_it_only_observes(world: World) -> None:
    document = {**make_rule_document(), "mode": "live"}
    document["then"] = [{"do": "start", "flow": "flow"}]
    world.flow(world.csp)
    mine = world.flow(world.customer).slug
    with world.at(world.csp):
        rule = create_rule(world.session, world.csp.id, document=document, by="x", now=NOON)
    wanted = Wanted(kind="rule", subject_id=rule.id, title="Rule", is_cleaned=True)

    with world.at(world.csp) as who:
        made = store.share(world.session, who, wanted, vault=VAULT, now=NOON)
    with pytest.raises(InvalidError, match="fill_in_workflow_1: choose a workflow of your own"):
        world.take(world.customer, made)
    use = world.take(world.customer, made, values={"fill_in_workflow_1": mine})

    with world.at(world.customer):
        found = get_subject(world.session, world.customer.id, "rule", use.made_id).document
    assert found["mode"] == "observe"
    assert found["then"] == [{"do": "start", "flow": mine}]
