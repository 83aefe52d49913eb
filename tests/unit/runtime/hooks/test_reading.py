"""What the workflow sees of a delivery: never a credential, never what a database refuses."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import GarlandError, MalformedError
from runtime.hooks.reading import DEPTH_MAX, FIELDS_MAX, Delivery, safe_headers, trigger_of
from tests.factories.tenancy import NOON

FORM = "application/x-www-form-urlencoded"


def delivery(body: bytes = b"", mimetype: str = "application/json", **parts: Any) -> Delivery:
    facts = {"charset": "", "headers": {}, "query": (), "sender": "", "at": NOON, **parts}
    return Delivery(body=body, mimetype=mimetype, **facts)


def refusal(found: Delivery) -> GarlandError:
    with pytest.raises(GarlandError) as caught:
        trigger_of(found)
    return caught.value


def test_the_trigger_has_body_headers_query_and_time() -> None:
    seen = trigger_of(
        delivery(b'{"a": 1}', headers={"x-event": "push"}, query=[("a", "1"), ("a", "2")])
    )

    assert seen == {
        "kind": "webhook",
        "body": {"a": 1},
        "headers": {"x-event": "push"},
        "query": {"a": ["1", "2"]},
        "received_at": "2026-11-24T12:00:00.000Z",
    }


@pytest.mark.parametrize(
    "name",
    [
        "authorization", "cookie", "x-api-key", "x-gitlab-token", "x-hub-signature-256", "x-auth",
        "x-amz-security-token", "webhook-signature", "x-client-secret", "x-forwarded-for", "host",
        "x-real-ip", "proxy-authorization", "x-session-id", "x-user-password", "ce-key", "x-sig",
    ],
)  # fmt: skip
def test_no_header_that_could_be_a_credential_is_seen(name: str) -> None:
    assert safe_headers({name: "geheim"}) == {}


@pytest.mark.parametrize("name", ["content-type", "webhook-id", "x-github-event", "ce-type"])
def test_headers_that_say_what_it_is_are_seen(name: str) -> None:
    assert safe_headers({name: "x"}) == {name: "x"}


@pytest.mark.parametrize("name", ["token", "api_key", "Password", "sig", "access-token", "code"])
def test_no_credential_of_the_query_is_seen(name: str) -> None:
    seen = trigger_of(delivery(query=[(name, "geheim"), ("site", "ZRH"), ("signal", "lost")]))

    assert seen["query"] == {"site": "ZRH", "signal": "lost"}


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        pytest.param("iso-8859-1", "Zürich".encode("latin-1"), id="Latin 1"),
        pytest.param("UTF-8", "Zürich".encode(), id="UTF-8"),
        pytest.param("windows-1252", "Zürich".encode("cp1252"), id="Windows"),
    ],
)
def test_text_is_read_in_its_own_characters(charset: str, body: bytes) -> None:
    assert trigger_of(delivery(body, "text/plain", charset=charset))["body"] == "Zürich"


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "zip", "hex", "undefined", "nothing", "unicode_escape", "a\0b"]
)
def test_other_charsets_are_refused_not_tried(charset: str) -> None:
    error = refusal(delivery(b"abc", "text/plain", charset=charset))

    assert isinstance(error, MalformedError)
    assert "send it in UTF-8" in error.message


def test_what_is_not_in_its_charset_is_refused() -> None:
    assert refusal(delivery(b"\xff\xfe\xff", "text/plain")).status == 400


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param(rb'{"a": {"b": "x\u0000"}}', "/body/a/b", id="NUL"),
        pytest.param(rb'{"a": ["\ud800"]}', "/body/a/0", id="half a character"),
        pytest.param(rb'{"\u0000": 1}', "/body", id="NUL in a name"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(body: bytes, pointer: str) -> None:
    error: Any = refusal(delivery(body))

    assert error.status == 422
    assert error.problems[0].pointer == pointer


@pytest.mark.parametrize(("depth", "fits"), [(DEPTH_MAX, True), (DEPTH_MAX + 1, False)])
def test_a_body_may_be_nested_so_deep(depth: int, fits: bool) -> None:
    found = delivery(b"[" * depth + b"1" + b"]" * depth)

    if fits:
        assert trigger_of(found)["body"] is not None
    else:
        assert "nested over 64 deep" in refusal(found).message


@pytest.mark.parametrize(
    "body", [b'{"a": 1, "a": 2}', b"NaN", b"[" * 100_000, b"1" * 5_000, b"\xff", b"{]"]
)
def test_what_others_read_differently_is_no_json(body: bytes) -> None:
    assert refusal(delivery(body)).status == 400


def test_a_form_with_too_many_fields_is_refused() -> None:
    body = "&".join(f"f{n}=1" for n in range(FIELDS_MAX + 1)).encode()

    assert "more than 1000 fields" in refusal(delivery(body, FORM)).message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in texts_in(item))]
    if isinstance(value, list):
        return [text for item in value for text in texts_in(item)]
    return [value] if isinstance(value, str) else []


@given(JSON)
def test_any_json_is_seen_as_it_is_unless_it_holds_a_nul(body: Any) -> None:
    found = delivery(json.dumps(body).encode())

    if any("\0" in text for text in texts_in(body)):
        assert refusal(found).status == 422
    else:
        assert trigger_of(found)["body"] == body


@given(
    body=st.binary(max_size=200),
    mimetype=st.sampled_from(["application/json", FORM, "text/plain", "", "a/b"]),
    charset=st.text(max_size=12),
    headers=st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=4),
)
def test_any_bytes_are_read_or_refused_and_never_break(
    body: bytes, mimetype: str, charset: str, headers: dict[str, str]
) -> None:
    seen: Any = None
    with suppress(GarlandError):
        seen = trigger_of(delivery(body, mimetype, charset=charset, headers=headers))

    json.dumps(seen, allow_nan=False).encode()
