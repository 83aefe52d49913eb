"""The inbox and the page of an approval, as a person without JavaScript uses them."""

from __future__ import annotations

import re
from uuid import UUID

from flask.testing import FlaskClient

from tests.factories.approvals import FORM, World
from tests.integration.conftest import SignedIn


def page_of(world: World, asked: UUID) -> str:
    return f"/t/{world.tenant.slug}/approvals/{asked}"


def send(browser: FlaskClient, world: World, asked: UUID, **form: str) -> tuple[int, str]:
    answer = browser.post(f"{page_of(world, asked)}/decide", data=form)
    return answer.status_code, answer.text


def test_the_inbox_says_what_waits_for_whom(world: World, signed_in: SignedIn) -> None:
    browser, at = signed_in("operator"), f"/t/{world.tenant.slug}/approvals"
    assert "Nobody is asked anything yet" in browser.get(at).text
    world.ask(title="For <b>admins</b>", roles=["admin"])
    world.ask(title="For operators", roles=["operator"])

    page = browser.get(at).text
    home = browser.get(f"/t/{world.tenant.slug}/").text

    mine, others = page.index("For operators"), page.index("For &lt;b&gt;admins")
    assert page.index("Waiting for you 1") < mine < page.index("Waiting for others") < others
    assert "Waiting for you: 1" in home
    assert "No approval fits" in browser.get(f"{at}?q=nothing").text


def test_runs_that_ask_the_same_are_told_apart_by_what_they_are_about(
    world: World, signed_in: SignedIn
) -> None:
    browser, at = signed_in("operator"), f"/t/{world.tenant.slug}/approvals"
    _, asked = world.ask(about="core-<zrh>")
    world.ask(about="core-brn")

    listed, found = browser.get(at).text, browser.get(f"{at}?q=zrh").text
    shown = browser.get(page_of(world, asked)).text
    read_back = send(browser, world, asked, decision="approve")[1]

    assert ("core-&lt;zrh&gt;" in listed, "core-brn" in listed) == (True, True)
    assert ("core-&lt;zrh&gt;" in found, "core-brn" in found) == (True, False)
    assert "core-&lt;zrh&gt;" in shown
    assert "core-&lt;zrh&gt;" in read_back


def test_a_run_that_waits_leads_to_what_it_asks(world: World, signed_in: SignedIn) -> None:
    run_id, asked = world.ask()

    page = signed_in("operator").get(f"/t/{world.tenant.slug}/runs/{run_id}?step=ask").text

    assert f'<a href="{page_of(world, asked)}">see what is asked</a>' in page


def test_a_decision_is_read_back_before_it_counts(world: World, signed_in: SignedIn) -> None:
    run_id, asked = world.ask(fields=FORM)
    browser = signed_in("operator")
    filled = {"/form/ticket": "T-<1>", "/form/team": "north", "comment": "fine"}

    first = send(browser, world, asked, decision="approve", **filled)

    assert first[0] == 200
    assert "cannot be taken back" in first[1]
    assert "T-&lt;1&gt;" in first[1]
    assert world.see(asked).votes == ()
    kept = dict(
        re.findall(r'<input type="hidden" name="(/form[^"]*|comment)" value="(.*?)"', first[1])
    )
    assert kept == {**filled, "/form/ticket": "T-&lt;1&gt;"}
    assert send(browser, world, asked, step="final", decision="approve", **filled)[0] == 303
    assert world.outcome(run_id)[1]["ask"]["form"] == {"ticket": "T-<1>", "team": "north"}
    assert "You approved it." in browser.get(page_of(world, asked)).text


def test_changing_something_brings_the_form_back_as_it_was(
    world: World, signed_in: SignedIn
) -> None:
    _, asked = world.ask(fields=FORM)
    filled = {"/form/ticket": "T-77", "comment": "hm"}

    status, page = send(signed_in("operator"), world, asked, step="final", **filled)

    assert status == 200
    assert 'value="T-77"' in page
    assert ">hm</textarea>" in page.replace("\n", "")
    assert world.see(asked).votes == ()


def test_a_refused_form_comes_back_with_words_beside_the_fields(
    world: World, signed_in: SignedIn
) -> None:
    _, asked = world.ask(fields=FORM)
    browser = signed_in("operator")

    approve = send(browser, world, asked, decision="approve", **{"/form/ticket": ""})
    reject = send(browser, world, asked, decision="reject", comment=" ")

    assert (approve[0], reject[0]) == (422, 422)
    assert re.search(r'id="field--form--ticket-error".*?must not be empty', approve[1], re.DOTALL)
    assert re.search(r'id="field-comment-error".*?Say why you reject', reject[1], re.DOTALL)
    assert "_op" not in approve[1]


def test_sending_twice_decides_once(world: World, signed_in: SignedIn) -> None:
    _, asked = world.ask(needed=2)
    browser = signed_in("operator")
    final = {"step": "final", "decision": "approve"}

    answers = [send(browser, world, asked, **final)[0] for _ in range(2)]
    other = send(browser, world, asked, step="final", decision="reject", comment="no")

    assert answers == [303, 303]
    assert other[0] == 409
    assert "you have decided already" in other[1].lower()
    assert len(world.see(asked).votes) == 1


def test_who_may_not_decide_sees_why_and_no_form(world: World, signed_in: SignedIn) -> None:
    _, asked = world.ask(roles=["admin"])
    browser = signed_in("viewer")

    page = browser.get(page_of(world, asked)).text

    assert "Others are asked to decide this" in page
    assert "<textarea" not in page
    assert "Fewer members may decide" in page
    assert send(browser, world, asked, step="final", decision="approve")[0] == 403


def test_one_who_comes_late_is_told_and_shown_who_decided(
    world: World, signed_in: SignedIn
) -> None:
    _, asked = world.ask()
    browser = signed_in("operator")
    world.decide(asked, world.voter(name="Ben"), "reject", comment="too risky")

    status, page = send(browser, world, asked, step="final", decision="approve")

    assert status == 409
    assert "This was rejected already" in page
    assert "Rejected by Ben" in page
    assert "too risky" in page


def test_live_updates_get_the_part_alone(world: World, signed_in: SignedIn) -> None:
    _, asked = world.ask()
    browser, part = signed_in("operator"), {"HX-Request": "true"}

    for address, root in (
        (page_of(world, asked), 'id="approval"'),
        (f"/t/{world.tenant.slug}/approvals", 'id="approval-rows"'),
    ):
        page = browser.get(address, headers=part).text
        assert root in page
        assert "approvals from:body" in page
        assert "<html" not in page
