"""How Garland and a child talk: a length of four bytes, then JSON in UTF-8.

Read strictly: what comes from a child is written by somebody else.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any

from kernel.errors import MalformedError
from kernel.json_text import read_json, why_not_kept

FRAME_MAX_BYTES = 4 * 1024 * 1024
_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
_HEAD = struct.Struct("!I")
_CHUNK = 1 << 18


class FrameError(Exception):
    """What came is no frame: too long, cut off, no JSON, or JSON that nobody could keep."""


def pack(document: dict[str, Any]) -> bytes:
    """Write a frame.

    Raises:
        FrameError: it is no plain JSON, what no database could keep, or too long.
    """
    try:
        text = _encode(document)
        wrong = why_not_kept(document, text)
    except (TypeError, ValueError, RecursionError) as error:
        raise FrameError(f"it is not plain JSON: {error}") from None
    if wrong:
        raise FrameError(wrong)
    if len(text) > FRAME_MAX_BYTES:
        raise FrameError(f"it has {len(text):,} bytes; {FRAME_MAX_BYTES:,} may pass")
    return _HEAD.pack(len(text)) + text.encode("ascii")


def read(text: bytes) -> dict[str, Any]:
    """Read the JSON of a frame, strictly (`kernel.json_text.read_json`).

    Raises:
        FrameError: it is no JSON object, or what no database could keep.
    """
    try:
        document = read_json(text, what="the frame")
    except MalformedError as error:
        raise FrameError(error.message) from None
    if wrong := why_not_kept(document, text.decode("utf-8", "replace")):
        raise FrameError(wrong)
    if not isinstance(document, dict):
        raise FrameError("it is no object")
    return document


class Channel:
    """Frames over one connected socket that does not block, given by its file descriptor.

    Both sides use it; it imports nothing that a child would have to load.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._received = bytearray()
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(descriptor, select.POLLIN)
        self._writable.register(descriptor, select.POLLOUT)

    def is_quiet(self) -> bool:
        """Tell whether nothing waits to be read: not a byte, not an end."""
        return not self._received and not self._readable.poll(0)

    def send(self, document: dict[str, Any], *, deadline: float | None = None) -> None:
        """Write a frame whole.

        Args:
            document: Plain JSON.
            deadline: By `time.monotonic`; None waits for as long as it takes.

        Raises:
            FrameError: see `pack`.
            TimeoutError: the other side did not read it by then.
            OSError: the other side is gone.
        """
        self.send_frame(pack(document), deadline=deadline)

    def send_frame(self, frame: bytes, *, deadline: float | None = None) -> None:
        """Write a frame that is packed already; raises what `send` does."""
        unsent = memoryview(frame)
        while unsent:
            try:
                unsent = unsent[os.write(self._descriptor, unsent[:_CHUNK]) :]
            except BlockingIOError:
                _wait(self._writable, deadline)

    def receive(self, *, deadline: float | None = None) -> dict[str, Any]:
        """Read a frame whole.

        Raises:
            FrameError: it is none.
            TimeoutError: it was not there by then.
            EOFError: the other side is gone.
            OSError: likewise.
        """
        (length,) = _HEAD.unpack(self._take(_HEAD.size, deadline))
        if length > FRAME_MAX_BYTES:
            raise FrameError(f"it says that it has {length:,} bytes; {FRAME_MAX_BYTES:,} may pass")
        return read(self._take(length, deadline))

    def _take(self, size: int, deadline: float | None) -> bytes:
        while len(self._received) < size:
            _wait(self._readable, deadline)
            chunk = os.read(self._descriptor, _CHUNK)
            if not chunk:
                raise EOFError
            self._received += chunk
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken


def _wait(waiting: select.poll, deadline: float | None) -> None:
    if deadline is None:
        waiting.poll()
        return
    left_s = deadline - time.monotonic()
    if left_s <= 0 or not waiting.poll(left_s * 1_000):
        raise TimeoutError
