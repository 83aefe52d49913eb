"""Addresses of static files: kept for ever where they name what they give."""

from __future__ import annotations

import pytest

from garland.assets import (
    Site,
    address_parts,
    asset_version,
    imported_by,
    may_be_kept,
    scripts_version,
)
from kernel.resources import resource_folder


@pytest.fixture
def site() -> Site:
    return Site("garland", static_folder=str(resource_folder("static")))


def test_a_script_stands_in_a_folder_that_names_the_digest_of_all() -> None:
    name = address_parts("js/canvas/designer.js")["filename"]

    assert name == f"js@{scripts_version()}/canvas/designer.js"
    assert may_be_kept(name, "")


def test_another_file_has_its_own_digest_in_the_query() -> None:
    parts = address_parts("css/base.css")

    assert parts == {"filename": "css/base.css", "v": asset_version("css/base.css")}
    assert may_be_kept("css/base.css", parts["v"])
    assert not may_be_kept("css/base.css", "")


def test_style_sheets_that_are_named_together_come_as_one_file_in_their_order(site: Site) -> None:
    folder = resource_folder("static") / "css"
    parts = address_parts("css/tokens+base.css")

    answer = site.test_client().get(f"/static/{parts['filename']}", query_string={"v": parts["v"]})

    assert answer.mimetype == "text/css"
    assert answer.data == (folder / "tokens.css").read_bytes() + (folder / "base.css").read_bytes()
    assert parts["v"] not in (asset_version("css/tokens.css"), asset_version("css/base.css"))


@pytest.mark.parametrize("name", ["base+none", "../app+base", "base+", "base+..+base"])
def test_what_is_no_style_sheet_is_not_found_among_others(site: Site, name: str) -> None:
    assert site.test_client().get(f"/static/css/{name}.css").status_code == 404


def test_a_page_of_another_release_gets_the_scripts_there_are_and_keeps_none(site: Site) -> None:
    answer = site.test_client().get("/static/js@000000000000/main.js")

    assert answer.data == (resource_folder("static") / "js" / "main.js").read_bytes()
    assert not may_be_kept("js@000000000000/main.js", "")
    answer.close()


def test_nothing_outside_is_reached_through_the_folder_of_scripts(site: Site) -> None:
    assert site.test_client().get("/static/js@000000000000/../../pyproject.toml").status_code == 404


def test_what_a_script_imports_is_listed_to_the_last_each_once() -> None:
    found = imported_by("js/canvas/designer.js")

    assert {"js/canvas/scene.js", "js/canvas/geometry.js"} <= set(found)
    assert "js/canvas/designer.js" not in found
    assert len(found) == len(set(found))
    assert all((resource_folder("static") / one).is_file() for one in found)


def test_a_script_that_imports_nothing_has_none_listed() -> None:
    assert imported_by("js/canvas/geometry.js") == ()
