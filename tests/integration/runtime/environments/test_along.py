"""What comes along with a workflow: look-up tables and calendars, by choice, and never connections.

All workflows here look up in `sites`, wait for `Business hours` and call by `Tickets`.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError
from runtime.environments.contents import put_content, read_content
from runtime.environments.named import content_named
from runtime.environments.promoting import promote
from runtime.environments.putting import make_place
from tenancy.access import facts_of
from tenancy.environments import find_environment
from tenancy.members import add_member
from tenancy.scope import as_tenant
from tests.factories.connections import VAULT
from tests.factories.flows import flow_document
from tests.factories.rules import make_rule_document
from tests.factories.schedules import hours_document
from tests.factories.services import make_service
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.integration.runtime.environments.conftest import (
    FLOW,
    HOURS,
    LOOK,
    ROWS,
    WAIT,
    Two,
    browser_of,
    days_in,
    fill,
    named,
    put_hours,
    rows_in,
)


def test_the_plan_says_of_all_that_is_named_how_it_stands(ready: Two) -> None:
    fill(ready, ready.live, {"a": {"city": "Basel"}, "z": {"city": "Zug"}})

    found = named(ready)

    assert {name: one["verdict"] for name, one in found.items()} == {
        "sites": "different",
        "Business hours": "missing",
        "Tickets": "here",
    }
    assert found["sites"]["difference"] == {"new": 1, "changed": 1, "removed": 1, "head": False}
    assert found["sites"]["used_by"] == ["Needs"]


def test_the_plan_says_what_else_here_goes_by_what_would_be_overwritten(ready: Two) -> None:
    fill(ready, ready.live, {})
    put_hours(ready, ready.live, hours_document())
    steps, wires = {"look": LOOK, "wait": WAIT}, ["hand > look", "look:found > wait"]
    ready.publish(ready.live, flow_document(steps, wires, name="Ours"))
    then = [{"do": "enrich", "table": "sites", "key": "a", "fields": {"text": "city"}}]
    ready.publish(ready.live, make_rule_document(then=then))

    found = named(ready)

    assert found["sites"]["also_used_by"] == ["the rule Critical link alarms", "the workflow Ours"]
    assert found["Business hours"]["also_used_by"] == ["the workflow Ours"]


def test_another_workflow_of_the_same_title_is_told_too(ready: Two) -> None:
    fill(ready, ready.live, {})
    steps, wires = {"look": LOOK}, ["hand > look"]
    for _ in range(2):
        ready.publish(ready.live, flow_document(steps, wires, name="Needs"))

    assert named(ready)["sites"]["also_used_by"] == ["the workflow Needs"]


def test_the_plan_names_services_whose_agreement_goes_by_the_calendar(ready: Two) -> None:
    put_hours(ready, ready.live, hours_document())
    agreed = {"percent": 99.9, "planned_excluded": True}
    with ready.sessions.begin() as session, as_tenant(session, ready.live.id):
        sla = {**agreed, "calendar": "Business hours"}
        make_service(session, ready.live.id, key="a", name="Office line", sla=sla)
        make_service(session, ready.live.id, key="b", name="Round the clock")
        make_service(session, ready.live.id, key="c", name="Not agreed", sla=None)

    found = named(ready)["Business hours"]

    assert found["also_used_by"] == ["the service Office line"]


def test_what_is_missing_comes_along_with_the_workflow(ready: Two) -> None:
    found = named(ready)

    alone = ready.bring(FLOW)
    done = ready.bring(FLOW, along=[found["sites"], found["Business hours"]])

    assert alone.status_code == 422
    assert (done.status_code, done.json["state"]) == (201, "done"), done.text
    assert rows_in(ready, ready.live) == ROWS
    assert days_in(ready, ready.live) == 1
    assert [one["name"] for one in done.json["along"]] == ["sites", "Business hours"]


def test_the_plan_writes_nothing(ready: Two) -> None:
    along = list(named(ready).values())[:2]

    plan = ready.bring(FLOW, along=along, plan=True).json

    assert plan["possible"] is True
    assert rows_in(ready, ready.live) is None
    assert days_in(ready, ready.live) is None


def test_a_plan_that_was_not_carried_out_leaves_nothing_of_a_calendar_behind(ready: Two) -> None:
    put_hours(ready, ready.live, hours_document())
    ready.bring(FLOW, along=[named(ready)["Business hours"]], plan=True)
    days = [{"date": f"2026-12-{day}"} for day in (24, 25, 26)]

    put_hours(ready, ready.live, hours_document(days=days))

    assert days_in(ready, ready.live) == 3


def test_what_differs_here_stays_unless_it_is_chosen(ready: Two) -> None:
    fill(ready, ready.live, {"a": {"city": "Basel"}})
    put_hours(ready, ready.live, hours_document())

    ready.bring(FLOW)
    kept = (rows_in(ready, ready.live), days_in(ready, ready.live))
    found = named(ready)
    again = ready.bring(FLOW, along=[found["sites"], found["Business hours"]])

    assert kept == ({"a": {"city": "Basel"}}, 0)
    assert again.status_code == 201, again.text
    assert (rows_in(ready, ready.live), days_in(ready, ready.live)) == (ROWS, 1)


def test_a_rule_brings_the_table_that_it_takes_fields_from(two: Two) -> None:
    fill(two, two.test, ROWS)
    then = [{"do": "enrich", "table": "sites", "key": "a", "fields": {"text": "city"}}]
    two.publish(two.test, make_rule_document(then=then))
    key = ("rule", "critical link alarms")

    done = two.bring(key, along=[named(two, key)["sites"]])

    assert done.status_code == 201, done.text
    assert rows_in(two, two.live) == ROWS


def test_it_comes_with_the_workflow_or_not_at_all(ready: Two) -> None:
    fill(ready, ready.live, {})
    found = named(ready)

    done = ready.bring(FLOW, along=[found["sites"]])

    assert done.status_code == 422
    assert "there is no calendar Business hours" in done.text
    assert rows_in(ready, ready.live) == {}


@pytest.mark.parametrize("side", ["live", "test"])
def test_what_was_changed_since_it_was_seen_is_not_overwritten(ready: Two, side: str) -> None:
    fill(ready, ready.live, {"a": {"city": "Basel"}})
    along = list(named(ready).values())[:2]
    fill(ready, getattr(ready, side), {"a": {"city": "Changed"}})

    done = ready.bring(FLOW, along=along)

    assert done.status_code == 409
    assert "sites was changed meanwhile" in done.text
    assert ready.names(ready.live) == {}


def test_what_was_changed_between_looking_and_writing_is_not_overwritten(ready: Two) -> None:
    there = {"columns": ["city"], "rows": ROWS}
    fill(ready, ready.live, {"a": {"city": "Basel"}})
    who = facts_of(ready.live, role="designer", person_id=ready.people["anna"].id, name="Anna")

    with ready.sessions() as session, as_tenant(session, ready.live.id):
        here = read_content(session, ready.live.id, ("look-up-table", "sites"))
        session.commit()
        one = content_named(("look-up-table", "sites"), ["Needs"], there, here)
        fill(ready, ready.live, {"a": {"city": "Changed"}})
        place = make_place(session, who=who, vault=VAULT, now=NOON, by="Anna", note="")
        with pytest.raises(ConflictError, match="changed here meanwhile"):
            put_content(place, one)
        session.rollback()

    assert rows_in(ready, ready.live) == {"a": {"city": "Changed"}}


def test_a_connection_that_is_missing_is_named_and_never_comes(unconnected: Two) -> None:
    found = named(unconnected)

    done = unconnected.bring(FLOW, along=[{**found["Tickets"], "seen": "x"}])
    alone = unconnected.bring(FLOW, along=[found["sites"], found["Business hours"]])

    assert (found["Tickets"]["verdict"], found["Tickets"]["seen"]) == ("missing", None)
    assert [one.status_code for one in (done, alone)] == [422, 422]
    assert "connections never come along" in done.text
    assert "there is no connection Tickets" in alone.text


def test_who_may_not_write_tables_here_takes_none_along(ready: Two) -> None:
    found = named(ready)["sites"]
    who = facts_of(ready.live, role="designer", person_id=ready.people["anna"].id, name="Anna")
    less = replace(who, permissions=who.permissions - {"inventory.edit"})

    with ready.sessions() as session, as_tenant(session, ready.live.id):
        there = find_environment(session, ready.live.id, ready.test.slug)
        with pytest.raises(ForbiddenError, match="may not change look-up tables"):
            promote(
                session,
                there,
                [FLOW],
                along={("look-up-table", "sites"): found["seen"]},
                who=less,
                note="",
                vault=VAULT,
                now=NOON,
            )
    assert rows_in(ready, ready.live) is None


def test_taken_back_what_was_overwritten_is_as_it_was_and_what_was_new_stays(ready: Two) -> None:
    fill(ready, ready.live, {"z": {"city": "Zug"}})
    found = named(ready)
    done = ready.bring(FLOW, along=[found["sites"], found["Business hours"]]).json

    undone = ready.program(ready.live).post(f"/api/v1/promotions/{done['id']}/undo")

    assert undone.status_code == 200, undone.text
    assert rows_in(ready, ready.live) == {"z": {"city": "Zug"}}
    assert days_in(ready, ready.live) == 1


def test_it_is_not_taken_back_over_rows_that_somebody_changed_since(ready: Two) -> None:
    fill(ready, ready.live, {"z": {"city": "Zug"}})
    put_hours(ready, ready.live, HOURS)
    done = ready.bring(FLOW, along=[named(ready)["sites"]]).json
    fill(ready, ready.live, {"mine": {"city": "Chur"}})

    undone = ready.program(ready.live).post(f"/api/v1/promotions/{done['id']}/undo")
    page = f"/t/{ready.live.slug}/promotions/{done['id']}/earlier"
    earlier = browser_of(ready).get(f"{page}?kind=look-up-table&name=sites")
    other = browser_of(ready).get(f"{page}?kind=calendar&name=Business hours")

    assert undone.status_code == 409
    assert rows_in(ready, ready.live) == {"mine": {"city": "Chur"}}
    assert earlier.text == "key,city\r\nz,Zug\r\n"
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("kind", "name", "needed"),
    [
        pytest.param("look-up-table", "sites", "inventory.view", id="a table"),
        pytest.param("calendar", "Business hours", "calendars.view", id="a calendar"),
    ],
)
def test_what_was_before_is_given_to_who_may_see_its_kind(
    ready: Two, monkeypatch: pytest.MonkeyPatch, kind: str, name: str, needed: str
) -> None:
    fill(ready, ready.live, {})
    put_hours(ready, ready.live, hours_document())
    done = ready.bring(FLOW, along=list(named(ready).values())[:2]).json
    page = f"/t/{ready.live.slug}/promotions/{done['id']}/earlier?kind={kind}&name={name}"
    browser, may = browser_of(ready), Acting.may

    codes = [browser.get(page).status_code]
    for missing in ("inventory.view", "calendars.view"):
        with monkeypatch.context() as patch:
            patch.setattr(Acting, "may", lambda who, one, no=missing: one != no and may(who, one))
            codes.append(browser.get(page).status_code)

    refused = [403 if one == needed else 200 for one in ("inventory.view", "calendars.view")]
    assert codes == [200, *refused]


def test_where_it_takes_two_a_colleague_says_yes_to_the_table_too(ready: Two) -> None:
    ready.decide(workflows="two")
    along = list(named(ready).values())[:2]
    asked = ready.bring(FLOW, along=along).json
    before = rows_in(ready, ready.live)

    berta = ready.program(ready.live, "berta")
    answer = berta.post(f"/api/v1/promotions/{asked['id']}/approve")

    assert (asked["state"], before) == ("asked", None)
    assert answer.status_code == 200, answer.text
    assert rows_in(ready, ready.live) == ROWS


def test_who_says_yes_sees_what_would_be_overwritten(ready: Two) -> None:
    fill(ready, ready.live, {"z": {"city": "Zug"}})
    ready.publish(ready.live, flow_document({"look": LOOK}, ["hand > look"], name="Ours"))
    ready.decide(workflows="two")
    ready.bring(FLOW, along=list(named(ready).values())[:2])

    listed = browser_of(ready).get(f"/t/{ready.live.slug}/environments").text

    assert "Overwriting the one here: 2 rows new, 1 row removed." in listed
    assert "Used here by the workflow Ours too." in listed


def test_the_page_leads_to_making_a_connection_of_that_kind_and_name(unconnected: Two) -> None:
    with unconnected.sessions.begin() as session:
        person = make_member(session, unconnected.live, "admin", "ada")
        add_member(session, unconnected.test.id, person.id, "admin", now=NOON)
    unconnected.people["ada"] = person
    browser = browser_of(unconnected, "ada")
    page = f"/t/{unconnected.live.slug}/environments/{unconnected.test.slug}/bring"

    plan = browser.post(page, data={"item": "workflow:needs"}).text
    (link,) = re.findall(r'<a href="([^"]*/connections/new[^"]*)"', plan)
    form = browser.get(html.unescape(link)).text

    assert "kind=api_key" in link
    assert 'value="Tickets"' in form


def test_a_yes_overwrites_nothing_that_was_changed_since_it_was_asked_for(ready: Two) -> None:
    ready.decide(workflows="two")
    fill(ready, ready.live, {})
    along = list(named(ready).values())[:2]
    asked = ready.bring(FLOW, along=along).json
    fill(ready, ready.live, {"mine": {"city": "Chur"}})

    berta = ready.program(ready.live, "berta")
    answer = berta.post(f"/api/v1/promotions/{asked['id']}/approve")

    assert answer.status_code == 409
    assert rows_in(ready, ready.live) == {"mine": {"city": "Chur"}}


def test_a_table_of_another_organisation_is_not_seen(
    ready: Two,
) -> None:
    with ready.sessions.begin() as session:
        other = make_customer(session, "Other")
    fill(ready, other, {"x": {"city": "Elsewhere"}})

    assert named(ready)["sites"]["verdict"] == "missing"


def test_the_page_ticks_what_is_missing_and_asks_before_it_overwrites(ready: Two) -> None:
    fill(ready, ready.live, {"z": {"city": "Zug"}})
    browser, found = browser_of(ready), named(ready)
    page = f"/t/{ready.live.slug}/environments/{ready.test.slug}/bring"
    item = {"item": "workflow:needs"}
    over, along = (
        ":".join(found[name][part] for part in ("kind", "seen", "name"))
        for name in ("sites", "Business hours")
    )

    plan = browser.post(page, data=item).text
    choice = {**item, "step": "final", "over": over, "along": along}
    asks = browser.post(page, data=choice)
    kept = rows_in(ready, ready.live)
    done = browser.post(page, data={**choice, "confirmed": over})
    listed = browser.get(f"/t/{ready.live.slug}/environments").text

    ticked = {part.split('"')[0] for part in plan.split('value="')[1:] if "checked" in part[:260]}
    assert ticked == {along}
    assert "2 rows new, 1 row removed" in plan
    assert (asks.status_code, kept) == (200, {"z": {"city": "Zug"}})
    assert "Overwrite and bring it live" in asks.text
    assert done.status_code == 303
    assert "download it as it was before" in listed
