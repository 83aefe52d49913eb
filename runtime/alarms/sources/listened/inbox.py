"""What arrived and waits for the next transaction, bounded: a flood fills it and not the memory."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")
ROOM = 20_000
BYTES = 64 * 1024 * 1024

Done = Callable[[bytes | None], None]
"""Called once what arrived is committed, with the answer for its sender, if it has one."""


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """One that arrived, how large it is, whom to tell once it is safe, and who sent it.

    One that `may_wait` is kept at its sender while it is over the limits of intake.
    """

    what: T
    size_bytes: int
    done: Done | None = None
    may_wait: bool = False
    sender: str = ""


class Inbox(Generic[T]):
    """A queue between those who listen and the one who writes; safe among threads.

    One sender has half of the room at most, so that its flood leaves the others some.
    """

    def __init__(self, *, most: int = ROOM, most_bytes: int = BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._waiting: deque[Waiting[T]] = deque()
        self._bytes = 0
        self._by_sender: Counter[str] = Counter()
        self._changed = Condition()

    def offer(self, one: Waiting[T]) -> bool:
        """Put one in; False where there is no room."""
        with self._changed:
            if not self._has_room(one.sender):
                return False
            self._waiting.append(one)
            self._bytes += one.size_bytes
            self._by_sender[one.sender] += 1
            self._changed.notify()
            return True

    def put_back(self, some: list[Waiting[T]]) -> None:
        """Put some in front of the rest again, whatever room there is: they were in before."""
        with self._changed:
            self._waiting.extendleft(reversed(some))
            self._bytes += sum(one.size_bytes for one in some)
            self._by_sender.update(one.sender for one in some)

    def take(self, most: int, *, wait_s: float) -> list[Waiting[T]]:
        """Take what is there, at most so many; wait for the first as long as that."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(wait_s)
            taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._bytes -= sum(one.size_bytes for one in taken)
            for one in taken:
                self._by_sender[one.sender] -= 1
                if not self._by_sender[one.sender]:
                    del self._by_sender[one.sender]
            return taken

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _has_room(self, sender: str) -> bool:
        is_full = len(self._waiting) >= self._most or self._bytes >= self._most_bytes
        return not is_full and not (sender and self._by_sender[sender] >= self._most // 2)
