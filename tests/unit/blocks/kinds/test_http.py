"""A block without code asks what its manifest says, and ends as the answer says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.outcomes import Emit
from blocks.sdk import BlockError, HttpRequest
from tests.factories.http_blocks import closed, http_block, http_request
from tests.fakes.answers import Answering, answer, outcome_of

SERVER = "https://tickets.example.com/api/"
TICKET = {"id": "7"}


def run(world: Answering, data: dict[str, Any] = TICKET, **changes: Any) -> Emit:
    return outcome_of(http_block(**changes), world, config={"server": SERVER}, given=data)


def asked(data: dict[str, Any] = TICKET, **changes: Any) -> HttpRequest:
    world = Answering(answer({}))
    run(world, data, request=http_request(**changes))
    return world.requests[0]


def failure(world: Answering, data: dict[str, Any] = TICKET, **changes: Any) -> BlockError:
    with pytest.raises(BlockError) as caught:
        run(world, data, **changes)
    return caught.value


def test_asks_the_server_that_is_set_up() -> None:
    request = asked()

    assert (request.method, request.url) == ("GET", "https://tickets.example.com/api/tickets/7")


WHOLE = st.text(st.characters(codec="utf-8"), min_size=1)


@given(WHOLE.filter(lambda text: text not in (".", "..")))
def test_a_value_in_a_path_stays_one_segment(text: str) -> None:
    request = asked({"id": text})

    prefix, _, segment = request.url.rpartition("/")
    assert prefix == "https://tickets.example.com/api/tickets"
    assert unquote(segment) == text


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_a_value_that_would_change_the_path_is_refused(text: str) -> None:
    world = Answering()

    assert failure(world, {"id": text}).code == "http.bad_value"
    assert world.requests == []


@pytest.mark.parametrize(
    "server",
    ["ftp://a.de", "https://u:p@a.de/", "https://a.de/?x=1", "https://a.de\\@b.de", "a.de"],
)
def test_a_server_that_is_none_is_refused(server: str) -> None:
    with pytest.raises(BlockError) as caught:
        outcome_of(http_block(), Answering(), config={"server": server}, given=TICKET)

    assert caught.value.code in ("http.bad_address", "block.bad_config")


def test_fills_the_query_and_leaves_out_what_has_no_value() -> None:
    query = {
        "fields": "${input.fields}",
        "each": {"value": "${input.fields}", "list": "repeat"},
        "id": "no-${input.id}",
        "gone": "${input.body.gone}",
        "deep": True,
    }

    request = asked({"id": "a&b=c", "fields": ["x", "y z"]}, query=query)

    assert request.url.partition("?")[2] == (
        "fields=x%2Cy%20z&each=x&each=y%20z&id=no-a%26b%3Dc&deep=true"
    )


def test_a_place_alone_keeps_the_type_of_its_value() -> None:
    body = {"note": {"text": "about ${input.id}"}, "all": "${input.body}", "no": "${input.fields}"}

    request = asked({"id": "7", "body": {"n": 1}}, method="POST", body=body)

    assert json.loads(request.body) == {"note": {"text": "about 7"}, "all": {"n": 1}}
    assert request.headers["Content-Type"] == "application/json"


def test_what_looks_like_a_place_in_data_is_no_place() -> None:
    request = asked({"id": "${config.server}"}, method="POST", body="${input.id}")

    assert json.loads(request.body) == "${config.server}"


def test_two_dollars_stand_for_one() -> None:
    assert json.loads(asked(method="POST", body="$${input.id}").body) == "${input.id}"


def test_sends_a_form_or_another_kind_of_json() -> None:
    form = asked(
        method="POST",
        body={"a": "${input.id}", "b": "x y"},
        content_type="application/x-www-form-urlencoded",
    )
    patch = asked(method="PATCH", body={"a": 1}, content_type="application/merge-patch+json")

    assert form.body == b"a=7&b=x+y"
    assert patch.headers["Content-Type"] == "application/merge-patch+json"


def test_fills_headers() -> None:
    assert asked(headers={"X-Ticket": "no ${input.id}", "X-No": "${input.body.x}"}).headers == {
        "X-Ticket": "no 7",
        "Idempotency-Key": "r/s",
    }


@pytest.mark.parametrize(("status", "port"), [(200, "done"), (299, "done"), (404, "missing")])
def test_the_status_chooses_the_port(status: int, port: str) -> None:
    left = run(Answering(answer({"n": 1}, status)))

    assert (left.port, left.output) == (port, {"status": status, "body": {"n": 1}})


def test_takes_what_is_named_out_of_the_answer() -> None:
    output = {"ticket": "/body/id", "total": "/headers/x-total-count", "gone": "/body/none"}
    answers = [{"status": "200", "port": "done", "output": output, "drop_nulls": True}]
    world = Answering(answer({"id": {"a": None, "b": 1}}, headers={"x-total-count": "9"}))

    left = run(world, request=http_request(answers=answers))

    assert left.output == {"ticket": {"b": 1}, "total": "9"}


def test_a_declared_error_tells_what_the_server_said() -> None:
    error = failure(Answering(answer({"reason": "no such customer"}, 409)))

    assert (error.code, error.retryable) == ("tickets.refused", False)
    assert error.message == 'It was refused. (409) {"reason": "no such customer"}'


def test_an_error_that_may_be_mended_is_tried_again_when_the_server_says() -> None:
    errors = [{"code": "tickets.down", "retry": True, "text": "It is down."}]
    answers = [{"status": "500-599", "error": "tickets.down"}]
    world = Answering(answer(None, 500, retry_after_s=12))

    error = failure(world, errors=errors, request=http_request(answers=answers))

    assert (error.retryable, error.retry_after_s) == (True, 12)


def test_a_busy_server_is_tried_again_without_a_word_in_the_manifest() -> None:
    error = failure(Answering(answer(None, 503, retry_after_s=30)))

    assert (error.code, error.retryable, error.retry_after_s) == ("http.busy", True, 30)


def test_a_status_nobody_named_ends_the_step() -> None:
    error = failure(Answering(answer(None, 302)))

    assert (error.code, error.retryable) == ("http.unexpected_status", False)


def test_calls_only_what_the_settings_make_of_the_host() -> None:
    label = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}
    changes = {
        "config": closed(("site",), site=label),
        "permissions": [
            {"name": "http", "reason": "Asks", "hosts": ["${config.site}.example.com"]}
        ],
        "request": http_request(url="https://${config.site}.example.com/t/${input.id}"),
    }
    world = Answering(answer({}))

    outcome_of(http_block(**changes), world, config={"site": "eu-1"}, given=TICKET)

    assert world.requests[0].url == "https://eu-1.example.com/t/7"
    assert world.requests[0].permit.hosts == ("eu-1.example.com",)
    assert world.requests[0].permit.ports == (80, 443)
