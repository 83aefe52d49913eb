"""A signed block's life: looked at, agreed to, drawn into a workflow, run, and upgraded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from blocks.packages.keys import read_key_file
from blocks.packages.package import sign_package
from blocks.packages.trusted import add_publisher
from garland.settings import Settings
from garland.trust import change, list_release, root_key_file
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.packages import KEY
from tests.integration.designer.test_block_upgrades import RENAME, second_version
from tests.journeys.test_designer import _publish
from tests.journeys.test_pages import browser, garland, page, serious_violations  # noqa: F401  fixtures
from tests.support.browser import sign_in
from tests.support.mouse import connect, place
from tests.support.running import Running

pytestmark = pytest.mark.journey

NAME = "Says a word"


def _releases(garland: Running, folder: Path) -> list[Path]:  # noqa: F811
    """Give two signed versions of a block that this installation's index lists."""
    settings = Settings(data_dir=garland.data_dir, encryption_keys="unused", secret_key="unused")
    root = read_key_file(root_key_file(settings))
    change(
        settings,
        lambda session, now: add_publisher(session, root, "acme", KEY.public_key(), now=now),
    )
    later = second_version(migrations=[RENAME], permissions=REACHES_OUT)
    versions: list[dict[str, Any]] = [{"permissions": REACHES_OUT}, later]
    files = []
    for number, changes in enumerate(versions, start=1):
        file = folder / f"acme.say-{number}.gblk"
        file.write_bytes(sign_package(make_package(**changes), KEY))
        list_release(settings, root, file, by="acme")
        files.append(file)
    return files


def _look_at(page: Page, garland: Running, file: Path) -> None:  # noqa: F811
    page.goto(f"{garland.url}/t/acme/blocks")
    page.get_by_label("Package").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="Install Say a word?")).to_be_visible()


def _draw(page: Page, garland: Running) -> str:  # noqa: F811
    """Drag the block into a workflow and publish it; give the workflow's address."""
    page.goto(f"{garland.url}/t/acme/workflows")
    page.get_by_label("Name").last.fill(NAME)
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#canvas-hint")).to_be_visible()
    page.wait_for_load_state("load")
    address = page.url
    place(page, "trigger:manual", 130, 200)
    place(page, "acme.say", 400, 200)
    connect(page, "manual", "", "say")
    page.locator("#node-say .node__head").click()
    page.locator("#inspector").get_by_label("Word").first.fill("hi")
    page.keyboard.press("Tab")
    expect(page.locator("#problem-count")).to_have_text("No problems", timeout=10_000)
    _publish(page)
    return address


def _run(page: Page, garland: Running, address: str) -> Any:  # noqa: F811
    """Start the live version and give what its step gave."""
    page.goto(f"{address}/details")
    page.get_by_role("link", name="Start…").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#run .page-header")).to_contain_text("Succeeded", timeout=15_000)
    steps = garland.api(f"/runs/{page.url.rpartition('/')[2]}/steps")["items"]
    return next(one["output"] for one in steps if one["step"] == "say")


def test_a_signed_block_is_agreed_to_used_and_upgraded(
    garland: Running,  # noqa: F811
    page: Page,  # noqa: F811
    tmp_path: Path,
) -> None:
    first, second = _releases(garland, tmp_path)
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, garland, "admin")

    _look_at(page, garland, first)
    expect(page.get_by_text("probe.example")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_label("I agree that it may do this").check()
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_text("Say a word 1.0.0 can be used now.")).to_be_visible()
    address = _draw(page, garland)
    assert _run(page, garland, address) == {"text": "hi 1.0.0"}

    _look_at(page, garland, second)
    expect(page.get_by_text("All of it was agreed to before.")).to_be_visible()
    page.get_by_role("button", name="Install").click()
    assert serious_violations(page) == []
    page.get_by_role("link", name="Upgrade available").click()
    expect(page.get_by_text("Is migrated")).to_be_visible()
    expect(page.get_by_role("region", name="Settings after")).to_contain_text('"text": "hi"')
    assert serious_violations(page) == []
    page.get_by_role("button", name="Upgrade the drafts").click()
    expect(page.get_by_text("1 draft is upgraded")).to_be_visible()
    assert _run(page, garland, address) == {"text": "hi 1.0.0"}

    page.goto(f"{garland.url}/t/acme/blocks/acme.say")
    page.get_by_role("button", name="Take it back").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("the upgrade from 1.0.0 to 2.0.0 is taken back")).to_be_visible()
