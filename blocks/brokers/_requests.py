"""What may be sent, and what is sent after a redirect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import httpx

from blocks.brokers.headers import CREDENTIALS, SET_BY_US
from blocks.sdk import BlockError, HttpRequest
from blocks.targets import Target, read_target

HEADERS_MAX = 100
HEADERS_MAX_BYTES = 64 * 1024
_MOVED = frozenset({301, 302})
_SEE_OTHER = 303
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_ABOUT_BODY = frozenset(
    {"content-type", "content-encoding", "content-language", "content-location"}
)


def checked_headers(headers: Mapping[str, str], target: Target) -> dict[str, str]:
    """Give the headers to send, with the host's and the packing we read.

    Raises:
        BlockError: `http.bad_header` for what no header may hold, or is the broker's to say.
    """
    size_bytes = sum(len(name) + len(value) for name, value in headers.items())
    if len(headers) > HEADERS_MAX or size_bytes > HEADERS_MAX_BYTES:
        most = f"{HEADERS_MAX} of {HEADERS_MAX_BYTES // 1024} KB together"
        raise _bad_header(f"There are too many headers: send at most {most}.")
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            shown = name.encode("ascii", "replace").decode()[:80]
            raise _bad_header(f"The header {shown!r} holds what no header may: use plain text.")
        if name.lower() in SET_BY_US:
            raise _bad_header(f"The header {name} is set for you: leave it out.")
    kept = {name: value for name, value in headers.items() if name.lower() != "accept-encoding"}
    return {**kept, "Accept-Encoding": "gzip", "Host": target.url.netloc.decode("ascii")}


def redirected(request: HttpRequest, before: Target, status: int, location: str) -> HttpRequest:
    """Make the request that a redirect asks for (RFC 9110, 15.4).

    303 turns whatever was sent into a GET, and 301 and 302 a POST, as every browser does; 307 and
    308 repeat it. Another origin gets no credentials.

    Raises:
        BlockError: `http.bad_address`, or `http.insecure_redirect` from https to http.
    """
    after = _joined(before, location)
    if (before.scheme, after.scheme) == ("https", "http"):
        message = f"{before.host} redirected to an address without encryption: use https there."
        raise BlockError("http.insecure_redirect", message, retryable=False)
    as_get = request.method != "HEAD" and (
        status == _SEE_OTHER or (status in _MOVED and request.method == "POST")
    )
    dropped = _ABOUT_BODY if as_get else frozenset()
    is_elsewhere = before.origin != after.origin
    if is_elsewhere:
        dropped = dropped | CREDENTIALS
    return replace(
        request,
        method="GET" if as_get else request.method,
        url=str(after.url),
        headers={
            name: value for name, value in request.headers.items() if name.lower() not in dropped
        },
        body=b"" if as_get else request.body,
        credential=None if is_elsewhere else request.credential,
    )


def _joined(before: Target, location: str) -> Target:
    try:
        return read_target(str(before.url.join(location)))
    except (httpx.InvalidURL, ValueError, BlockError):  # whose message repeats what was sent
        message = f"{before.host} redirected to what is no address."
        raise BlockError("http.bad_address", message, retryable=False) from None


def _bad_header(message: str) -> BlockError:
    return BlockError("http.bad_header", message, retryable=False)
