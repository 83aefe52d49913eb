"""Signatures of deliveries, as the Standard Webhooks specification 1.0.0 has them. Pure.

What is signed is `id.timestamp.body`, by HMAC-SHA256 with the bytes that a secret `whsec_<base64>`
stands for; the header holds one or more of `v1,<base64>`, parted by blanks. Ids with a full stop
are refused, as the specification advises: a part of the id could else pass for the timestamp.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass

from kernel.errors import GarlandError, InvalidError, Problem

PREFIX = "whsec_"
KEY_BYTES = 32
KEY_BYTES_ALLOWED = range(24, 65)
WINDOW_S = 300
ID_MAX = 200
HEADER_MAX = 4_096
_VERSION = "v1,"
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class SignatureError(GarlandError):
    """The delivery is not signed, or not so that it can be trusted; the message says why."""

    code = "hook.signature"
    status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the headers webhook-id, webhook-timestamp and webhook-signature say; "" when absent."""

    message_id: str
    timestamp: str
    signatures: str


def new_signing_secret() -> str:
    """Make a secret of 256 bits.

    >>> new_signing_secret().startswith("whsec_")
    True
    """
    return PREFIX + base64.b64encode(randomness.token_bytes(KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Read a secret.

    Raises:
        InvalidError: it is not `whsec_` and 24 to 64 bytes in base64.

    >>> len(key_of("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"))
    24
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX).encode(), validate=True)
    except ValueError:  # binascii.Error is one, and so is what is not ASCII
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in KEY_BYTES_ALLOWED:
        message = (
            "secret: paste it as the sender shows it: whsec_ and 24 to 64 bytes in base64; "
            "or leave it empty to have one made"
        )
        raise InvalidError(message, problems=[Problem("/secret", message)])
    return key


def sign(secret: str, *, message_id: str, at_s: int, body: bytes) -> str:
    """Give one signature for the header: `v1,<base64>`."""
    content = b"%s.%d.%s" % (message_id.encode(), at_s, body)
    digest = hmac.digest(key_of(secret), content, "sha256")
    return _VERSION + base64.b64encode(digest).decode()


def verify(claim: Claim, body: bytes, secrets: Sequence[str], *, now_s: float) -> None:
    """Pass when one of the signatures was made with one of the secrets, at about this time.

    Args:
        claim: What the headers say.
        body: The body as it came, to the byte.
        secrets: Those that count now: the current one, and while it is replaced the one before.
        now_s: Seconds since the epoch; the timestamp may differ by WINDOW_S either way.

    Raises:
        SignatureError: it cannot be trusted.
    """
    at_s = _checked(claim)
    if abs(now_s - at_s) > WINDOW_S:
        raise SignatureError(
            f"webhook-timestamp is more than {WINDOW_S // 60} minutes from now: sign each attempt "
            "anew, and check both clocks"
        )
    given = [one for one in claim.signatures.split() if one.startswith(_VERSION)]
    if not given:
        raise SignatureError("webhook-signature has none of the form v1,<base64>: add one")
    wanted = [sign(one, message_id=claim.message_id, at_s=at_s, body=body) for one in secrets]
    # every pair is compared, so that the time taken tells nothing about which one was close
    matches = [_is_same(one, other) for one in given for other in wanted]
    if not any(matches):
        raise SignatureError(
            "no signature fits: sign webhook-id.webhook-timestamp.body, the body as it is sent, "
            "with the secret of this webhook"
        )


def _checked(claim: Claim) -> int:
    for name, value in (
        ("webhook-id", claim.message_id),
        ("webhook-timestamp", claim.timestamp),
        ("webhook-signature", claim.signatures),
    ):
        if not value:
            raise SignatureError(f"{name} is missing: this webhook takes signed deliveries only")
    if len(claim.message_id) > ID_MAX or "." in claim.message_id:
        raise SignatureError(f"webhook-id: at most {ID_MAX} characters, none a full stop")
    if len(claim.signatures) > HEADER_MAX:
        raise SignatureError(f"webhook-signature is longer than {HEADER_MAX} characters")
    if not _TIMESTAMP.fullmatch(claim.timestamp):
        raise SignatureError("webhook-timestamp must be whole seconds since 1970")
    return int(claim.timestamp)


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
