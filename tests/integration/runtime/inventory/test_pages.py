"""The pages of the inventory and of look-up tables, as a person without JavaScript uses them."""

from __future__ import annotations

import io

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.inventory.lookup import look_up
from runtime.inventory.resources import find_resource, put_resource
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.integration.conftest import SignedIn

CSV = b"key,kind,name,site\nr1,node,Router 1,zrh\nzrh,site,Zurich,\n"


@pytest.fixture
def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/inventory"


@pytest.fixture
def tables(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/look-up-tables"


@pytest.fixture
def filled(sessions: sessionmaker[Session], acme: OrganisationView) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        site = put_resource(session, acme.id, "site", "zrh", "Zurich")
        node = put_resource(session, acme.id, "node", "r1", "Router 1", parent_id=site)
        put_resource(session, acme.id, "service", "vpn-7", "Bakery VPN", parent_id=node)


def test_an_empty_inventory_says_what_it_is_for(signed_in: SignedIn, pages: str) -> None:
    page = signed_in("designer").get(pages).text

    assert "The inventory is empty" in page
    assert "Import" in page


@pytest.mark.usefixtures("filled")
def test_a_viewer_sees_and_changes_nothing(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in("viewer")

    assert "Router 1" in browser.get(pages).text
    assert browser.get(f"{pages}/new").status_code == 403
    assert browser.post(pages, data={"key": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [("q=bakery", "vpn-7", "zrh"), ("kind=site", ">zrh<", ">r1<"), ("site=zrh", ">zrh<", ">r1<")],
)
@pytest.mark.usefixtures("filled")
def test_the_list_is_searched_and_filtered(
    signed_in: SignedIn, pages: str, query: str, shown: str, hidden: str
) -> None:
    page = signed_in().get(f"{pages}?{query}").text
    rows = page[page.index("<tbody>") :]

    assert shown in rows
    assert hidden not in rows


@pytest.mark.usefixtures("filled")
def test_the_list_goes_on_where_a_page_ended(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in()
    first = browser.get(f"{pages}?limit=2").text
    following = first[first.index("cursor=") :].split('"')[0].replace("&amp;", "&")

    second = browser.get(f"{pages}?{following}").text

    assert ">r1<" in first[first.index("<tbody>") :]
    assert ">zrh<" in second[second.index("<tbody>") :]


@pytest.mark.usefixtures("filled")
def test_a_resource_shows_what_can_take_it_down_and_what_rests_on_it(
    signed_in: SignedIn, pages: str
) -> None:
    page = signed_in().get(f"{pages}/find/r1", follow_redirects=True).text

    assert "1 hop up" in page
    assert "Bakery VPN" in page
    assert "Is part of" in page


def test_a_resource_is_added_changed_and_removed(
    signed_in: SignedIn,
    pages: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser = signed_in("designer")
    form = {"key": "access-1", "kind": "node", "attributes": "vendor = Acme\nports = 48"}

    made = browser.post(pages, data=form).headers["Location"]
    browser.post(made, data={**form, "name": "Access 1"})

    with sessions() as session, as_tenant(session, acme.id):
        found = find_resource(session, acme.id, "access-1")
    assert found is not None
    assert (found.name, found.attributes) == ("Access 1", {"vendor": "Acme", "ports": 48})
    browser.post(f"{made}/delete")
    with sessions() as session, as_tenant(session, acme.id):
        assert find_resource(session, acme.id, "access-1") is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param({"key": ""}, "key is missing", id="no key"),
        pytest.param({"key": "r1"}, "already", id="a key that is taken"),
        pytest.param(
            {"key": "x", "attributes": "oops"}, "line 1 is no attribute", id="no attribute"
        ),
        pytest.param({"key": "x", "kind": "toaster"}, "kind toaster is not known", id="no kind"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_a_refused_form_comes_back_with_the_reason(
    signed_in: SignedIn, pages: str, form: dict[str, str], words: str
) -> None:
    answer = signed_in("designer").post(pages, data=form)

    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.usefixtures("filled")
def test_resources_are_related_by_key(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in("designer")
    here = browser.get(f"{pages}/find/r1").headers["Location"]
    form = {"kind": "depends_on", "other": "vpn-7"}

    missing = browser.post(f"{here}/relations", data={**form, "other": "nobody"})
    browser.post(f"{here}/relations", data=form)

    assert "there is no resource nobody" in missing.text
    assert "Depends on" in browser.get(here).text[browser.get(here).text.index("<tbody>") :]


@pytest.mark.usefixtures("filled")
def test_a_file_is_previewed_and_then_applied(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in("designer")
    form = {"origin": "plan", "file": (io.BytesIO(CSV), "plan.csv")}

    preview = browser.post(f"{pages}/imports", data=form).headers["Location"]
    shown = browser.get(preview).text
    assert "Apply import" in shown
    browser.post(preview)

    assert "This import is applied" in browser.get(preview).text
    assert "applied already" in browser.post(preview, follow_redirects=True).text


def test_a_file_that_cannot_be_read_is_refused_beside_the_form(
    signed_in: SignedIn, pages: str
) -> None:
    form = {"origin": "plan", "file": (io.BytesIO(b"nonsense"), "plan.csv")}

    answer = signed_in("designer").post(f"{pages}/imports", data=form)

    assert answer.status_code == 422
    assert "line 1 must name the columns" in answer.text


@pytest.mark.parametrize("name", ["resources.csv", "relations.csv", "inventory.graphml"])
@pytest.mark.usefixtures("filled")
def test_the_inventory_is_exported(signed_in: SignedIn, pages: str, name: str) -> None:
    answer = signed_in("viewer").get(f"{pages}/export/{name}")

    assert "r1" in answer.text
    assert name in answer.headers["Content-Disposition"]


def test_a_table_is_made_filled_changed_and_emptied(
    signed_in: SignedIn,
    tables: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser = signed_in("designer")
    made = browser.post(tables, data={"name": "sites", "columns": "team, tier"}).headers["Location"]
    browser.post(f"{made}/rows", data={"key": "ZRH", "cell-0": "north", "cell-1": "gold"})

    with sessions() as session, as_tenant(session, acme.id):
        assert look_up(session, acme.id, "sites", "ZRH") == {"team": "north", "tier": "gold"}
    assert "there is a row ZRH already" in browser.post(f"{made}/rows", data={"key": "ZRH"}).text
    assert "north" in browser.get(f"{made}?q=nor").text


def test_a_csv_file_takes_a_tables_place_whole_or_not_at_all(
    signed_in: SignedIn,
    tables: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser = signed_in("designer")
    made = browser.post(tables, data={"name": "sites", "columns": "team"}).headers["Location"]
    good, bad = b"key,team\nZRH,north\nBRN,'=west\n", b"key,team\nGVA,x\nGVA,y\n"

    browser.post(f"{made}/import", data={"file": (io.BytesIO(good), "a.csv")})
    refused = browser.post(f"{made}/import", data={"file": (io.BytesIO(bad), "a.csv")})

    assert "line 3: the key GVA is there twice" in refused.text
    with sessions() as session, as_tenant(session, acme.id):
        assert look_up(session, acme.id, "sites", "BRN") == {"team": "=west"}
    assert browser.get(f"{made}/export").text == "key,team\r\nBRN,'=west\r\nZRH,north\r\n"
