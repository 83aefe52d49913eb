"""How long to wait after wrong tries: a little longer each time, never for ever.

Counted in Redis, together with the other processes and over a restart; where Redis does not
answer, in this process. Nothing is asked of the database, so guessing costs it nothing.

What is counted by is a digest: no address of a person stands in Redis.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import structlog
from limits.storage import MemoryStorage, Storage, storage_from_string

from kernel.errors import TooManyError
from kernel.ids import sha256_of

log = structlog.get_logger(__name__)
T = TypeVar("T")

ASK_AGAIN_S = 5.0
REDIS_TIMEOUT_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many wrong tries are free, and how the wait grows after them.

    Attributes:
        free: So many in a window cost no wait.
        first_s: The first wait; each further wrong try doubles it.
        longest_s: It never grows beyond.
        window_s: After so long without a success the count begins anew.
    """

    free: int
    first_s: int
    longest_s: int
    window_s: int

    def wait_s(self, tries: int) -> int:
        """Give how long to wait after so many wrong tries.

        >>> [PERSON.wait_s(tries) for tries in (9, 10, 11, 12, 60)]
        [0, 30, 60, 120, 900]
        """
        over = tries - self.free
        if over < 0:
            return 0
        return min(self.longest_s, self.first_s << min(over, 16))


PERSON = Pace(free=10, first_s=30, longest_s=900, window_s=86_400)
"""For one person's address: about 110 wrong tries a day at most (NIST SP 800-63B, 5.2.2)."""
ORIGIN = Pace(free=20, first_s=30, longest_s=60, window_s=600)
"""For one network: many colleagues may sit behind it, so nobody there waits for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What wrong tries are counted for."""

    kind: str
    name: str
    pace: Pace

    def key(self, what: str) -> str:
        """Give the key under which it is kept; what it is of cannot be read from it."""
        return f"sign-in:{what}:{sha256_of(f'{self.kind} {self.name}')[:32]}"


def person_subject(email: str) -> Subject:
    """Count by an e-mail address, whether anybody has it or not."""
    return Subject(kind="person", name=email.strip().lower(), pace=PERSON)


def origin_subject(network: str) -> Subject:
    """Count by where the tries come from."""
    return Subject(kind="origin", name=network, pace=ORIGIN)


class Waits:
    """Counts wrong tries and says how long to wait."""

    def __init__(
        self, shared: Storage | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._shared = shared
        self._local = MemoryStorage()
        self._clock = clock
        self._ask_at = 0.0

    def take(self, *subjects: Subject) -> int:
        """Take a try for each before it is known to be wrong; give the first one's number.

        Counted beforehand, since of a hundred tries at the same moment none knows of the others.
        Who was right gives it back: `forget` or `give_back`.

        Raises:
            TooManyError: one of them has to wait, whatever the try would have brought.
        """
        wait_s = max(self._left_s(one) for one in subjects)
        if wait_s > 0:
            raise _too_many(wait_s)
        first, *_ = [self._take(one) for one in subjects]
        return first

    def forget(self, subject: Subject) -> None:
        """Begin anew: it was somebody who may."""
        self._ask(lambda storage: storage.clear(subject.key("tries")))
        self._ask(lambda storage: storage.clear(subject.key("wait")))

    def give_back(self, subject: Subject) -> None:
        """Count one try less: it was right, which says nothing about the others."""
        key, window_s = subject.key("tries"), subject.pace.window_s
        left = self._ask(lambda storage: storage.incr(key, window_s, amount=-1))
        if subject.pace.wait_s(left) == 0:
            self._ask(lambda storage: storage.clear(subject.key("wait")))

    def is_first(self, subject: Subject, *, in_s: int) -> bool:
        """Tell whether this is asked for the first time in so many seconds."""
        return self._ask(lambda storage: storage.incr(subject.key("noted"), in_s)) == 1

    def _take(self, subject: Subject) -> int:
        pace = subject.pace
        tries = self._ask(lambda storage: storage.incr(subject.key("tries"), pace.window_s))
        wait_s = pace.wait_s(tries)
        if wait_s and self._ask(lambda storage: storage.incr(subject.key("wait"), wait_s)) > 1:
            raise _too_many(wait_s)  # somebody else took the one try there was
        return tries

    def _left_s(self, subject: Subject) -> int:
        key = subject.key("wait")
        if not self._ask(lambda storage: storage.get(key)):
            return 0
        return max(1, math.ceil(self._ask(lambda storage: storage.get_expiry(key)) - time.time()))

    def _ask(self, call: Callable[[Storage], T]) -> T:
        """Ask Redis; where it does not answer, this process, until it is worth asking again."""
        if self._shared is None or self._clock() < self._ask_at:
            return call(self._local)
        try:
            return call(self._shared)
        except self._shared.base_exceptions as error:
            self._ask_at = self._clock() + ASK_AGAIN_S
            log.warning("sign_in_waits_without_redis", reason=str(error))
            return call(self._local)


def _too_many(wait_s: int) -> TooManyError:
    words = f"There were too many wrong tries. Wait {in_words(wait_s)}, then try again."
    return TooManyError(words, retry_after_s=wait_s)


def open_waits(redis_address: str) -> Waits:
    """Count in the Redis at an address (`redis://` or `unix://`)."""
    address = redis_address.replace("unix://", "redis+unix://", 1)
    shared = storage_from_string(address, socket_timeout=REDIS_TIMEOUT_S)
    return Waits(cast("Storage", shared))


def in_words(seconds: int) -> str:
    """Say how long, for a person.

    >>> in_words(1), in_words(30), in_words(61)
    ('1 second', '30 seconds', '2 minutes')
    """
    if seconds > 60:  # noqa: PLR2004  a minute
        return f"{math.ceil(seconds / 60)} minutes"
    return "1 second" if seconds == 1 else f"{seconds} seconds"
