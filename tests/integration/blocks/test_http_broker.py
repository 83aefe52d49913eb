"""The HTTP broker against a real server: what it reaches, follows, refuses and gives up on."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from blocks.brokers.addresses import is_public
from blocks.brokers.http import HttpBroker, read_retry_after
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from tests.integration.blocks.conftest import Peer

OPEN = HttpBroker(allow_private=True)
GUARDED = HttpBroker()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def call(
    url: str, *, broker: HttpBroker = OPEN, method: str = "GET", timeout_s: float = 5
) -> HttpResponse:
    request = HttpRequest(
        method=method,
        url=url,
        headers={"Authorization": "Bearer s3cret", "X-Trace": "1"},
        body=b"{}" if method == "POST" else b"",
        timeout_s=timeout_s,
    )
    return broker.send(request)


def refusal(url: str, *, broker: HttpBroker = OPEN, timeout_s: float = 5) -> BlockError:
    with pytest.raises(BlockError) as caught:
        call(url, broker=broker, timeout_s=timeout_s)
    assert "s3cret" not in str(caught.value)
    return caught.value


def test_brings_the_answer_back(peer: Peer) -> None:
    response = call(peer.url + "/tickets?x=1", method="POST")

    assert (response.status, response.json()) == (200, {"fine": True})
    method, path, headers, body = peer.seen[0]
    assert (method, path, body) == ("POST", "/tickets?x=1", b"{}")
    assert headers["host"] == f"127.0.0.1:{peer.port}"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1:{port}/", id="loopback"),
        pytest.param("http://localhost:{port}/", id="loopback by name"),
        pytest.param("http://2130706433:{port}/", id="decimal"),
        pytest.param("http://0x7f000001:{port}/", id="hexadecimal"),
        pytest.param("http://127.1:{port}/", id="short"),
        pytest.param("http://0.0.0.0:{port}/", id="any"),
        pytest.param("http://[::1]:{port}/", id="IPv6 loopback"),
        pytest.param("http://[::ffff:127.0.0.1]:{port}/", id="IPv4 mapped into IPv6"),
        pytest.param("http://[64:ff9b::7f00:1]/", id="IPv4 through NAT64"),
        pytest.param("http://169.254.169.254/latest/meta-data/", id="cloud metadata"),
        pytest.param("http://10.0.0.1/", id="private"),
        pytest.param("http://[fe80::1]/", id="IPv6 link-local"),
        pytest.param("http://[fd00::1]/", id="IPv6 private"),
    ],
)
def test_reaches_no_private_address(peer: Peer, url: str) -> None:
    error = refusal(url.format(port=peer.port), broker=GUARDED)

    assert (error.code, error.retryable) == ("http.forbidden_address", False)
    assert peer.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.de/",
        "file:///etc/passwd",
        "a.de",
        "",
        "http://",
        "http://[::",
        "http://0177.0.0.1/",
    ],
)
def test_refuses_what_is_no_web_address(url: str) -> None:
    assert refusal(url).code == "http.bad_address"


def test_a_name_with_one_private_address_is_refused() -> None:
    broker = HttpBroker(resolver=lambda _host, _port: ["1.1.1.1", "10.0.0.7"])

    assert refusal("http://mixed.example/", broker=broker).code == "http.forbidden_address"


def test_connects_to_the_address_that_was_judged(peer: Peer) -> None:
    answers = iter([["127.0.0.1"], ["192.0.2.1"]])
    broker = HttpBroker(allow_private=True, resolver=lambda _host, _port: next(answers))

    call(f"http://rebound.example:{peer.port}/", broker=broker)

    assert peer.seen[0][2]["host"] == f"rebound.example:{peer.port}"
    assert len(list(answers)) == 1


def test_judges_a_redirect_anew(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first host counts as public here, so that only the redirect can be refused."""
    monkeypatch.setattr(
        "blocks.brokers.addresses.is_public",
        lambda address: address == "127.0.0.1" or is_public(address),
    )

    error = refusal(f"{peer.url}/to?http://169.254.169.254/latest/", broker=GUARDED)

    assert error.code == "http.forbidden_address"
    assert len(peer.seen) == 1


def test_follows_a_redirect_and_leaves_credentials_behind(peer: Peer) -> None:
    response = call(f"{peer.url}/to?http://localhost:{peer.port}/there")

    assert response.ok
    assert [path for _, path, _, _ in peer.seen][1] == "/there"
    assert "authorization" in peer.seen[0][2]
    assert "authorization" not in peer.seen[1][2]
    assert peer.seen[1][2]["x-trace"] == "1"


def test_see_other_becomes_a_get(peer: Peer) -> None:
    call(f"{peer.url}/see?/there", method="POST")

    assert [(method, body) for method, _, _, body in peer.seen] == [("POST", b"{}"), ("GET", b"")]


def test_gives_up_after_three_redirects(peer: Peer) -> None:
    onward = f"{peer.url}/to?/to?/to?/to?/there"

    assert refusal(onward).code == "http.too_many_redirects"
    assert len(peer.seen) == 4


def test_stops_reading_a_large_answer(peer: Peer) -> None:
    assert refusal(peer.url + "/big").code == "http.too_large"


@pytest.mark.parametrize("path", ["/slow", "/drip", "/drip-headers"])
def test_the_whole_call_has_one_limit(peer: Peer, path: str) -> None:
    began = time.monotonic()

    error = refusal(peer.url + path, timeout_s=0.4)

    assert (error.code, error.retryable) == ("http.timeout", True)
    assert time.monotonic() - began < 2


def test_a_closed_port_may_be_tried_again() -> None:
    error = refusal("http://127.0.0.1:9/")

    assert (error.code, error.retryable) == ("http.unreachable", True)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_answer_may_be_tried_again(peer: Peer, status: int) -> None:
    response = call(f"{peer.url}/status/{status}")

    with pytest.raises(BlockError) as caught:
        response.raise_if_busy()

    assert caught.value.retryable
    assert caught.value.retry_after_s == (7 if status in (429, 503) else None)


@pytest.mark.parametrize("status", [200, 400, 404, 500, 501])
def test_other_answers_are_final(peer: Peer, status: int) -> None:
    call(f"{peer.url}/status/{status}").raise_if_busy()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("30", 30.0, id="seconds"),
        pytest.param("Tue, 24 Nov 2026 12:01:00 GMT", 60.0, id="a date"),
        pytest.param("Tue, 24 Nov 2026 11:00:00 GMT", 0.0, id="a date that has passed"),
        pytest.param("99999999", 86_400.0, id="at most a day"),
        pytest.param("soon", None, id="unreadable"),
        pytest.param("-5", None, id="negative"),
        pytest.param("²", None, id="a digit that is no number"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_reads_how_long_to_wait(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text, NOON) == seconds
