"""A branded CSP and its customer: whatever is fetched says the vendor's name nowhere.

What counts is said in `tests.support.vendors_words`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest

from tests.support.every_page import CSP_PAGES, PAGES, address_of
from tests.support.running import Running
from tests.support.vendors_words import words_in_file, words_in_page

pytestmark = pytest.mark.journey
BRAND = "Aurora OSS"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FILES = (
    "/audit/export.csv",
    "/audit/export.jsonl",
    "/alarms/export.csv",
    "/alarms/export.json",
    "/inventory/export/resources.csv",
    "/look-up-tables/{look_up_table}/export",
    "/services/report.csv",
    "/blocks/icons.svg",
    "/blocks/garland.branch/1.0.0/picture.svg",
    "/palette",
    "/workflows/{flow}/export.json",
    "/workflows/{flow}/export.bpmn",
    "/workflows/{flow}/export.svg",
    "/workflows/{flow}/small.svg",
    "/workflows/templates/fibre-cut/picture.svg",
    "/rules/tables/{table}/table.dmn",
    "/rules/tables/{table}/table.csv",
    "//schemas/workflow",
    "//api/v1/openapi.json",
)
ERRORS = (
    "/nothing-is-here",
    "/workflows/00000000-0000-0000-0000-000000000000",
    "/alarms?limit=none",
    "//nothing-is-here",
    "//t/harbour/",
)
API_ERRORS = (
    ("GET", "/api/v1/nothing", 404),
    ("GET", "/api/v1/alarms?limit=none", 422),
    ("POST", "/api/v1/flows", 422),
    ("DELETE", "/api/v1/alarms", 405),
    ("GET", "/tmf-api/alarmManagement/v4/alarm/none", 404),
)


class Browser:
    """Somebody who is signed in and fetches."""

    def __init__(self, garland: Running, organisation: str) -> None:
        one = next(
            user
            for user in garland.demo["users"]
            if (user["organisation"], user["role"]) == (organisation, "admin")
        )
        none_kept = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(base_url=garland.url, timeout=60, limits=none_kept)
        self.post("/sign-in", on="/sign-in", email=one["email"], password=one["password"])

    def post(self, path: str, *, on: str, **form: str) -> None:
        """Send the form that stands on a page."""
        found = _TOKEN.search(self.http.get(on).text)
        assert found is not None
        data = {**form, "csrf_token": found[1]}
        answer = self.http.post(path, data=data)
        assert answer.is_redirect, answer.text[-2_000:]

    def words(self, address: str) -> list[str]:
        """Give where an answer says the vendor's name: its text, and its headers."""
        answer = self.http.get(address, follow_redirects=True)
        is_page = answer.headers["content-type"].startswith("text/html")
        found = words_in_page(answer.text) if is_page else words_in_file(answer.text)
        return found + _in_headers(answer)


def _in_headers(answer: httpx.Response) -> list[str]:
    """Look at headers; the cookie's name is an identifier."""
    told = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
    return words_in_file("\n".join(f"{name}: {value}" for name, value in told.items()))


@pytest.fixture(scope="module")
def branded(shared_garland: Running) -> Iterator[Browser]:
    """Northwind, the CSP, under a name of its own; taken back at the end."""
    csp = Browser(shared_garland, "northwind")
    brand = {"product": BRAND, "accent_light": "#0b7a5c", "accent_dark": "#5fe0b5"}
    csp.post("/t/northwind/brand", on="/t/northwind/brand", **brand)
    yield csp
    csp.post("/t/northwind/brand/drop", on="/t/northwind/brand")


@pytest.fixture(scope="module")
def customer(branded: Browser, shared_garland: Running) -> Browser:
    """Acme's admin, once the CSP above has its brand."""
    assert BRAND in branded.http.get("/t/northwind/").text
    return Browser(shared_garland, "acme")


def _said(browser: Browser, addresses: list[str]) -> dict[str, list[str]]:
    found = {address: browser.words(address) for address in addresses}
    return {address: words for address, words in found.items() if words}


def test_the_customers_pages_say_it_nowhere(customer: Browser, each: Mapping[str, str]) -> None:
    addresses = [address_of(one, each) for some in PAGES.values() for one in some]

    assert BRAND in customer.http.get("/t/acme/alarms").text
    assert _said(customer, addresses) == {}


def test_the_csps_pages_say_it_nowhere(branded: Browser) -> None:
    page = branded.http.get("/t/northwind/customers").text
    found = re.search(r"/t/northwind/customers/([0-9a-f-]{36})", page)
    assert found is not None
    told = re.search(
        r"/customers/announcements/([0-9a-f-]{36})",
        branded.http.get("/t/northwind/customers/announcements").text,
    )
    assert told is not None
    ids = {"customer": found[1], "announcement": told[1]}
    some = [one for ones in CSP_PAGES.values() for one in ones]
    addresses = [f"/t/northwind{one.format_map(ids)}" for one in some]

    assert _said(branded, [*addresses, "/t/northwind/", "/account", "/t/northwind/audit"]) == {}


def test_files_say_it_nowhere(customer: Browser, each: Mapping[str, str]) -> None:
    assert _said(customer, [address_of(one, each) for one in FILES]) == {}


def test_a_zip_of_workflows_says_it_nowhere(customer: Browser, each: Mapping[str, str]) -> None:
    found = _TOKEN.search(customer.http.get("/t/acme/workflows").text)
    assert found is not None
    form = {"csrf_token": found[1], "flow": each["flow"], "flow_id": each["flow"]}
    answer = customer.http.post("/t/acme/workflows/export", data=form)
    archive = ZipFile(BytesIO(answer.content))

    texts = [*archive.namelist(), *(archive.read(one).decode() for one in archive.namelist())]

    assert [word for text in texts for word in words_in_file(text)] == []
    assert _in_headers(answer) == []


def test_errors_say_it_nowhere(customer: Browser, each: Mapping[str, str]) -> None:
    assert _said(customer, [address_of(one, each) for one in ERRORS]) == {}


def test_errors_of_programs_say_it_nowhere(customer: Browser, shared_garland: Running) -> None:
    token = {"Authorization": f"Bearer {shared_garland.demo['tokens']['acme']}"}
    answers = [
        (wanted, customer.http.request(method, path, headers=token, json={}))
        for method, path, wanted in API_ERRORS
    ]
    answers.append((401, customer.http.get("/api/v1/alarms")))

    assert [one.status_code for _, one in answers] == [wanted for wanted, _ in answers]
    assert [word for _, one in answers for word in words_in_file(one.text)] == []
    assert all(json.loads(one.text) for _, one in answers)
