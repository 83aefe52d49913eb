"""Every page where workflows and rules are made, in both themes, zoomed and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.browser import sign_in
from tests.support.every_page import address_of, pages
from tests.support.judging import judge
from tests.support.running import Running

pytestmark = pytest.mark.journey


def test_nothing_is_wrong_on_any_page_in_either_theme_or_at_any_size(
    shared_garland: Running, chromium: Browser, each: dict[str, str]
) -> None:
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    sign_in(page, shared_garland, "admin")

    found = {}
    for one in pages(drawn=True):
        page.goto(shared_garland.url + address_of(one, each))
        found[one] = judge(page, one)

    assert {one: wrong for one, wrong in found.items() if wrong} == {}
    assert len(found) > 40
