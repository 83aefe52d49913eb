"""Requests are checked by what their senders really put in: schemes of those in the field."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.permissions.hook import HookCheck
from blocks.sdk import BlockError
from runtime.hooks.reading import Delivery
from runtime.hooks.verifying import is_genuine, secrets_of
from tenancy.connections.model import Opened
from tests.factories.tenancy import NOON

KEY = b"It's a Secret to Everybody"
BODY = b"Hello, World!"
AT = str(int(NOON.timestamp()))


def delivery(body: bytes = BODY, *, query: Any = (), **headers: str) -> Delivery:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(
        body=body, mimetype="", charset="", headers=named, query=query, sender="", at=NOON
    )


def digest(content: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.digest(KEY, content, algorithm)


def opened(kind: str, values: dict[str, Any], before: dict[str, Any] | None = None) -> Opened:
    nobody = UUID(int=0)
    facts: dict[str, Any] = {"hosts": (), "over_http": False, "values": values, "before": before}
    return Opened(id=nobody, tenant_id=nobody, name="Key", kind=kind, **facts)


def test_the_example_of_github_fits() -> None:
    """Source: GitHub, Validating webhook deliveries, its test values."""
    said = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    check = HookCheck(slot="s", header="X-Hub-Signature-256", prefix="sha256=", algorithm="sha256")

    assert is_genuine(check, delivery(x_hub_signature_256=said), [KEY])
    assert is_genuine(check, delivery(x_hub_signature_256=said.upper()), [KEY]) is False
    assert is_genuine(check, delivery(b"Hello", x_hub_signature_256=said), [KEY]) is False


@pytest.mark.parametrize(
    ("age_s", "fits"),
    [
        pytest.param(0, True, id="now"),
        pytest.param(300, True, id="five minutes ago"),
        pytest.param(301, False, id="longer ago"),
        pytest.param(-301, False, id="ahead"),
    ],
)
def test_a_signature_with_an_instant_fits_for_five_minutes(age_s: int, fits: bool) -> None:
    at = str(int((NOON - timedelta(seconds=age_s)).timestamp()))
    said = "v0=" + digest(b"v0:" + at.encode() + b":" + BODY).hex()
    check = HookCheck(
        slot="s",
        header="X-Slack-Signature",
        prefix="v0=",
        algorithm="sha256",
        signed="v0:{timestamp}:{body}",
        timestamp="X-Slack-Request-Timestamp",
    )

    came = delivery(x_slack_signature=said, x_slack_request_timestamp=at)

    assert is_genuine(check, came, [KEY]) is fits


@pytest.mark.parametrize("at", ["", "now", "-1", "1e9", "9" * 13, "٣"])
def test_an_instant_that_is_none_fits_nothing(at: str) -> None:
    check = HookCheck(
        slot="s",
        header="X-Sig",
        algorithm="sha256",
        signed="{timestamp}{body}",
        timestamp="X-At",
    )
    said = digest(at.encode() + BODY).hex()

    assert is_genuine(check, delivery(x_sig=said, x_at=at), [KEY]) is False


def test_a_body_that_looks_like_a_place_is_not_read_as_one() -> None:
    body = b"{timestamp}"
    check = HookCheck(
        slot="s", header="X-Sig", algorithm="sha256", signed="{timestamp}.{body}", timestamp="X-At"
    )
    said = digest(AT.encode() + b"." + body).hex()

    assert is_genuine(check, delivery(body, x_sig=said, x_at=AT), [KEY])


def test_base64_and_other_algorithms_fit() -> None:
    check = HookCheck(slot="s", header="X-Sig", algorithm="sha512", encoding="base64")
    said = base64.b64encode(digest(BODY, "sha512")).decode()

    assert is_genuine(check, delivery(x_sig=said), [KEY])
    assert is_genuine(check, delivery(x_sig=said.lower()), [KEY]) is False


@given(said=st.text(max_size=100))
def test_what_is_not_the_secret_never_fits(said: str) -> None:
    by_header = HookCheck(slot="s", header="X-Token")
    by_query = HookCheck(slot="s", query="token")
    signed = HookCheck(slot="s", header="X-Token", algorithm="sha256")

    came = delivery(x_token=said, query=[("token", said)])

    assert [is_genuine(one, came, [KEY]) for one in (by_header, by_query, signed)] == [False] * 3


def test_a_secret_in_the_query_fits() -> None:
    check = HookCheck(slot="s", query="hub.verify_token")

    assert is_genuine(check, delivery(query=[("hub.verify_token", KEY.decode())]), [KEY])


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        pytest.param("api_key", {"key": "k"}, b"k", id="API key"),
        pytest.param("bearer", {"token": "t"}, b"t", id="bearer"),
        pytest.param(
            "basic",
            {"user": "Aladdin", "password": "open sesame"},
            b"QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            id="basic",
        ),
    ],
)
def test_each_kind_of_connection_has_its_secret(
    kind: str, values: dict[str, Any], said: bytes
) -> None:
    assert secrets_of(opened(kind, values), signs=False) == [said]


def test_the_secret_before_a_rotation_fits_too() -> None:
    found = opened("api_key", {"key": "new"}, before={"key": "old"})

    assert secrets_of(found, signs=True) == [b"new", b"old"]


def test_a_connection_without_such_a_secret_is_told() -> None:
    with pytest.raises(BlockError) as told:
        secrets_of(opened("mtls", {}), signs=True)

    assert told.value.code == "connections.wrong_kind"


@pytest.mark.parametrize(
    ("prefix", "headers"),
    [
        pytest.param("Bearer a", {"authorization": "Bearer b"}, id="a prefix that does not fit"),
        pytest.param("", {"authorization": "x" * 5_000}, id="long"),
        pytest.param("", {}, id="absent"),
        pytest.param("", {"authorization": "x", "x_at": "yesterday"}, id="no instant"),
    ],
)
def test_the_time_taken_tells_nothing_of_a_header_that_is_hidden(
    prefix: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[int] = []
    compute = hmac.digest

    def counted(key: bytes, content: bytes, algorithm: str) -> bytes:
        signed.append(len(content))
        return compute(key, content, algorithm)

    monkeypatch.setattr("runtime.hooks.verifying.hmac.digest", counted)
    more = {"signed": "{timestamp}{body}", "timestamp": "X-At"} if "x_at" in headers else {}
    check = HookCheck(slot="s", header="Authorization", prefix=prefix, algorithm="sha256", **more)

    assert is_genuine(check, delivery(b"x" * 1_000, **headers), [KEY, b"before"]) is False
    assert [size >= 1_000 for size in signed] == [True, True]
