"""Carries out a block's HTTP calls, within limits of address, size and time."""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import httpx

from blocks.brokers._deadline import cut_after
from blocks.brokers.addresses import Resolver, pick_address, resolve
from blocks.sdk import BlockError, HttpRequest, HttpResponse

SIZE_MAX_BYTES = 1024 * 1024
REDIRECTS_MAX = 3
RETRY_AFTER_MAX_S = 24 * 3_600.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SEE_OTHER = 303
_PORTS = {"http": 80, "https": 443}
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpBroker:
    """Calls the outside for blocks.

    Attributes:
        allow_private: Whether private, loopback and link-local addresses may be called.
        resolver: Gives a host's addresses.
        now: The clock that an absolute Retry-After is read against.
    """

    allow_private: bool = False
    resolver: Resolver = resolve
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request, following at most three redirects, each checked anew.

        Raises:
            BlockError: see `sdk.Http.request`.
        """
        deadline = time.monotonic() + request.timeout_s
        for _ in range(REDIRECTS_MAX + 1):
            response = self._send_once(request, deadline)
            target = response.headers.get("location")
            if response.status not in _REDIRECTS or target is None or not request.follows:
                return response
            request = _redirected(request, response.status, target)
        message = f"The address redirected more than {REDIRECTS_MAX} times."
        raise BlockError("http.too_many_redirects", message, retryable=False)

    def _send_once(self, request: HttpRequest, deadline: float) -> HttpResponse:
        url = _checked_url(request.url)
        port = url.port or _PORTS[url.scheme]
        address = pick_address(
            url.host, port, allow_private=self.allow_private, resolver=self.resolver
        )
        signed = request.credential.signed(request) if request.credential else request
        url = _checked_url(signed.url)
        headers = {**signed.headers, "Host": url.netloc.decode("ascii")}
        pinned = url.copy_with(host=address, username=None, password=None)
        tls = (request.credential.tls() if request.credential else None) or _tls()
        left_s = _left(deadline)
        with cut_after(left_s) as cut:
            try:
                with (
                    httpx.Client(verify=tls, trust_env=False, timeout=left_s) as client,
                    client.stream(
                        request.method,
                        pinned,
                        headers=headers,
                        content=signed.body or None,
                        extensions={"sni_hostname": url.host, "trace": cut.trace},
                    ) as response,
                ):
                    body = _read(response, deadline)
            except httpx.TimeoutException:
                raise _too_slow() from None
            except httpx.HTTPError as error:
                if cut.is_cut:
                    raise _too_slow() from None
                message = f"{url.host} could not be reached: {error}".rstrip(": ")
                raise BlockError("http.unreachable", message, retryable=True) from None
        return HttpResponse(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            retry_after_s=read_retry_after(response.headers.get("retry-after"), self.now()),
        )


@cache
def _tls() -> ssl.SSLContext:
    """Read the authorities once: that costs ten times as much as the rest of a call."""
    return httpx.create_ssl_context(trust_env=False)


def read_retry_after(text: str | None, now: datetime) -> float | None:
    """Read Retry-After (RFC 9110, 10.2.3), seconds or a date; None when absent or unreadable.

    >>> read_retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    """
    if text is None:
        return None
    if text.strip().isdecimal() and text.isascii():
        return min(float(text), RETRY_AFTER_MAX_S)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), RETRY_AFTER_MAX_S)


def _checked_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in _PORTS or not url.host:
        message = f"{text[:200]} is not an address: write it as https://host/path."
        raise BlockError("http.bad_address", message, retryable=False)
    return url


def _redirected(request: HttpRequest, status: int, target: str) -> HttpRequest:
    """Make the next request; another host gets no credentials (RFC 9110, 15.4)."""
    before = httpx.URL(request.url)
    after = before.join(target)
    headers, credential = dict(request.headers), request.credential
    if (before.host, before.port, before.scheme) != (after.host, after.port, after.scheme):
        headers = {
            name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS
        }
        credential = None
    as_get = status == _SEE_OTHER and request.method != "HEAD"
    return HttpRequest(
        method="GET" if as_get else request.method,
        url=str(after),
        headers=headers,
        body=b"" if as_get else request.body,
        timeout_s=request.timeout_s,
        slot=request.slot,
        credential=credential,
    )


def _left(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise _too_slow()
    return left_s


def _read(response: httpx.Response, deadline: float) -> bytes:
    parts: list[bytes] = []
    size_bytes = 0
    for part in response.iter_bytes():
        size_bytes += len(part)
        if size_bytes > SIZE_MAX_BYTES:
            message = f"The answer is larger than {SIZE_MAX_BYTES // 1024} KB: ask for less."
            raise BlockError("http.too_large", message, retryable=False)
        _left(deadline)
        parts.append(part)
    return b"".join(parts)


def _too_slow() -> BlockError:
    return BlockError("http.timeout", "The answer did not come in time.", retryable=True)
