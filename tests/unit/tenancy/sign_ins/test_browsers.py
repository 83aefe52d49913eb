"""Where a sign-in comes from, in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.sign_ins._tables import NAME_MAX
from tenancy.sign_ins.browsers import browser_of, network_of
from tests.support.size import examples

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:140.0) Firefox/140.0",
            "Firefox on macOS",
        ),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile", "Chrome on Android"),
        ("Something (Linux)", "Unknown browser on Linux"),
        ("curl/8.5", "curl"),
    ],
)
def test_names_the_browser_and_the_system(user_agent: str, words: str) -> None:
    assert browser_of(user_agent) == words


@given(st.text(max_size=300))
@settings(max_examples=examples(50))
def test_whatever_is_sent_fits_its_column(user_agent: str) -> None:
    assert 0 < len(browser_of(user_agent)) <= NAME_MAX


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("2001:db8::1", "2001:db8::2", True, id="one home"),
        pytest.param("2001:db8::1", "2001:db8:0:1::1", False, id="two homes"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 written as IPv6"),
        pytest.param("192.0.2.1", "192.0.2.2", False, id="two addresses"),
    ],
)
def test_counts_by_what_one_customer_has(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
