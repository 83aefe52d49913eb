"""Takes out of an answer what the call was signed with, should the server have said it again.

A page that says "/hooks/T0/x was not found", or an error that repeats a header: a block would put
it into a message, and the message stands in the run.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from blocks.sdk import HttpRequest, HttpResponse
from runtime.connections.injecting import Injection
from tenancy.connections.kinds import KINDS
from tenancy.connections.model import Opened

SHORTEST = 8
"""What is shorter may be any word of the answer."""
PART_SHORTEST = 16
MASK = "***"
Send = Callable[[HttpRequest], HttpResponse]


def masking(send: Send, opened: Opened) -> Send:
    """Give what carries calls, with answers in which no secret of the connection is."""
    if opened.kind == "mtls":  # its key never leaves this machine
        return send

    def carried(request: HttpRequest) -> HttpResponse:
        response = send(request)
        signed = request.credential
        token = signed.opened.token if isinstance(signed, Injection) else None
        said = [values for values in (opened.values, opened.before) if values]
        secrets = {one for values in said for one in _secrets_of(opened.kind, values)}
        secrets |= {token.access} if token else set()
        return masked(response, secrets)

    return carried


def masked(response: HttpResponse, secrets: set[str]) -> HttpResponse:
    """Give an answer with `***` in the place of each secret, however it is written."""
    forms = {form for one in secrets if len(one) >= SHORTEST for form in _forms(one)}
    body, headers = response.body, dict(response.headers)
    for form in sorted(forms, key=len, reverse=True):
        body = body.replace(form.encode(), MASK.encode())
        headers = {name: value.replace(form, MASK) for name, value in headers.items()}
    if body == response.body and headers == dict(response.headers):
        return response
    return replace(response, body=body, headers=headers)


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


def _forms(secret: str) -> set[str]:
    """Write a secret as servers do: plain, in HTML, in JSON with its slashes escaped, in a URL."""
    plain = {secret, unquote(secret), quote(secret, safe=""), quote(secret)}
    return plain | {html.escape(one) for one in plain} | {one.replace("/", "\\/") for one in plain}
