"""What providers answered, kept for a while by each process: documents, keys, and that none came.

What is kept is bounded: so many addresses, the oldest gone first, and nothing beyond its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

from tenancy.identity.claims import IdentityError

KEPT_S = 600.0
FAILED_S = 10.0
"""So long nobody asks again what could not be read: each that asks waits for the provider."""
KEPT_MOST = 200


@dataclass(frozen=True, slots=True)
class _Entry:
    at: float
    found: Any = None
    failure: str = ""

    def is_over(self, now: float) -> bool:
        return now - self.at >= (FAILED_S if self.failure else KEPT_S)


class Kept:
    """Answers by their address; every method may be called from every thread."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._lock = Lock()

    def find(self, address: str, *, max_age_s: float) -> Any:
        """Give what an address answered, if it is not older; None where nothing is kept.

        Raises:
            IdentityError: it could not be read a moment ago; `max_age_s` 0 asks in any case.
        """
        now = monotonic()
        with self._lock:
            entry = self._entries.get(address)
        if entry is None or entry.is_over(now) or max_age_s <= 0:
            return None
        if entry.failure:
            raise IdentityError(entry.failure)
        return entry.found if now - entry.at < max_age_s else None

    def keep(self, address: str, found: Any) -> None:
        """Keep what an address answered."""
        self._put(address, _Entry(monotonic(), found))

    def keep_failure(self, address: str, message: str) -> None:
        """Keep that an address could not be read, and why; what it answered before goes first."""
        now = monotonic()
        with self._lock:
            entry = self._entries.get(address)
        if entry is None or entry.failure or entry.is_over(now):
            self._put(address, _Entry(now, failure=message))

    def _put(self, address: str, entry: _Entry) -> None:
        with self._lock:
            self._entries.pop(address, None)
            for other in [one for one, of in self._entries.items() if of.is_over(entry.at)]:
                del self._entries[other]
            while len(self._entries) >= KEPT_MOST:
                del self._entries[next(iter(self._entries))]
            self._entries[address] = entry
