"""What the blocks that remember share: something for each of many keys, in the few that a step has.

A step keeps 100 values of 64 KB. A storm has thousands of managed objects, so that each value here
holds what is remembered of many keys; where it is full, what was not touched for longest goes.
10,000 keys of 40 characters with a short note each have room.
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any

from blocks.sdk import Log, State

SHARDS = 64
SHARD_MAX_BYTES = 60_000
"""Below what a value may have, since Garland writes it with its own spaces."""


class Memory:
    """What a step remembers of one key; nothing of a key it has not seen, or no longer knows."""

    def __init__(
        self, state: State, of: str, key: str, *, now: datetime, lifetime_s: float
    ) -> None:
        """Read it.

        Args:
            state: `ctx.state`; the block asks for the permission.
            of: What is remembered: what a step kept as another block, or as an earlier one that
                wrote it otherwise, is not read.
            key: Whose memory.
            now: `ctx.run.now`.
            lifetime_s: How long anything is worth remembering when it is not touched; what is
                older is not known any more.
        """
        self._state, self._of, self._key = state, of, key
        self._now_s = int(now.timestamp())
        self._name = shard_of(key)
        self._since = self._now_s - lifetime_s
        kept = state.get(self._name)
        is_ours = isinstance(kept, dict) and kept.get("of") == of
        self._held: dict[str, Any] = kept["keys"] if is_ours else {}

    @property
    def value(self) -> Any:
        """What was kept last; None where nothing is, or nothing since the lifetime began."""
        kept_s, value = self._held.get(self._key, (self._since, None))
        return value if kept_s >= self._since else None

    def keep(self, value: Any, log: Log) -> None:
        """Remember a value from here on, and log where others had to be forgotten for it."""
        self._held[self._key] = [self._now_s, value]
        fresh = {key: one for key, one in self._held.items() if one[0] >= self._since}
        self._held = _fitting(fresh, self._key)
        if len(self._held) < len(fresh):
            log.warning(
                f"There is more to remember than fits: {len(fresh) - len(self._held)} of "
                f"{len(fresh)} were forgotten, those that were not seen for longest."
            )
        self._state.set(self._name, {"of": self._of, "keys": self._held})


def shard_of(key: str) -> str:
    """Say under which of the step's keys it is remembered, the same at all times."""
    return f"keys-{zlib.crc32(key.encode()) % SHARDS:02}"


def _fitting(held: dict[str, Any], key: str) -> dict[str, Any]:
    """Keep what was touched last and fits; the key at hand in any case."""
    if len(json.dumps(held)) <= SHARD_MAX_BYTES:
        return held
    newest = sorted(held, key=lambda one: (one != key, -held[one][0], one))
    room, kept = SHARD_MAX_BYTES, set[str]()
    for one in newest:
        room -= len(json.dumps({one: held[one]}))
        if room < 0 and kept:
            break
        kept.add(one)
    return {one: value for one, value in held.items() if one in kept}
