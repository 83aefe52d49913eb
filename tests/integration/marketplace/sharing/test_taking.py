"""A shared template becomes one's own; newer versions come in, and what was changed stays."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from marketplace.sharing import store, taking
from marketplace.sharing.subjects import get_subject
from marketplace.sharing.taking import Preview, UseView
from tenancy.organisations import OrganisationView
from tests.factories.flows import flow_document, step
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON, make_csp
from tests.integration.marketplace.sharing.conftest import World

FILLED = {"fill_in_connection_1": "Our desk", "fill_in_url_1": "https://ours.lake.se/"}


def seen(world: World, one: OrganisationView, use: UseView, **said: Any) -> Preview:
    with world.at(one) as who:
        return taking.preview(world.session, who, use.id, **said)


def updated(world: World, one: OrganisationView, use: UseView, **said: Any) -> UseView:
    looked = seen(world, one, use)
    facts = {"version": looked.version, "revision": looked.revision, **said}
    with world.at(one) as who:
        return taking.update(world.session, who, use.id, now=NOON, **facts)


def test_it_becomes_a_draft_with_the_places_filled(world: World) -> None:
    made = world.share(world.csp, world.flow(world.csp))

    use = world.take(world.customer, made, name="Ours", values=FILLED)

    draft = world.draft(world.customer, use.made_id)
    assert draft["name"] == "Ours"
    assert draft["steps"]["ask"]["connections"] == {"auth": "Our desk"}
    assert draft["steps"]["ask"]["config"]["url"] == "https://ours.lake.se/"
    assert (use.version, use.newest, use.is_newer, use.missing_blocks) == (1, 1, False, [])


def test_places_without_a_value_stay_to_be_filled_in(world: World) -> None:
    use = world.take(world.customer, world.share(world.csp, world.flow(world.csp)))

    assert "fill_in_url_1" in str(world.draft(world.customer, use.made_id))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"fill_in_host_9": "x"}, "no such place"),
        ({"fill_in_secret_1": "hunter2"}, "a secret is put into the draft"),
        ({"fill_in_url_1": "x" * 501}, "500 characters at most"),
    ],
)
def test_a_place_takes_only_what_belongs_there(
    world: World, values: dict[str, str], why: str
) -> None:
    document = world.draft(world.csp, world.flow(world.csp).id)
    document["steps"]["ask"]["config"]["headers"] = {"Authorization": "abc"}
    made = world.share(world.csp, world.flow(world.csp, document))

    with pytest.raises(InvalidError) as refused:
        world.take(world.customer, made, values=values)

    assert why in refused.value.problems[0].message


def test_a_newer_version_comes_in_and_what_was_changed_here_stays(world: World) -> None:
    flow = world.flow(world.csp)
    made = world.share(world.csp, flow)
    use = world.take(world.customer, made, name="Ours", values=FILLED)
    world.change(world.customer, use.made_id, "steps", "tell", "title", to="Tell us")
    world.change(world.csp, flow.id, "steps", "ask", "title", to="Ask twice")
    world.again(world.csp, made, note="Asks twice")

    done = updated(world, world.customer, use)

    draft = world.draft(world.customer, use.made_id)
    assert (draft["name"], draft["steps"]["tell"]["title"]) == ("Ours", "Tell us")
    assert draft["steps"]["ask"]["title"] == "Ask twice"
    assert draft["steps"]["ask"]["connections"] == {"auth": "Our desk"}
    assert (done.version, done.is_newer) == (2, False)
    with pytest.raises(ConflictError, match="here already"):
        seen(world, world.customer, use)


def test_what_both_changed_waits_for_a_choice_and_nothing_is_written(world: World) -> None:
    flow = world.flow(world.csp)
    made = world.share(world.csp, flow)
    use = world.take(world.customer, made)
    world.change(world.customer, use.made_id, "steps", "tell", "title", to="Mine")
    world.change(world.csp, flow.id, "steps", "tell", "title", to="Theirs")
    world.again(world.csp, made)

    with pytest.raises(InvalidError, match="choose") as refused:
        updated(world, world.customer, use)
    assert "/steps/tell/title" in refused.value.problems[0].message
    assert world.draft(world.customer, use.made_id)["steps"]["tell"]["title"] == "Mine"

    updated(world, world.customer, use, choices={"/steps/tell/title": "theirs"})
    assert world.draft(world.customer, use.made_id)["steps"]["tell"]["title"] == "Theirs"


def test_what_changed_since_it_was_looked_at_is_looked_at_again(world: World) -> None:
    flow = world.flow(world.csp)
    made = world.share(world.csp, flow)
    use = world.take(world.customer, made)
    world.change(world.csp, flow.id, "steps", "ask", "title", to="Two")
    world.again(world.csp, made)
    looked = seen(world, world.customer, use)
    world.change(world.customer, use.made_id, "steps", "tell", "title", to="Mine")

    with pytest.raises(ConflictError, match="look at it again"):
        updated(world, world.customer, use, revision=looked.revision)


def test_an_overlay_of_a_csp_goes_on_to_its_customer(world: World) -> None:
    publisher = make_csp(world.session)
    flow = world.flow(publisher)
    first = world.share(publisher, flow)
    overlay = world.take(world.csp, first)
    world.change(world.csp, overlay.made_id, "steps", "ask", "title", to="Overlaid")
    with world.at(world.csp):
        subject = get_subject(world.session, world.csp.id, "workflow", overlay.made_id)
    second = world.share(world.csp, subject, audience="customers")
    use = world.take(world.customer, second)
    world.change(world.customer, use.made_id, "steps", "tell", "title", to="By the tenant")

    world.change(publisher, flow.id, "vars", "fresh", to=1)
    world.again(publisher, first)
    updated(world, world.csp, overlay)
    world.again(world.csp, second)
    updated(world, world.customer, use)

    draft = world.draft(world.customer, use.made_id)
    titles = [draft["steps"][id_]["title"] for id_ in ("ask", "tell")]
    assert (draft["vars"], titles) == ({"fresh": 1}, ["Overlaid", "By the tenant"])


def test_what_is_withdrawn_stays_with_who_has_it_without_updates(world: World) -> None:
    made = world.share(world.csp, world.flow(world.csp))
    use = world.take(world.customer, made)
    with world.at(world.csp) as who:
        store.withdraw(world.session, who, made.id, is_withdrawn=True, now=NOON)

    with world.at(world.customer):
        [found] = taking.list_uses(world.session, world.customer.id)
    assert found.newest is None
    with pytest.raises(NotFoundError, match="stays as it is"):
        seen(world, world.customer, use)


def test_what_follows_no_more_stays_as_ones_own(world: World) -> None:
    use = world.take(world.customer, world.share(world.csp, world.flow(world.csp)))

    with world.at(world.customer) as who:
        taking.let_go(world.session, who, use.id, now=NOON)
        assert taking.list_uses(world.session, world.customer.id) == []
        with pytest.raises(NotFoundError):
            taking.let_go(world.session, who, use.id, now=NOON)
    assert world.draft(world.customer, use.made_id)["name"] == "Flow"


def test_another_organisations_use_is_not_there(world: World) -> None:
    use = world.take(world.customer, world.share(world.csp, world.flow(world.csp)))

    with world.at(world.csp) as who, pytest.raises(NotFoundError):
        taking.preview(world.session, who, use.id)


def test_who_may_not_change_workflows_takes_none_over(world: World) -> None:
    made = world.share(world.csp, world.flow(world.csp))
    viewer = admin_of(world.customer, "viewer")

    with world.at(world.customer), pytest.raises(ForbiddenError, match=r"workflows\.edit"):
        taking.take_over(world.session, viewer, made.id, now=NOON)


def test_blocks_that_are_not_here_are_named(world: World) -> None:
    lamp = {"block": "acme.lamp", "version": "1.0.0"}
    document = flow_document({"lamp": lamp, "tell": step("set-data")}, ["hand > lamp"])

    use = world.take(world.customer, world.share(world.csp, world.flow(world.csp, document)))

    assert use.missing_blocks == ["acme.lamp@1.0.0"]
