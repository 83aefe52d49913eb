"""Reading where a device is: a host and a port, once for who checks them and for who connects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from blocks.outcomes import BlockError
from blocks.targets import read_target

_PORT_MAX = 65_535
_NO_HOST = frozenset("/\\?#@[]%,;")


def read_host(host: str, port: int, *, what: str) -> str:
    """Give a host as it is called: small ASCII letters, a name in IDNA's form.

    Args:
        host: A name or an address.
        port: Where it listens.
        what: The protocol, with which the error's code begins.

    Raises:
        BlockError: `ssh.bad_address`, with the protocol's name in place of `ssh`.

    >>> read_host("Router-7.EXAMPLE.net", 22, what="ssh"), read_host("2001:DB8::1", 22, what="ssh")
    ('router-7.example.net', '2001:db8::1')
    """
    shown = host[:80] if host.isprintable() else "a text with characters that nobody sees"
    is_whole = host.isprintable() and not _NO_HOST & set(host) and " " not in host
    if not is_whole or not host or not 0 < port <= _PORT_MAX:
        message = f"{shown} at port {port} is no device: write a name or an address, and its port."
        raise BlockError(f"{what}.bad_address", message, retryable=False)
    try:
        return read_target(f"https://{f'[{host}]' if ':' in host else host}:{port}/").host
    except BlockError:
        message = f"{shown} is no device that can be called: write a name or an address."
        raise BlockError(f"{what}.bad_address", message, retryable=False) from None


@contextmanager
def told_as(what: str) -> Iterator[None]:
    """Tell errors of looking a host up by the codes of another protocol than HTTP."""
    try:
        yield
    except BlockError as error:
        if error.code.startswith("http."):
            error.code = f"{what}.{error.code.removeprefix('http.')}"
        raise
