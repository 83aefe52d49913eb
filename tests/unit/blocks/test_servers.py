"""What is made of the refusals and lists of other systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.sdk import BlockError, HttpResponse
from blocks.standard._servers import PAGE, PAGES_MAX, Server, gather, said_by

Answer = Callable[[str], HttpResponse]


@dataclass
class OneAnswer:
    """Implements `blocks.sdk.Http`; answers every call alike, or by its address."""

    answer: HttpResponse | Answer
    asked: list[str] = field(default_factory=list)

    def request(self, method: str, url: str, **_sent: Any) -> HttpResponse:
        """Answer."""
        self.asked.append(f"{method} {url}")
        return self.answer if isinstance(self.answer, HttpResponse) else self.answer(url)


def server(http: OneAnswer) -> Server:
    return Server(http=http, url="https://x.example/", name="the server", settings={"size": "Size"})


def answer(status: int, document: Any = None, **headers: str) -> HttpResponse:
    return HttpResponse(status=status, headers=headers, body=json.dumps(document).encode())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        pytest.param({"code": "20", "reason": "size: is missing"}, "size: is missing", id="TMF"),
        pytest.param(
            {"message": "Bad", "errors": [{"field": "size", "message": "too big"}]},
            "Bad: size: too big",
            id="errors by field",
        ),
        pytest.param(
            {"title": "Unprocessable", "detail": "size must be a number"},
            "size must be a number: Unprocessable",
            id="RFC 9457",
        ),
        pytest.param("bad matcher", "bad matcher", id="a text"),
        pytest.param([{"message": "a"}, {"message": "b"}], "a; b", id="a list"),
        pytest.param({"a": 1}, "", id="nothing known"),
        pytest.param("x" * 900, "x" * 300, id="very long"),
    ],
)
def test_reads_what_a_refusal_says(document: Any, said: str) -> None:
    assert said_by(answer(400, document)) == said


def test_a_page_says_nothing() -> None:
    page = HttpResponse(status=404, body=b"<html><title>Not found</title>", headers={})

    assert said_by(page) == ""


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "server.refused"),
        (401, "server.not_signed_in"),
        (403, "server.not_allowed"),
        (404, "server.not_found"),
        (409, "server.changed"),
        (412, "server.changed"),
        (422, "server.refused"),
        (429, "http.busy"),
        (500, "server.failed"),
        (503, "http.busy"),
        (307, "server.refused"),
    ],
)
def test_each_refusal_has_its_code(status: int, code: str) -> None:
    with pytest.raises(BlockError) as caught:
        server(OneAnswer(answer(status, {"reason": "no"}))).call("GET", "/a")

    assert caught.value.code == code


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9), lambda inner: (
    st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["message", "reason", "errors", "field", "detail", "error"]), inner, max_size=4)
)))  # fmt: skip
def test_whatever_a_refusal_is_it_is_told_in_one_line(document: Any) -> None:
    said = said_by(answer(400, document))

    assert len(said) <= 300
    assert "\n" not in said


@dataclass
class Listing:
    """A collection of so many entries, served as other systems may.

    Attributes:
        cap: The most entries of a page, whatever is asked.
        tells: Whether it says how many there are.
    """

    there: int
    cap: int = PAGE
    tells: bool = True

    def __call__(self, url: str) -> HttpResponse:
        """Answer with a page."""
        asked = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
        offset, limit = int(asked.get("offset", "0")), int(asked["limit"])
        assert limit <= PAGE
        last = min(offset + min(limit, self.cap), self.there)
        entries = [{"id": number} for number in range(offset, last)]
        return answer(200, entries, **({"x-total-count": str(self.there)} if self.tells else {}))


@given(
    there=st.integers(0, 260),
    most=st.integers(1, 200),
    cap=st.sampled_from([10, 20, PAGE]),
    tells=st.booleans(),
)
def test_pages_are_gathered_whole_and_no_further(
    there: int, most: int, cap: int, *, tells: bool
) -> None:
    found = gather(server(OneAnswer(Listing(there, cap, tells))), "/a", {}, most=most)

    assert [one["id"] for one in found.entries] == list(range(min(there, most)))
    assert found.more is (there > most)


def test_what_fits_is_found_behind_many_that_do_not() -> None:
    http = OneAnswer(Listing(700, tells=False))

    found = gather(server(http), "/a", {}, most=20, fits=lambda one: one["id"] >= 690)

    assert [one["id"] for one in found.entries] == list(range(690, 700))
    assert found.more is False


def test_a_list_that_is_too_long_is_read_so_far_and_told_to_go_on() -> None:
    http = OneAnswer(Listing(10**6, tells=False))

    found = gather(server(http), "/a", {}, most=20, fits=lambda _: False)

    assert (found.entries, found.more, len(http.asked)) == ([], True, PAGES_MAX)


@pytest.mark.parametrize(
    ("sent", "total", "more"),
    [
        pytest.param(PAGE, None, True, id="a full page, which may be cut"),
        pytest.param(3, None, False, id="fewer than were asked for, which is all"),
        pytest.param(3, "9", True, id="fewer than it says there are"),
    ],
)
def test_a_server_that_pays_no_heed_to_offset_is_not_read_for_ever(
    sent: int, total: str | None, *, more: bool
) -> None:
    headers = {"x-total-count": total} if total else {}
    http = OneAnswer(answer(200, [{"id": number} for number in range(sent)], **headers))

    found = gather(server(http), "/a", {}, most=200)

    assert (len(found.entries), len(http.asked), found.more) == (sent, 2, more)
