"""A call's line to Garland inside a child, which every ability asks over."""

from __future__ import annotations

from typing import Any

from blocks.sandbox import _wire
from blocks.sandbox._frames import Channel


class Asking:
    """One call's line to Garland."""

    def __init__(self, channel: Channel, call: str) -> None:
        self._channel, self._call = channel, call

    def ask(self, what: str, /, **arguments: Any) -> Any:
        """Have something done, and wait for it.

        Raises:
            BlockError: it could not be done.
        """
        self.tell(what, **arguments)
        answer = self._channel.receive()
        if "error" in answer:
            raise _wire.read_error(answer["error"])
        return answer["answer"]

    def tell(self, what: str, /, **arguments: Any) -> None:
        """Say something that needs no answer."""
        self._channel.send({"call": self._call, "ask": what, "with": arguments})


class Part:
    """An ability: what is asked of it goes over the call's line."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
