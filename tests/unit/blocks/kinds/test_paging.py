"""A list that comes in pages is read to its end, within a limit, from one server."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.kinds._paging import linked_next
from blocks.outcomes import Emit
from blocks.sdk import BlockError
from tests.factories.http_blocks import closed, http_block, http_request
from tests.fakes.answers import Answering, answer, outcome_of

LIST = [{"status": "200", "port": "done", "output": {"items": "/body/items", "more": "/more"}}]
BY_POINTER = {"items": "/body/items", "next": {"by": "pointer", "at": "/body/next"}}
HOST = "https://a.example"


def run(world: Answering, paging: dict[str, Any], **changes: Any) -> Emit:
    request = http_request(url="${config.server}/t", answers=LIST, paging=paging, **changes)
    block = http_block(request=request, input=closed())
    return outcome_of(block, world, config={"server": HOST})


def page(*items: int, **more: Any) -> dict[str, Any]:
    return {"items": list(items), **more}


def test_follows_what_the_answer_points_to() -> None:
    world = Answering(answer(page(1, 2, next="/t?page=2")), answer(page(3, next="")))

    assert run(world, BY_POINTER).output == {"items": [1, 2, 3], "more": False}
    assert [request.url for request in world.requests] == [f"{HOST}/t", f"{HOST}/t?page=2"]


def test_follows_a_link_header() -> None:
    paging = {"items": "/body/items", "next": {"by": "link"}}
    link = {"link": f'<{HOST}/t?page=0>; rel="prev", <{HOST}/t?page=2>; rel="next"'}
    world = Answering(answer(page(1), headers=link), answer(page(2)))

    assert run(world, paging).output["items"] == [1, 2]


def test_counts_on_by_offset_until_a_page_is_not_full() -> None:
    paging = {"items": "/body/items", "next": {"by": "offset", "query": "offset", "limit": "limit"}}
    world = Answering(answer(page(1, 2)), answer(page(3)))

    assert run(world, paging, query={"limit": 2}).output["items"] == [1, 2, 3]
    assert world.requests[1].url == f"{HOST}/t?limit=2&offset=2"


def test_stops_at_the_limit_and_says_that_there_is_more() -> None:
    world = Answering(*(answer(page(n, next=f"/t?page={n + 1}")) for n in range(3)))

    left = run(world, {**BY_POINTER, "pages_max": 3})

    assert left.output == {"items": [0, 1, 2], "more": True}


def test_another_server_is_not_followed() -> None:
    world = Answering(answer(page(1, next="https://evil.example/t")))

    with pytest.raises(BlockError) as caught:
        run(world, BY_POINTER)

    assert caught.value.code == "http.bad_answer"
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('</a>; rel="next"', "/a"),
        ("</a>; rel=next", "/a"),
        ('</a>; title="x, y"; rel="last next"', "/a"),
        ('</a>; rel="nextish"', None),
        ("</a>", None),
        ("", None),
    ],
)
def test_reads_a_link_header(header: str, found: str | None) -> None:
    assert linked_next(header) == found
