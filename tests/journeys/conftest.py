"""One Garland for the journeys that need none of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import LAUNCH_ARGUMENTS, find_chromium
from tests.support.one_of_each import one_of_each
from tests.support.running import Running, running_garland


@pytest.fixture(scope="session")
def shared_garland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Starts once for each process of the tests, as it takes ten seconds of work.

    What a journey leaves behind, such as an alarm or a workflow, stays for the next: it names its
    own, and looks for no other.
    """
    with running_garland(tmp_path_factory.mktemp("garland")) as garland:
        yield garland


@pytest.fixture(scope="session")
def each(shared_garland: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One of each thing that an address names, by its name there."""
    return one_of_each(shared_garland, tmp_path_factory.mktemp("each"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=LAUNCH_ARGUMENTS)
        yield browser
        browser.close()
