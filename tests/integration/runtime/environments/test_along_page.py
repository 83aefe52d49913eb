"""The page on which one chooses what comes along: what it ticks, asks, refuses and keeps."""

from __future__ import annotations

import re

import pytest

from kernel.acting import Acting
from tests.integration.runtime.environments.conftest import (
    Two,
    browser_of,
    fill,
    named,
)


def choices_of(two: Two) -> dict[str, str]:
    """Give what the page sends of each thing that can come along, when it is ticked."""
    return {
        name: ":".join(one[part] for part in ("kind", "seen", "name"))
        for name, one in named(two).items()
        if one["seen"]
    }


def ticked_in(page: str) -> set[str]:
    boxes = re.findall(r'<input class="checkbox"[^>]*>', page)
    return {re.findall(r'value="([^"]*)"', one)[0] for one in boxes if " checked" in one}


def test_what_was_refused_comes_back_ticked_as_it_was(ready: Two) -> None:
    fill(ready, ready.live, {"z": {"city": "Zug"}})
    over = choices_of(ready)["sites"]
    page = f"/t/{ready.live.slug}/environments/{ready.test.slug}/bring"
    sent = {"item": "workflow:needs", "step": "final", "over": over, "confirmed": over}

    refused = browser_of(ready).post(page, data=sent)

    assert refused.status_code == 422
    assert "there is no calendar Business hours" in refused.text
    assert ticked_in(refused.text) == {over}


def test_a_note_is_kept_while_nothing_can_be_brought_yet(ready: Two) -> None:
    page = f"/t/{ready.live.slug}/environments/{ready.test.slug}/bring"
    sent = {"item": "workflow:needs", "step": "look", "note": "For the audit"}

    seen = browser_of(ready).post(page, data=sent).text

    assert "Look again" in seen
    assert '<input type="hidden" name="note" value="For the audit">' in seen


def test_who_may_tick_nothing_is_not_told_to(ready: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    page = f"/t/{ready.live.slug}/environments/{ready.test.slug}/bring"
    sent = {"item": "workflow:needs", "step": "look"}
    without = {"inventory.edit", "calendars.edit"}
    may = Acting.may
    monkeypatch.setattr(Acting, "may", lambda who, one: one not in without and may(who, one))

    seen = browser_of(ready).post(page, data=sent).text

    assert "Nothing can be brought yet" in seen
    assert "Look again" not in seen


def test_what_was_changed_meanwhile_comes_back_without_its_tick(ready: Two) -> None:
    fill(ready, ready.live, {"z": {"city": "Zug"}})
    sent = choices_of(ready)
    over, along = sent["sites"], sent["Business hours"]
    fill(ready, ready.live, {"mine": {"city": "Chur"}})
    page = f"/t/{ready.live.slug}/environments/{ready.test.slug}/bring"
    form = {"item": "workflow:needs", "step": "final", "over": over, "confirmed": over}

    refused = browser_of(ready).post(page, data={**form, "along": along})

    assert refused.status_code == 409
    assert ticked_in(refused.text) == {along}


def test_the_page_says_what_was_refused_and_shows_the_plan_anew(ready: Two) -> None:
    browser = browser_of(ready)
    page = f"/t/{ready.live.slug}/environments/{ready.test.slug}/bring"

    refused = browser.post(page, data={"item": "workflow:needs", "step": "final"})

    assert refused.status_code == 422
    assert "there is no look-up table sites" in refused.text
    assert ticked_in(refused.text) == set()
    assert "Look again" in refused.text
