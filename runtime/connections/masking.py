"""Takes out of an answer, or an error, what the call was signed with and the server said again.

A page that says "/hooks/T0/x was not found", or an error that repeats a header: a block would put
it into a message, and the message stands in the run.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from blocks.sdk import BlockError, HttpRequest, HttpResponse
from runtime.connections.injecting import Injection
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import Opened

SHORTEST = 8
"""What is shorter may be any word of the answer."""
PART_SHORTEST = 16
MASK = "***"
Send = Callable[[HttpRequest], HttpResponse]


def masking(send: Send, opened: Opened) -> Send:
    """Give what carries calls, with answers and errors in which no secret of the connection is."""
    if opened.kind == "mtls":  # its key never leaves this machine
        return send

    def carried(request: HttpRequest) -> HttpResponse:
        signed = request.credential
        used = signed.opened if isinstance(signed, Injection) else opened  # with a newer token
        secrets = secrets_in(opened) | secrets_in(used)
        try:
            return masked(send(request), secrets)
        except BlockError as error:
            raise _without(error, secrets) from None

    return carried


def secrets_in(opened: Opened) -> set[str]:
    """List what of a connection must not be read: now, before a rotation, and its token."""
    said = [values for values in (opened.values, opened.before) if values]
    secrets = {one for values in said for one in _secrets_of(opened.kind, values)}
    return secrets | ({opened.token.access} if opened.token else set())


def masked(response: HttpResponse, secrets: set[str]) -> HttpResponse:
    """Give an answer with `***` in the place of each secret, however it is written."""
    body = _hidden(response.body, secrets)
    headers = {
        name: _hidden(value.encode(), secrets).decode() for name, value in response.headers.items()
    }
    if body == response.body and headers == dict(response.headers):
        return response
    return replace(response, body=body, headers=headers)


def _without(error: BlockError, secrets: set[str]) -> BlockError:
    """Give an error whose message says none; in the host of an address, capitals are gone."""
    message = error.message
    for form in _all_forms(secrets):
        message = re.sub(re.escape(form), MASK, message, flags=re.IGNORECASE)
    if message == error.message:
        return error
    after_s, again = error.retry_after_s, error.retryable
    return BlockError(error.code, message, after_s, retryable=again, **error.detail)


def _all_forms(secrets: set[str]) -> list[str]:
    """List the forms of each that is long enough, the longest first."""
    forms = {form for one in _long(secrets) for form in forms_of(one)}
    return sorted(forms, key=len, reverse=True)


def _long(secrets: set[str]) -> list[str]:
    return [one for one in secrets if len(one) >= SHORTEST]


def _hidden(text: bytes, secrets: set[str]) -> bytes:
    if b"\\" in text:
        plain = {form for one in _long(secrets) for form in _plain(one)}
        for form in sorted(plain, key=len, reverse=True):
            text = re.sub(_in_json(form).encode(), MASK.encode(), text)
    for form in _all_forms(secrets):
        text = text.replace(form.encode(), MASK.encode())
    return text


def _in_json(form: str) -> str:
    r"""Give what finds a text in JSON, whichever of its characters are escaped (RFC 8259, 7).

    Each character is found in its own ways, of which no two begin alike: time grows with the text.

    >>> bool(re.fullmatch(_in_json('a"/'), r'\u0061\"\/'))
    True
    """
    return "".join(f"(?:{'|'.join(_ways_of(one))})" for one in form)


def _ways_of(one: str) -> Iterator[str]:
    units = one.encode("utf-16-be", "surrogatepass").hex()
    code = "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    yield f"(?i:{code})"
    if one in '"\\/':
        yield rf"\\{re.escape(one)}"
    if one not in '"\\':
        yield re.escape(one)


def _secrets_of(kind: str, values: Mapping[str, Any]) -> Iterator[str]:
    for name in KINDS[kind].secrets:
        value = values.get(name)
        if isinstance(value, str):
            yield value
    if kind == "basic":
        yield base64.b64encode(f"{values['user']}:{values['password']}".encode()).decode()
    if kind == "secret_url":
        yield from _parts_of(values["url"])


def _parts_of(url: str) -> Iterator[str]:
    """List what of an address must not be read: its path, and each long part of it."""
    parts = urlsplit(url)
    if parts.path.strip("/"):
        yield parts.path
    if parts.query:
        yield f"{parts.path}?{parts.query}"
        yield parts.query
    words = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
    yield from (word for word in words if len(word) >= PART_SHORTEST)


def forms_of(secret: str) -> set[str]:
    """Write a secret as servers do: plain, in HTML, in JSON as most write it, in a URL."""
    plain = _plain(secret)
    in_json = {json.dumps(one)[1:-1] for one in plain}
    slashed = {one.replace("/", "\\/") for one in plain | in_json}
    return plain | {html.escape(one) for one in plain} | in_json | slashed


def _plain(secret: str) -> set[str]:
    return {secret, unquote(secret), quote(secret, safe=""), quote(secret)}
