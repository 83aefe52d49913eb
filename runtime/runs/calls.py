"""Calls to one host of the outside: so many at a time and so many a second, for each tenant.

Whatever the protocol, a step whose first call finds no place goes back to the queue until its turn
comes: no thread is held, and no attempt is used up. A later call of the same attempt waits where it
is, within the step's time, because what the step did before would otherwise be done again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from blocks.sdk import BlockError
from runtime.limits.buckets import Rate
from runtime.limits.model import Limits
from runtime.limits.rates import Rates

GRACE_S = 5.0
_PORTS = {"http": 80, "https": 443}
_DEVICES = ("snmp", "mqtt", "ssh")


class Timed(Protocol):
    """A call to the outside: where it goes, and how long it may take."""

    @property
    def url(self) -> str:
        """Where it goes."""
        ...

    @property
    def timeout_s(self) -> float:
        """How long it may take."""
        ...


Call = TypeVar("Call", bound=Timed)
Answer = TypeVar("Answer")


class NotYetError(BaseException):
    """The step has to come back later.

    Not an `Exception`: a block that catches every one of those must not swallow it.
    """

    def __init__(self, host: str, wait_s: float) -> None:
        super().__init__(f"{host} is busy for {wait_s:.1f} s")
        self.host = host
        self.wait_s = wait_s


@dataclass(kw_only=True)
class Calls:
    """The calls of one attempt of a step.

    Attributes:
        who: Names the attempt, under which it holds its place.
        sleep: Waits some seconds.
    """

    rates: Rates
    tenant_id: UUID
    limits: Limits
    who: str
    sleep: Callable[[float], None] = time.sleep
    _made: int = field(default=0, init=False)

    def carry(self, request: Call, send: Callable[[Call], Answer]) -> Answer:
        """Make a call when there is a place for it.

        Args:
            request: The call, whose time the wait for a place is taken from.
            send: Makes it.

        Raises:
            NotYetError: there is none, and this is the first call of the attempt.
            BlockError: there is none in time, or what `send` raises.
        """
        began = time.monotonic()
        with self._place(host_of(request.url), request.timeout_s) as waited:
            left_s = request.timeout_s - (time.monotonic() - began) if waited else request.timeout_s
            self._made += 1
            return send(_within(request, left_s))

    @contextmanager
    def _place(self, host: str, timeout_s: float) -> Iterator[bool]:
        key = f"{self.tenant_id}:{host}"
        ends = time.monotonic() + timeout_s
        wait_s, waited = self._ask(key, timeout_s), False
        while wait_s > 0:
            if self._made == 0:
                raise NotYetError(host, wait_s)
            if time.monotonic() + wait_s >= ends:
                raise BlockError(
                    f"{_protocol_of(host)}.no_turn",
                    f"Too many calls to {host} are under way: there was no turn in time.",
                    retryable=True,
                    retry_after_s=wait_s,
                )
            self.sleep(wait_s)
            wait_s, waited = self._ask(key, timeout_s), True
        try:
            yield waited
        finally:
            self.rates.leave(key, self.who)

    def _ask(self, key: str, timeout_s: float) -> float:
        """Take a place and a token and give 0, or take neither and give the seconds to wait."""
        limits = self.limits
        place = (key, self.who, limits.calls_at_once)
        wait_s = self.rates.enter(*place, for_s=timeout_s + GRACE_S)
        if wait_s > 0:
            return wait_s
        rate = Rate(per_s=limits.calls_per_s, burst=max(1.0, limits.calls_per_s))
        wait_s = self.rates.take(key + ":rate", 1, rate)
        if wait_s > 0:
            self.rates.leave(key, self.who)
        return wait_s


def host_of(url: str) -> str:
    """Name where a call goes, for counting: scheme, host and port.

    >>> host_of("https://API.example.com/v1/x"), host_of("nonsense")
    ('https://api.example.com:443', 'elsewhere')
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "elsewhere"
    if not parts.hostname or port is None:
        return "elsewhere"
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _protocol_of(host: str) -> str:
    """Give what the codes of its errors begin with.

    >>> _protocol_of("https://a.example:443"), _protocol_of("snmp://r1:161"), _protocol_of("x")
    ('http', 'snmp', 'http')
    """
    protocol = host.partition("://")[0]
    return protocol if protocol in _DEVICES else "http"


def _within(request: Call, left_s: float) -> Call:
    if left_s >= request.timeout_s:
        return request
    changed: Any = request  # every call is a dataclass
    shorter: Call = replace(changed, timeout_s=max(left_s, 0.1))
    return shorter
