"""Is a request from whom it says? Asked by a trigger's block, which never sees the secret. Pure.

Every secret that counts is compared, each in constant time and together with the prefix, after all
that is costly was done: a block chooses header and prefix, and could time its guesses at a header
that it may not see.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from blocks.permissions.hook import HookCheck
from blocks.sdk import BlockError
from runtime.hooks.reading import Delivery
from runtime.hooks.signature import HEADER_MAX, WINDOW_S
from tenancy.connections.model import Opened

_INSTANT = re.compile(r"[0-9]{1,12}", re.ASCII)
_SECRET_OF: Mapping[str, str] = {"api_key": "key", "bearer": "token", "basic": "password"}


def secrets_of(opened: Opened, *, signs: bool) -> list[bytes]:
    """Give the secrets of a connection that count now: its own, and the one before a rotation.

    Args:
        opened: The connection.
        signs: Whether they are the key of an HMAC; else they are what a sender puts in.

    Raises:
        BlockError: `connections.wrong_kind`, when it is of a kind that holds no such secret.
    """
    if opened.kind not in _SECRET_OF:
        message = f"{opened.name} holds no secret that a request can be checked by."
        raise BlockError("connections.wrong_kind", message, retryable=False)
    each = [opened.values, *([opened.before] if opened.before is not None else [])]
    return [_secret(opened.kind, values, signs=signs) for values in each]


def is_genuine(check: HookCheck, delivery: Delivery, secrets: Sequence[bytes]) -> bool:
    """Tell whether what the sender put into the request fits one of the secrets."""
    wanted, is_timely = _wanted(check, delivery, [one for one in secrets if one])
    given = _given(check, delivery) or ""
    if len(given) > HEADER_MAX:
        given = ""
    if check.algorithm and check.encoding == "hex":
        at = len(check.prefix)
        given = given[:at] + given[at:].lower()
    fits = _fits_one(given.encode(), [check.prefix.encode() + one for one in wanted])
    return fits and is_timely


def _secret(kind: str, values: Mapping[str, Any], *, signs: bool) -> bytes:
    secret = str(values[_SECRET_OF[kind]]).encode()
    if kind == "basic" and not signs:
        return base64.b64encode(str(values["user"]).encode() + b":" + secret)
    return secret


def _given(check: HookCheck, delivery: Delivery) -> str | None:
    if check.header:
        return delivery.headers.get(check.header.lower())
    return next((value for name, value in delivery.query if name == check.query), None)


def _wanted(
    check: HookCheck, delivery: Delivery, secrets: Sequence[bytes]
) -> tuple[list[bytes], bool]:
    """Give what would be genuine, and whether what it says of its time is near enough."""
    if not check.algorithm:
        return list(secrets), True
    said = delivery.headers.get(check.timestamp.lower(), "") if check.timestamp else "0"
    at = said if _INSTANT.fullmatch(said) else "0"
    before, _, after = check.signed.replace("{timestamp}", at).partition("{body}")
    content = before.encode() + delivery.body + after.encode()
    is_timely = not check.timestamp or abs(delivery.at.timestamp() - int(at)) <= WINDOW_S
    return [_signature(check, secret, content) for secret in secrets], is_timely


def _signature(check: HookCheck, secret: bytes, content: bytes) -> bytes:
    digest = hmac.digest(secret, content, check.algorithm)
    return digest.hex().encode() if check.encoding == "hex" else base64.b64encode(digest)


def _fits_one(given: bytes, wanted: Sequence[bytes]) -> bool:
    matches = [hmac.compare_digest(given, one) for one in wanted]
    return any(matches)
