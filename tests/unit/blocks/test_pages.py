"""A block's page is taken apart: what it says is kept, what it could do is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.pages import PAGE_MAX, Part, Span, parts_of, spans_of
from blocks.registry import Block, standard_registry


def text_of(parts: tuple[Part, ...]) -> str:
    return " ".join(
        span.text for part in parts for row in part.rows for cell in row for span in cell
    )


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        pytest.param("# T\n\nUse it.", ["text"], id="the first heading is the title"),
        pytest.param("# T\nA\nB\n\nC", ["text", "text"], id="lines of a paragraph belong together"),
        pytest.param("# T\n## More\nText", ["heading", "text"], id="a heading inside"),
        pytest.param("- a\n- b\n  more", ["list"], id="a list"),
        pytest.param("1. a\n2. b", ["list"], id="a numbered list"),
        pytest.param("| a | b |\n|---|---|\n| 1 | 2 |", ["table"], id="a table"),
        pytest.param("    a == 1", ["code"], id="indented code"),
        pytest.param("```json\n{\n\n}\n```", ["code"], id="fenced code with an empty line"),
        pytest.param("![x](docs/flow.svg)", [], id="a picture is shown beside it"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_page_is_taken_apart(page: str, kinds: list[str]) -> None:
    assert [part.kind for part in parts_of(page)] == kinds


def test_a_table_has_its_head_first_and_no_line_of_dashes() -> None:
    (table,) = parts_of("| a | b |\n|---|:-:|\n| `1` | 2 \\| 3 |")

    assert [[text_of((Part("text", ((cell,),)),)) for cell in row] for row in table.rows] == [
        ["a", "b"],
        ["1", "2 | 3"],
    ]


def test_a_link_leads_nowhere_and_html_is_text() -> None:
    assert spans_of("[a](javascript:x) <b>") == (Span("text", "a <b>"),)


def test_stars_and_links_inside_code_are_code() -> None:
    assert spans_of("`**a** [b](c)`") == (Span("code", "**a** [b](c)"),)


@pytest.mark.parametrize("mark", ["![", "[", "[a](", "![a](", "**", "`", "|"])
def test_a_page_made_to_keep_its_reader_busy_is_read_to_its_limit(mark: str) -> None:
    parts = parts_of("x\n\n" + mark * PAGE_MAX)

    assert sum(len(text_of((part,))) for part in parts) <= PAGE_MAX


@given(st.text(alphabet="ab `*|#-[]()!\n1.", max_size=200))
def test_any_text_can_be_taken_apart(page: str) -> None:
    assert all(part.rows for part in parts_of(page) if part.kind != "table")


@pytest.mark.parametrize("block", standard_registry().all(), ids=lambda block: block.manifest.id)
def test_no_mark_of_a_standard_blocks_page_is_left_over(block: Block) -> None:
    shown = text_of(tuple(part for part in block.page if part.kind != "code"))

    assert "**" not in shown
    assert "](" not in shown
