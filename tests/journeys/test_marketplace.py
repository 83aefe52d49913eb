"""A block's way through four roles: published, approved, offered, used and rated, and paid for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from blocks.packages.keys import make_key_file, public_file, read_key_file
from blocks.packages.package import sign_package
from blocks.packages.trusted import add_publisher
from garland.services import Services
from garland.settings import Settings
from garland.trust import change, list_release, root_key_file
from kernel.secrets import new_key
from marketplace.money._tables import MarketPrice
from marketplace.money.rounds import MoneyRounds
from tenancy.scope import system
from tests.factories.installs import make_package
from tests.factories.releases import CHANGELOG, ICON, README
from tests.journeys.test_designer import _publish as _publish_flow
from tests.journeys.test_pages import browser, serious_violations  # noqa: F401  a fixture
from tests.support.mouse import connect, place
from tests.support.running import Running, running_garland, wait_for

pytestmark = pytest.mark.journey

LISTING = "lantern.say"
WORD = "kept by Northwind"
USES = 25
CENTS = {"retail": 10, "wholesale": 6}
"""For each use: what Acme pays Northwind, and Northwind the publisher, of which a fifth is the
vendor's."""

As = Callable[[str], Page]


@pytest.fixture(scope="module")
def garland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One of its own: what Northwind pays is reckoned to the cent."""
    with running_garland(tmp_path_factory.mktemp("market")) as running:
        yield running


@pytest.fixture
def signed_in(garland: Running, browser: Browser) -> Iterator[As]:  # noqa: F811
    """Give the page of a person of the demo, each in a browser window of their own."""
    pages: dict[str, Page] = {}

    def as_person(name: str) -> Page:
        if name not in pages:
            pages[name] = _sign_in(garland, browser.new_context().new_page(), name)
        return pages[name]

    yield as_person
    for page in pages.values():
        page.context.close()


def _sign_in(garland: Running, page: Page, name: str) -> Page:
    person = next(one for one in garland.demo["users"] if one["email"].startswith(f"{name}@"))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{garland.url}/sign-in")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/t/{person['organisation']}/**")
    return page


def test_a_block_is_published_offered_used_and_rated_and_all_four_statements_agree(
    garland: Running, signed_in: As, tmp_path: Path
) -> None:
    _claim(garland, signed_in("ida"), signed_in("vera"), tmp_path)
    _publish(garland, signed_in("ida"), tmp_path)
    _approve(garland, signed_in("vera"), signed_in("vito"), tmp_path)
    _price(garland, signed_in("ida"), "baubleworks", CENTS["wholesale"])
    _price(garland, signed_in("nora"), "northwind", CENTS["retail"])
    _hide_the_word(garland, signed_in("nora"))
    _let_prices_hold_today(garland)

    flow_id = _install_and_draw(garland, signed_in("ada"))
    assert _outputs_of_runs(garland, flow_id) == {f"{WORD} 1.0.0"}
    _rate(garland, signed_in("ada"))

    _charge_today(garland)
    _compare_statements(garland, signed_in)


def _claim(garland: Running, ida: Page, vera: Page, folder: Path) -> None:
    make_key_file(folder / "lantern.key")
    ida.goto(f"{garland.url}/t/baubleworks/marketplace/studio")
    ida.get_by_text("Claim another namespace").click()
    form = ida.locator("#claim")
    form.get_by_label("Namespace").fill("lantern")
    form.get_by_label("Publisher").fill("Lantern Works")
    form.get_by_label("Support").fill("help@lantern.example")
    form.get_by_label("What shows that it is yours").fill("lantern.example is ours.")
    form.get_by_role("button", name="Claim it").click()

    vera.goto(f"{garland.url}/t/vendor/reviews")
    vera.get_by_role("button", name="Verify").click()
    expect(vera.get_by_role("heading", name="Claim of lantern")).to_have_count(0)

    ida.goto(f"{garland.url}/t/baubleworks/marketplace/studio/namespaces/lantern")
    public = public_file(folder / "lantern.key").read_text(encoding="utf-8")
    ida.get_by_label("Public key").fill(public.strip())
    ida.get_by_label("Label").fill("release key")
    ida.get_by_role("button", name="List it").click()
    expect(ida.get_by_text("Counts", exact=True)).to_be_visible()


def _package(folder: Path) -> Path:
    """Give the signed package, as the tool writes it."""
    file = folder / "say.gblk"
    if not file.exists():
        said = {"id": LISTING, "publisher": "lantern"}
        files = {"README.md": README, "icon.svg": ICON, "CHANGELOG.md": CHANGELOG}
        key = read_key_file(folder / "lantern.key")
        file.write_bytes(sign_package(make_package(files=files, **said), key))
    return file


def _publish(garland: Running, ida: Page, folder: Path) -> None:
    ida.goto(f"{garland.url}/t/baubleworks/marketplace/studio/submit")
    ida.get_by_label("Package").set_input_files(_package(folder))
    ida.get_by_role("button", name="Submit it").click()
    expect(ida.get_by_text("In review").first).to_be_visible(timeout=90_000)
    assert serious_violations(ida) == []


def _approve(garland: Running, vera: Page, vito: Page, folder: Path) -> None:
    for reviewer in (vera, vito):
        reviewer.goto(f"{garland.url}/t/vendor/reviews")
        reviewer.get_by_role("link", name="Say a word").first.click()
        for box in reviewer.get_by_role("checkbox").all():
            box.check()
        reviewer.get_by_role("button", name="Approve").click()
        expect(reviewer.get_by_text("Approved").first).to_be_visible()
    expect(vito.get_by_text("It cannot be listed yet")).to_be_visible()
    _list_in_the_index(garland, folder)
    vito.get_by_role("link", name="Look again").click()
    vito.get_by_role("button", name="List it").click()
    expect(vito.get_by_text("Listed").first).to_be_visible()


def _list_in_the_index(garland: Running, folder: Path) -> None:
    """Do what the vendor's operator does with `garland trust` beside the data folder."""
    settings = _settings(garland)
    root, key = read_key_file(root_key_file(settings)), read_key_file(folder / "lantern.key")
    change(
        settings,
        lambda session, now: add_publisher(session, root, "lantern", key.public_key(), now=now),
    )
    list_release(settings, root, _package(folder), by="lantern")


def _price(garland: Running, page: Page, slug: str, cents: int) -> None:
    page.goto(f"{garland.url}/t/{slug}/marketplace/prices/{LISTING}")
    page.get_by_label("What it costs by").select_option("per_use")
    page.get_by_label("Currency").select_option("EUR")
    page.locator("#tiers").get_by_label("Amount").first.fill(f"0.{cents:02}")
    page.get_by_role("button", name="Set this price").click()
    expect(page.get_by_text(f"0.{cents:02}").first).to_be_visible()


def _hide_the_word(garland: Running, nora: Page) -> None:
    nora.goto(f"{garland.url}/t/northwind/marketplace/catalogue/listings/{LISTING}")
    nora.get_by_label("For customers it is").select_option("hidden")
    nora.get_by_role("group", name="Word word").get_by_label("Word").fill(WORD)
    nora.get_by_role("button", name="Save").click()
    expect(nora.get_by_text("Customers are offered it so from now on.")).to_be_visible()
    expect(nora.get_by_role("group", name="Settings to fill in")).to_have_count(0)
    assert serious_violations(nora) == []


def _let_prices_hold_today(garland: Running) -> None:
    """Prices hold from tomorrow on at the earliest: let them have been set yesterday."""
    held = MarketPrice.listing_id == LISTING
    with _opened(garland) as services, services.sessions.begin() as session, system(session):
        session.execute(update(MarketPrice).where(held).values(valid_from=_today()))


def _install_and_draw(garland: Running, ada: Page) -> str:
    ada.goto(f"{garland.url}/t/acme/marketplace?q=say+a+word")
    ada.get_by_role("link", name="Say a word").first.click()
    expect(ada.get_by_text("EUR 0.10 a use").first).to_be_visible()
    assert serious_violations(ada) == []
    ada.get_by_label("I agree to the price").check()
    ada.get_by_role("button", name="Install version 1.0.0").click()
    expect(ada.get_by_role("heading", name="What next")).to_be_visible()
    ada.get_by_role("button", name="Open a new workflow").click()
    expect(ada.locator("#canvas-hint")).to_be_visible()
    ada.wait_for_load_state("load")
    place(ada, "trigger:manual", 130, 200)
    place(ada, LISTING, 400, 200)
    connect(ada, "manual", "", "say")
    ada.locator("#node-say .node__head").click()
    expect(ada.locator("#inspector").get_by_label("Word", exact=True)).to_have_count(0)
    expect(ada.locator("#problem-count")).to_have_text("No problems", timeout=10_000)
    assert WORD not in ada.content()
    flow_id = ada.url.rpartition("/")[2]
    _publish_flow(ada)
    return flow_id


def _outputs_of_runs(garland: Running, flow_id: str) -> set[str]:
    """Start the workflow often enough to judge the block; give what its step gave."""
    runs = [garland.post(f"/flows/{flow_id}/runs", {}).json()["id"] for _ in range(USES)]
    return {_output(garland, one) for one in runs}


def _output(garland: Running, run_id: str) -> str:
    def done() -> Any:
        run = garland.api(f"/runs/{run_id}")
        return run if run["state"] in ("succeeded", "failed") else None

    assert wait_for(done, within_s=60, what="the run's end")["state"] == "succeeded"
    (step,) = garland.api(f"/runs/{run_id}/steps")["items"]
    text: str = step["output"]["text"]
    return text


def _rate(garland: Running, ada: Page) -> None:
    ada.goto(f"{garland.url}/t/acme/marketplace/listings/{LISTING}/ratings")
    ada.get_by_label("4 stars").check()
    ada.get_by_label("In words").fill("It says what it should.")
    ada.get_by_role("button", name="Rate", exact=True).click()
    expect(ada.get_by_text("It says what it should.").first).to_be_visible()
    assert serious_violations(ada) == []


def _charge_today(garland: Running) -> None:
    """Charge as the scheduler does once the day is over."""
    with _opened(garland) as services:
        rounds = MoneyRounds(services.sessions, services.reading)
        rounds.round(now=datetime.now(UTC) + timedelta(days=1, hours=2))


def _compare_statements(garland: Running, signed_in: As) -> None:
    retail, wholesale = (USES * CENTS[one] for one in ("retail", "wholesale"))
    share = wholesale // 5
    month = f"{_today():%Y-%m}"

    def lines(slug: str) -> dict[str, int]:
        found = garland.api(f"/marketplace/statements/{month}", organisation=slug)["lines"]
        return {one["hop"]: one["amount"] for one in found if one["listing_id"] == LISTING}

    assert lines("acme") == {"retail": -retail}
    assert lines("northwind") == {
        "retail": retail,
        "wholesale": -(wholesale - share),
        "share": -share,
    }
    assert lines("baubleworks") == {"wholesale": wholesale - share}
    assert lines("vendor") == {"share": share}
    for name, slug, shown in (
        ("ada", "acme", retail),
        ("noah", "northwind", retail),
        ("ida", "baubleworks", wholesale - share),
    ):
        page = signed_in(name)
        page.goto(f"{garland.url}/t/{slug}/marketplace/statements")
        expect(page.get_by_text(f"{shown / 100:.2f}").first).to_be_visible()
        assert serious_violations(page) == []


def _settings(garland: Running) -> Settings:
    return Settings(data_dir=garland.data_dir, encryption_keys=new_key(), secret_key="unused")


@contextmanager
def _opened(garland: Running) -> Iterator[Services]:
    """Open the installation's database from outside, as a program of its operator does."""
    services = Services(_settings(garland))
    try:
        yield services
    finally:
        services.engine.dispose()


def _today() -> date:
    return datetime.now(UTC).date()
