"""A delivery as it came, and what the workflow sees of it as `trigger`. Pure."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from kernel.clock import format_instant
from kernel.errors import (
    InvalidError,
    MalformedError,
    Problem,
    TooLargeError,
    UnsupportedTypeError,
)
from kernel.json_text import read_json
from kernel.schema import pointer_to
from runtime.hooks.signature import ID_MAX, Claim

BODY_MAX_BYTES = 1024 * 1024
DEPTH_MAX = 64
FIELDS_MAX = 1_000
HEADERS_MAX = 50
HEADER_VALUE_MAX = 1_000
FORM = "application/x-www-form-urlencoded"
_SHOWN = frozenset(
    {"content-type", "user-agent", "webhook-id", "webhook-timestamp", "idempotency-key"}
)
_SHOWN_PREFIXES = ("x-", "ce-", "webhook-request-")
# Who the sender is on the network, and whatever could be a credential.
_HIDDEN_PREFIXES = ("x-forwarded", "x-real", "x-csrf")
_HIDDEN_WORDS = ("auth", "cookie", "key", "pass", "secret", "session", "signature", "token")
_HIDDEN_WHOLE = frozenset({"code", "pin", "pwd", "sid", "sig"})
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
_WORD = re.compile(r"[a-z0-9]+")
# Others can take minutes for a megabyte (punycode), or are no text at all.
_CHARSETS = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call of a webhook's address.

    Attributes:
        body: The body as it came, to the byte.
        mimetype: Of the body, lower case, without its parameters; "" when not said.
        charset: What the body says of its characters; "" when it does not.
        headers: Names in lower case.
        query: Pairs of the address's query, in order.
        sender: Where it came from, for people.
        method: By what it came.
    """

    body: bytes
    mimetype: str
    charset: str
    headers: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    sender: str
    at: datetime
    method: str = "POST"

    @property
    def claim(self) -> Claim:
        """What it says about its signature."""
        return Claim(
            message_id=self.headers.get("webhook-id", ""),
            timestamp=self.headers.get("webhook-timestamp", ""),
            signatures=self.headers.get("webhook-signature", ""),
        )

    @property
    def size_bytes(self) -> int:
        """How large its body is, or is said to be where it was too large to be read."""
        said = self.headers.get("content-length", "")
        return len(self.body) or (int(said) if _LENGTH.fullmatch(said) else 0)

    @property
    def message_id(self) -> str:
        """What tells it from others: its webhook-id, else its Idempotency-Key, else ""."""
        return self.headers.get("webhook-id") or self.headers.get("idempotency-key", "")


def too_large() -> TooLargeError:
    """Say that a body is over the limit."""
    limit = f"{BODY_MAX_BYTES // 1024**2} MB"
    message = f"the body is larger than {limit}: send less, or an address to fetch it from"
    return TooLargeError(message, limit_bytes=BODY_MAX_BYTES)


def trigger_of(delivery: Delivery) -> dict[str, Any]:
    """Give what the workflow sees.

    Raises:
        UnsupportedTypeError: the content type is not read here, or the body is compressed.
        MalformedError: the body is not what its content type says.
        InvalidError: the body holds what cannot be kept, or the id is too long.
    """
    if len(delivery.message_id) > ID_MAX:
        message = f"webhook-id or Idempotency-Key: at most {ID_MAX} characters"
        raise InvalidError(message, problems=[Problem("", message)])
    seen = {
        "kind": "webhook",
        "body": _body(delivery),
        "headers": safe_headers(delivery.headers),
        "query": folded([one for one in delivery.query if not _is_hidden(one[0].lower())]),
        "received_at": format_instant(delivery.at),
    }
    wrong = next(_unkeepable(seen), None)
    if wrong is not None:
        raise InvalidError(wrong.message, problems=[wrong])
    return seen


def safe_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Choose the headers that a workflow may see: none that could be a credential.

    >>> safe_headers({"x-github-event": "push", "x-gitlab-token": "s", "cookie": "c"})
    {'x-github-event': 'push'}
    """
    shown = [name for name in headers if _is_shown(name)][:HEADERS_MAX]
    return {name: headers[name][:HEADER_VALUE_MAX] for name in shown}


def _is_shown(name: str) -> bool:
    if name in _SHOWN:
        return True
    hidden = name.startswith(_HIDDEN_PREFIXES) or _is_hidden(name)
    return name.startswith(_SHOWN_PREFIXES) and not hidden


def _is_hidden(name: str) -> bool:
    """Tell whether a name, in lower case, is one that credentials have."""
    has_word = any(word in name for word in _HIDDEN_WORDS)
    return has_word or not _HIDDEN_WHOLE.isdisjoint(_WORD.findall(name))


def folded(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Fold pairs into an object: a name that comes twice has a list.

    >>> folded([("a", "1"), ("b", "2"), ("a", "3")])
    {'a': ['1', '3'], 'b': '2'}
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _body(delivery: Delivery) -> Any:
    kind = delivery.mimetype
    if delivery.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedTypeError("compressed bodies are not read here: send it as it is")
    if not delivery.body:
        return None
    if kind in ("", "application/json") or kind.endswith("+json"):
        return read_json(delivery.body)
    if kind == FORM:
        return folded(_fields(_text(delivery)))
    if kind.startswith("text/"):
        return _text(delivery)
    raise UnsupportedTypeError(
        f"{kind[:80]} is not read here: send application/json, {FORM} or text/plain"
    )


def _text(delivery: Delivery) -> str:
    named = delivery.charset or "utf-8"
    try:
        if codecs.lookup(named).name in _CHARSETS:
            return delivery.body.decode(named)
    except (LookupError, ValueError):  # unknown, a NUL in the name, or not of that charset
        pass
    raise MalformedError(f"the body cannot be read as {named[:40]} text: send it in UTF-8")


def _fields(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise MalformedError(
            f"the form has more than {FIELDS_MAX} fields: send JSON instead"
        ) from None


def _unkeepable(seen: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what a database or another reader of JSON would refuse, first level first."""
    level: list[tuple[tuple[str | int, ...], Any]] = [((), seen)]
    for _ in range(DEPTH_MAX + 2):
        deeper: list[tuple[tuple[str | int, ...], Any]] = []
        for path, value in level:
            yield from _wrong_with(path, value)
            if isinstance(value, dict):
                deeper += [((*path, name), item) for name, item in value.items()]
            elif isinstance(value, list):
                deeper += [((*path, at), item) for at, item in enumerate(value)]
        level = deeper
    if level:
        yield Problem("/body", f"the body is nested over {DEPTH_MAX} deep: send it flatter")


def _wrong_with(path: tuple[str | int, ...], value: Any) -> Iterator[Problem]:
    if isinstance(value, float) and not math.isfinite(value):
        where = pointer_to(path)
        yield Problem(where, f"{where} is not a finite number: send a number or leave it out")
    for text in (value, path[-1] if path else ""):
        if isinstance(text, str) and not _is_whole(text):
            where = pointer_to(path)
            named = where if _is_whole(where) else "/body"
            remedy = "holds a NUL character or half a character (a lone surrogate): remove it"
            yield Problem(named, f"{named} {remedy}")


def _is_whole(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
