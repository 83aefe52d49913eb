"""Who may read metrics."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from werkzeug.datastructures import Headers

from garland.operations.reading import may_read
from garland.settings import Settings

HOME = {"Host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("headers", "remote", "public_url", "expected"),
    [
        pytest.param(HOME, "127.0.0.1", "", True, id="this machine"),
        pytest.param({"Host": "[::1]:8000"}, "::1", "", True, id="this machine by IPv6"),
        pytest.param({"Host": "localhost"}, "127.0.0.1", "http://127.0.0.1:8000", True, id="up"),
        pytest.param(HOME, "10.0.0.7", "", False, id="another machine"),
        pytest.param(HOME, None, "", False, id="nobody knows from where"),
        pytest.param({}, "127.0.0.1", "", False, id="no host asked for"),
        pytest.param({"Host": "garland.example"}, "127.0.0.1", "", False, id="another name"),
        pytest.param({**HOME, "X-Forwarded-For": "::1"}, "127.0.0.1", "", False, id="a proxy"),
        pytest.param({**HOME, "forwarded": "for=x"}, "127.0.0.1", "", False, id="any case"),
        pytest.param(HOME, "127.0.0.1", "https://garland.example", False, id="others use it"),
    ],
)
def test_without_a_token_this_machine_alone_may_read(
    headers: dict[str, str], remote: str | None, public_url: str, expected: bool
) -> None:
    found = may_read("", Headers(headers), remote=remote, public_url=public_url)

    assert found is expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param("Bearer s3cret", True, id="the token"),
        pytest.param("Bearer s3cre", False, id="a part of it"),
        pytest.param("Basic s3cret", False, id="another scheme"),
        pytest.param("Bearer ", False, id="none"),
        pytest.param("Bearer s3crét", False, id="not ASCII"),
    ],
)
def test_with_a_token_whoever_sends_it_may_read(sent: str, expected: bool) -> None:
    headers = Headers({"Authorization": sent, "Host": "garland.example"})

    assert may_read("s3cret", headers, remote="10.0.0.7") is expected
    assert not may_read("s3cret", Headers(HOME), remote="127.0.0.1")


def test_a_port_for_others_asks_for_a_token() -> None:
    with pytest.raises(ValidationError, match="GARLAND_METRICS_TOKEN must be set"):
        Settings(metrics_port=9_201, metrics_host="0.0.0.0")  # noqa: S104  what must be refused
