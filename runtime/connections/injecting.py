"""Puts what a connection holds into one call, where the connection says it may go.

The broker asks for that after it has judged the address, and drops it when a redirect leads
elsewhere; so neither a block nor a server can send a secret where it is not meant to go.
"""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

from blocks.manifest import Inject
from blocks.sdk import BlockError, HttpRequest
from blocks.targets import read_target
from tenancy.connections.checking import why_not_there
from tenancy.connections.model import Opened

Put = Callable[[HttpRequest, Mapping[str, Any]], HttpRequest]


@dataclass(frozen=True, slots=True)
class Injection:
    """What one call is signed with; implements `blocks.permissions.http.Credential`.

    Attributes:
        opened: The connection.
        values: Those to use: the present ones, or those before the last rotation.
        inject: Where the block wants an API key; None leaves that to the connection.
    """

    opened: Opened
    values: Mapping[str, Any] = field(repr=False)
    inject: Inject | None = None

    def signed(self, request: HttpRequest, /) -> HttpRequest:
        """Give the call with the secret in it.

        Raises:
            BlockError: `connections.wrong_host`, `connections.wrong_kind`.
        """
        opened = self.opened
        if opened.kind not in _PUTS:
            message = f"The connection {opened.name} is not for HTTP: choose another."
            raise BlockError("connections.wrong_kind", message, retryable=False)
        hosts = tuple(opened.hosts)
        goes_to = _address_in(self.values) if opened.kind == "secret_url" else request.url
        why = why_not_there(opened.kind, hosts, goes_to, over_http=opened.over_http)
        if why:
            message = f"The connection {opened.name} does not go there: {_place(goes_to)} {why}"
            raise BlockError("connections.wrong_host", f"{message}.", retryable=False)
        if self.inject is not None and opened.kind in _SINGLE:
            where = {"place": self.inject.via, "name": self.inject.name}
            values = {"key": self.values[_SINGLE[opened.kind]], "prefix": self.inject.prefix}
            return _put_key(request, {**where, **values})
        if opened.kind in ("oauth2_client", "oauth2_code"):
            return _put_token(request, {"token": opened.token.access if opened.token else ""})
        return _PUTS[opened.kind](request, self.values)

    def tls(self) -> ssl.SSLContext | None:
        """Give what shows a client's certificate; None for the other kinds."""
        if self.opened.kind != "mtls":
            return None
        return client_context(self.values)


def addressed(request: HttpRequest, opened: Opened) -> HttpRequest:
    """Give a call without an address the server of the secret one, which is no secret.

    What judges, counts and traces the call sees that; the rest is put in by the broker. A redirect
    is not followed: where the secret leads is said by the connection alone.

    Raises:
        BlockError: `connections.wrong_kind` where just one of call and connection has an address.
    """
    if (opened.kind == "secret_url") != (request.url == ""):
        why = "has an address of its own, and the step names another"
        if not request.url:
            why = "has no address in it, and the step names none: choose a secret address"
        message = f"The connection {opened.name} {why}."
        raise BlockError("connections.wrong_kind", message, retryable=False)
    if request.url:
        return request
    parts = urlsplit(_address_in(opened.values))
    return replace(request, url=f"{parts.scheme}://{parts.netloc}/", follows=False)


def client_context(
    values: Mapping[str, Any], spoken: Sequence[str] = ("http/1.1",)
) -> ssl.SSLContext:
    """Make what shows a client's certificate; key and certificate lie in memory alone."""
    context = ssl.create_default_context(cadata=values.get("authority") or None)
    if spoken:
        context.set_alpn_protocols([*spoken])
    chain = values["certificate"].strip() + "\n" + values["key"].strip() + "\n"
    held = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(held, chain.encode())
        phrase = values.get("passphrase") or ""
        context.load_cert_chain(f"/proc/self/fd/{held}", password=lambda: phrase)
    finally:
        os.close(held)
    return context


def _put_key(request: HttpRequest, values: Mapping[str, Any]) -> HttpRequest:
    name, value = values.get("name", "X-API-Key"), values.get("prefix", "") + values["key"]
    if values.get("place", "header") == "header":
        return _with_header(request, name, value)
    parts = urlsplit(request.url)
    others = [pair for pair in parts.query.split("&") if pair and _name_of(pair) != name]
    asked = "&".join([*others, urlencode({name: value})])  # the block's own stay as they are
    return replace(request, url=urlunsplit(parts._replace(query=asked)))


def _name_of(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])


def _put_basic(request: HttpRequest, values: Mapping[str, Any]) -> HttpRequest:
    pair = f"{values['user']}:{values['password']}".encode()  # RFC 7617, 2.1: UTF-8
    return _with_header(request, "Authorization", f"Basic {base64.b64encode(pair).decode()}")


def _put_token(request: HttpRequest, values: Mapping[str, Any]) -> HttpRequest:
    return _with_header(request, "Authorization", f"Bearer {values['token']}")


def _put_address(request: HttpRequest, values: Mapping[str, Any]) -> HttpRequest:
    return replace(request, url=_address_in(values))


def _address_in(values: Mapping[str, Any]) -> str:
    """Read a secret address as the broker will; what is wrong with it is not repeated."""
    try:
        return str(read_target(values["url"]).url)
    except BlockError:
        message = "The address in the connection cannot be called: write it anew."
        raise BlockError("http.bad_address", message, retryable=False) from None


def _put_nothing(request: HttpRequest, _values: Mapping[str, Any]) -> HttpRequest:
    return request


_PUTS: Mapping[str, Put] = {
    "api_key": _put_key,
    "basic": _put_basic,
    "bearer": _put_token,
    "oauth2_client": _put_token,
    "oauth2_code": _put_token,
    "mtls": _put_nothing,
    "secret_url": _put_address,
}
_SINGLE = {"api_key": "key", "bearer": "token"}


def _with_header(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """Set a header in the place of one that the block wrote."""
    others = {key: text for key, text in request.headers.items() if key.lower() != name.lower()}
    return replace(request, headers={**others, name: value})


def _place(url: str) -> str:
    """Name scheme and host alone: what follows may be somebody's data."""
    parts = urlsplit(url)  # the broker has read it
    return f"{parts.scheme}://{parts.hostname}"
