"""Carries out a block's HTTP calls, within limits of address, size and time."""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache

import httpx

from blocks.brokers._answers import read_body
from blocks.brokers._deadline import cut_after
from blocks.brokers._requests import checked_headers, redirected
from blocks.brokers.addresses import Allowed, Resolver, pick_address, resolve
from blocks.sdk import BlockError, HttpRequest, HttpResponse
from blocks.targets import read_target

REDIRECTS_MAX = 3
RETRY_AFTER_MAX_S = 24 * 3_600.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpBroker:
    """Calls the outside for blocks.

    Attributes:
        allow_private: Whether, or which, private, loopback and link-local addresses may be called.
        resolver: Gives a host's addresses.
        now: The clock that an absolute Retry-After is read against.
    """

    allow_private: Allowed = False
    resolver: Resolver = resolve
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send a request, following at most three redirects, each checked anew.

        Raises:
            BlockError: see `sdk.Http.request`.
        """
        deadline = time.monotonic() + request.timeout_s
        for _ in range(REDIRECTS_MAX + 1):
            target = read_target(request.url)
            request = replace(request, url=str(target.url))  # what is signed is what is called
            request.permit.check(request.method, host=target.host, port=target.port)
            response = self._send_once(request, deadline)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or location is None or not request.follows:
                return response
            request = redirected(request, target, response.status, location)
        message = f"The address redirected more than {REDIRECTS_MAX} times."
        raise BlockError("http.too_many_redirects", message, retryable=False)

    def _send_once(self, request: HttpRequest, deadline: float) -> HttpResponse:
        signed = request.credential.signed(request) if request.credential else request
        target = read_target(signed.url)
        headers = checked_headers(signed.headers, target)
        tls = (request.credential.tls() if request.credential else None) or _tls()
        address = pick_address(
            target.host,
            target.port,
            allow_private=self.allow_private,
            resolver=self.resolver,
            timeout_s=_left(deadline),
        )
        pinned = target.url.copy_with(host=address)
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
                        extensions={"sni_hostname": target.host, "trace": cut.trace},
                    ) as response,
                ):
                    packing = response.headers.get("content-encoding", "")
                    body = read_body(
                        response.iter_raw(), packing, check_time=lambda: _left(deadline)
                    )
            except httpx.HTTPError as error:
                # what an error says of a call that carries a secret may be the secret
                reason = type(error).__name__ if request.credential else str(error)
                raise _failed(error, target.host, reason, is_cut=cut.is_cut) from None
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


def _left(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise _too_slow()
    return left_s


def _failed(error: httpx.HTTPError, host: str, reason: str, *, is_cut: bool) -> BlockError:
    if is_cut or isinstance(error, httpx.TimeoutException):
        return _too_slow()
    if isinstance(error, httpx.RemoteProtocolError):
        message = f"{host} answered what is not HTTP, or broke off: {reason}"
        return BlockError("http.bad_answer", message[:300], retryable=True)
    message = f"{host} could not be reached: {reason}".rstrip(": ")
    return BlockError("http.unreachable", message, retryable=True)


def _too_slow() -> BlockError:
    return BlockError("http.timeout", "The answer did not come in time.", retryable=True)
