"""Where a secret may go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.connections.hosts import covers, read_hosts, why_no_host


@pytest.mark.parametrize(
    ("entry", "host", "port", "expected"),
    [
        pytest.param("api.example.com", "api.example.com", 443, True, id="the usual port"),
        pytest.param("api.example.com", "api.example.com", 8443, False, id="another port"),
        pytest.param("api.example.com:8443", "api.example.com", 8443, True, id="its port"),
        pytest.param("api.example.com:8443", "api.example.com", 443, False, id="not the usual one"),
        pytest.param("*.example.com", "a.b.example.com", 443, True, id="what lies below"),
        pytest.param("*.example.com", "example.com", 443, False, id="not the name itself"),
        pytest.param("*.example.com", "evilexample.com", 443, False, id="not a longer name"),
        pytest.param("example.com", "example.com.evil.net", 443, False, id="not a name within"),
        pytest.param("example.com", "example.com.", 443, False, id="not a name with a dot"),
        pytest.param("[::1]:8443", "::1", 8443, True, id="an IPv6 address"),
        pytest.param("swiss.example", "swiß.example", 443, False, id="not what folds to it"),
        pytest.param("k.example", "\u212a.example", 443, False, id="not a sign that looks like it"),
    ],
)
def test_a_secret_goes_where_an_entry_says(
    entry: str, host: str, port: int, expected: bool
) -> None:
    assert covers([entry], host, port, usual=443) is expected


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "*.*",
        "*.com",
        "https://a.example/",
        "a.example:",
        "a.example:0",
        "a.example:99999",
        "a.example:" + "9" * 5_000,
        "swiß.example",
        "a b",
        "a..b",
        "ex*mple.com",
        "a.example:²",
        "user@a.example",
        "",
    ],
)
def test_what_is_no_host_is_refused(entry: str) -> None:
    assert why_no_host(entry)


@given(st.text(max_size=40))
def test_no_text_at_all_lets_a_secret_go_to_a_host_that_it_does_not_name(text: str) -> None:
    entries = [entry for entry in read_hosts([text]) if not why_no_host(entry)]

    assert not covers(entries, "host.of.somebody.else.invalid", 443, usual=443) or any(
        "host.of.somebody.else.invalid".endswith(entry.removeprefix("*")) for entry in entries
    )
