"""Signatures as in Standard Webhooks: the published example, and nothing else passes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.hooks.signature import (
    HEADER_MAX,
    WINDOW_S,
    Claim,
    SignatureError,
    key_of,
    new_signing_secret,
    sign,
    verify,
)

# The example that the specification's own libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  published
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT_S = 1_614_265_330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
CLAIM = Claim(message_id=ID, timestamp=str(AT_S), signatures=SIGNATURE)

IDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=40)
SECRETS = st.binary(min_size=24, max_size=64).map(
    lambda key: "whsec_" + base64.b64encode(key).decode()
)


def refused(claim: Claim, body: bytes, *secrets: str, now_s: float = AT_S) -> str:
    with pytest.raises(SignatureError) as caught:
        verify(claim, body, secrets, now_s=now_s)
    return caught.value.message


def test_the_published_example_is_made_and_passes() -> None:
    assert sign(SECRET, message_id=ID, at_s=AT_S, body=BODY) == SIGNATURE
    verify(CLAIM, BODY, [SECRET], now_s=AT_S)


@given(secret=SECRETS, message_id=IDS, at_s=st.integers(0, 10**11), body=st.binary(max_size=200))
def test_a_signature_is_the_hmac_of_id_timestamp_and_body(
    secret: str, message_id: str, at_s: int, body: bytes
) -> None:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{at_s}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()

    assert sign(secret, message_id=message_id, at_s=at_s, body=body) == f"v1,{wanted}"


@given(secret=SECRETS, other=SECRETS, data=st.data())
def test_no_other_id_time_body_or_secret_passes(secret: str, other: str, data: Any) -> None:
    message_id, body = data.draw(IDS), data.draw(st.binary(max_size=60))
    signature = sign(secret, message_id=message_id, at_s=AT_S, body=body)
    seen = Claim(
        message_id=data.draw(st.just(message_id) | IDS),
        timestamp=str(data.draw(st.just(AT_S) | st.integers(AT_S - 300, AT_S + 300))),
        signatures=signature,
    )
    came, known = (
        data.draw(st.just(body) | st.binary(max_size=60)),
        data.draw(st.sampled_from([secret, other])),
    )

    same = (seen.message_id, seen.timestamp, came) == (message_id, str(AT_S), body)
    # HMAC fills short keys up with zeros: those that differ in these alone are one key
    keys = {key_of(one).rstrip(b"\0") for one in (known, secret)}
    if same and len(keys) == 1:
        verify(seen, came, [known], now_s=AT_S)
    else:
        assert "no signature fits" in refused(seen, came, known)


@given(position=st.integers(0, 8 * 32 - 1))
def test_a_signature_with_one_bit_changed_does_not_pass(position: int) -> None:
    raw = bytearray(base64.b64decode(SIGNATURE.removeprefix("v1,")))
    raw[position // 8] ^= 1 << position % 8
    changed = Claim(
        message_id=ID, timestamp=str(AT_S), signatures="v1," + base64.b64encode(raw).decode()
    )

    assert "no signature fits" in refused(changed, BODY, SECRET)


@pytest.mark.parametrize("shift_s", [-WINDOW_S, 0, WINDOW_S])
def test_the_timestamp_may_be_five_minutes_off(shift_s: int) -> None:
    verify(CLAIM, BODY, [SECRET], now_s=AT_S + shift_s)


@pytest.mark.parametrize("shift_s", [-WINDOW_S - 0.5, WINDOW_S + 0.5])
def test_beyond_five_minutes_it_is_refused_either_way(shift_s: float) -> None:
    assert "more than 5 minutes" in refused(CLAIM, BODY, SECRET, now_s=AT_S + shift_s)


@pytest.mark.parametrize(
    "signatures", [f"v1,AAAA {SIGNATURE}", f"{SIGNATURE} v2,x", f"v1a,x  {SIGNATURE}"]
)
def test_one_good_signature_of_several_passes(signatures: str) -> None:
    verify(
        Claim(message_id=ID, timestamp=str(AT_S), signatures=signatures), BODY, [SECRET], now_s=AT_S
    )


def test_either_of_two_secrets_passes_while_they_change_over() -> None:
    verify(CLAIM, BODY, [new_signing_secret(), SECRET], now_s=AT_S)
    verify(CLAIM, BODY, [SECRET, new_signing_secret()], now_s=AT_S)
    assert "no signature fits" in refused(CLAIM, BODY, new_signing_secret())


def test_without_a_secret_nothing_passes() -> None:
    assert "no signature fits" in refused(CLAIM, BODY)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        pytest.param({"message_id": ""}, "webhook-id is missing", id="no id"),
        pytest.param({"timestamp": ""}, "webhook-timestamp is missing", id="no timestamp"),
        pytest.param({"signatures": ""}, "webhook-signature is missing", id="no signature"),
        pytest.param({"message_id": "a.1"}, "none a full stop", id="an id with a full stop"),
        pytest.param({"message_id": "a" * 201}, "at most 200 characters", id="an endless id"),
        pytest.param({"timestamp": "noon"}, "whole seconds since 1970", id="no number"),
        pytest.param({"timestamp": "-1"}, "whole seconds since 1970", id="before 1970"),
        pytest.param({"timestamp": "١٦١٤٢٦٥٣٣٠"}, "whole seconds since 1970", id="other digits"),
        pytest.param({"timestamp": "9" * 13}, "whole seconds since 1970", id="milliseconds"),
        pytest.param({"signatures": "v2,AAAA"}, "none of the form v1", id="another version"),
        pytest.param({"signatures": "v1," + "A" * HEADER_MAX}, "longer than", id="too long"),
        pytest.param({"signatures": "v1,Ü"}, "no signature fits", id="no ASCII"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_header_and_the_remedy(parts: dict[str, str], words: str) -> None:
    facts = {"message_id": ID, "timestamp": str(AT_S), "signatures": SIGNATURE, **parts}

    assert words in refused(Claim(**facts), BODY, SECRET)


@given(st.tuples(st.text(max_size=60), st.text(max_size=20), st.text(max_size=60)))
def test_any_headers_are_refused_and_never_break(parts: tuple[str, str, str]) -> None:
    claim = Claim(message_id=parts[0], timestamp=parts[1], signatures=parts[2])

    assert refused(claim, BODY, SECRET)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_AAAA",
        SECRET.removeprefix("whsec_"),
        "whsec_%%%",
        "whsec_ÄÖ",
        "whsk_" + "A" * 44,
    ],
)
def test_what_is_no_secret_is_refused_naming_the_field(secret: str) -> None:
    with pytest.raises(InvalidError) as caught:
        key_of(secret)

    assert caught.value.problems[0].pointer == "/secret"
    assert len(secret) < 10 or secret not in caught.value.message


def test_a_new_secret_is_one_and_never_the_same() -> None:
    made = {new_signing_secret() for _ in range(50)}

    assert len(made) == 50
    assert {len(key_of(one)) for one in made} == {32}
