"""What is sent after a redirect: the method, the body, and no secret to anybody else."""

from __future__ import annotations

import pytest

from blocks.brokers._requests import redirected
from blocks.sdk import BlockError, HttpRequest
from blocks.targets import read_target

HERE = read_target("https://a.example/x")
REQUEST = HttpRequest(
    method="POST",
    url="https://a.example/x",
    headers={"Authorization": "s3cret", "cookie": "s3cret", "X-Trace": "1", "Content-Type": "a/b"},
    body=b"{}",
)


def test_a_redirect_to_no_encryption_is_refused() -> None:
    with pytest.raises(BlockError) as caught:
        redirected(REQUEST, HERE, 302, "http://a.example/x")

    assert caught.value.code == "http.insecure_redirect"


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("/y", True),
        ("https://A.example.:443/y", True),
        ("https://a.example:8443/y", False),
        ("https://b.example/y", False),
        ("//b.example/y", False),
    ],
)
def test_credentials_stay_with_their_origin(location: str, *, kept: bool) -> None:
    after = redirected(REQUEST, HERE, 307, location)

    assert ("Authorization" in after.headers, "cookie" in after.headers) == (kept, kept)
    assert after.headers["X-Trace"] == "1"


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("PUT", 302, "PUT"),
        ("DELETE", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("POST", 307, "POST"),
        ("PATCH", 308, "PATCH"),
    ],
)
def test_the_status_says_how_to_go_on(before: str, status: int, after: str) -> None:
    request = HttpRequest(method=before, url="https://a.example/x", body=b"{}")

    found = redirected(request, HERE, status, "/y")

    assert (found.method, found.url) == (after, "https://a.example/y")
    assert bool(found.body) is (before == after)


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("ftp://b.example/canary", id="another scheme"),
        pytest.param("https://canary@b.example/", id="a name in it"),
        pytest.param("https://b..example/canary", id="a host that is none"),
        pytest.param("https://b.example:99999/canary", id="a port that is none"),
        pytest.param("/canary" + "x" * 9_000, id="long"),
    ],
)
def test_what_a_server_redirects_to_is_not_repeated(location: str) -> None:
    with pytest.raises(BlockError) as caught:
        redirected(REQUEST, HERE, 302, location)

    assert caught.value.code == "http.bad_address"
    assert caught.value.message == "a.example redirected to what is no address."
