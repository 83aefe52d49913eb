"""The crawl of a branded provider counts what is read, and only that."""

from __future__ import annotations

import pytest

from tests.support.vendors_words import words_in_file, words_in_page


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<p>by Garland</p>", id="text"),
        pytest.param("<title>Home · Garland</title>", id="the title"),
        pytest.param('<img alt="Garland">', id="an alternative text"),
        pytest.param('<a aria-label="Garland, home">x</a>', id="a spoken name"),
        pytest.param('<meta name="application-name" content="garland">', id="a meta element"),
        pytest.param("<p>garland.wait</p>", id="an identifier in running text"),
        pytest.param(
            '<script type="application/json">{"title": "Garland"}</script>', id="data of a script"
        ),
    ],
)
def test_what_is_read_counts(page: str) -> None:
    assert len(words_in_page(page)) == 1


@pytest.mark.parametrize(
    "page",
    [
        pytest.param('<a href="/blocks/garland.wait">Wait</a>', id="an address"),
        pytest.param('<option value="garland.wait">Wait</option>', id="the value of a choice"),
        pytest.param('<pre>"block": "garland.wait"</pre>', id="source that is shown as such"),
    ],
)
def test_what_stands_for_something_does_not_count(page: str) -> None:
    assert words_in_page(page) == []


def test_a_files_words_count_and_its_identifiers_do_not() -> None:
    assert words_in_file('{"garland": "workflows", "block": "garland.wait"}') == []
    assert len(words_in_file('<definitions exporter="Garland"/>')) == 1
