"""How Garland and a child talk: a length of four bytes, then JSON in UTF-8.

Read strictly: what comes from a child is written by somebody else.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from math import isfinite
from typing import Any

from kernel.errors import MalformedError
from kernel.json_text import read_json, why_not_kept

FRAME_MAX_BYTES = 4 * 1024 * 1024
# What holds itself is found by the depth it reaches, without a look at each list.
_encode = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode
_HEAD = struct.Struct("!I")
_CHUNK = 1 << 16
"""What is read or written at a time: for more, malloc(3) would ask the kernel each time."""


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
        written = text.decode("ascii")
        document, end = _decode(written)
    except (ValueError, RecursionError):
        written, document, end = "", None, -1
    if end != len(written) or type(document) is not dict or not _is_plain(document, written):
        document, written = _read_slowly(text)
    if wrong := why_not_kept(document, written):
        raise FrameError(wrong)
    if not isinstance(document, dict):
        raise FrameError("it is no object")
    return document


def _is_plain(document: dict[str, Any], text: str) -> bool:
    """Tell whether each name in the text is a name in the document, and each number is one.

    A text with `":` inside a value is not told apart from one that names something twice, nor a
    blank before a colon in one from a blank behind a name: it is read slowly then.
    """
    if " :" in text or "\n" in text or "\t" in text or "\r" in text:
        return False
    names, waiting = 0, [document]
    for one in waiting:
        inner: Any = one
        if type(one) is dict:
            names += len(one)
            inner = one.values()
        for each in inner:
            kind = type(each)
            if kind is dict or kind is list:
                waiting.append(each)
            elif kind is float and not isfinite(each):
                return False
    return names == text.count('":')


def _read_slowly(text: bytes) -> tuple[Any, str]:
    """Read it by the strict reader; give it as we would write it, too."""
    try:
        document = read_json(text, what="the frame")
        return document, _encode(document)
    except MalformedError as error:
        raise FrameError(error.message) from None
    except (ValueError, RecursionError) as error:
        raise FrameError(f"it cannot be written again: {error}") from None


class Channel:
    """Frames over two pipes, given by their file descriptors.

    Both sides use it; it imports nothing that a child would have to load. Pipes wake the other
    side sooner than a socket does, and nothing but bytes goes through them.

    Args:
        reads: What comes.
        writes: What goes.
        is_trusted: Whether the other side is Garland: what comes is read without suspicion, and
            waited for without a deadline.
    """

    def __init__(self, reads: int, writes: int, *, is_trusted: bool = False) -> None:
        for descriptor in (reads, writes):
            os.set_blocking(descriptor, is_trusted)
        self._reads, self._writes, self._is_trusted = reads, writes, is_trusted
        self._received = bytearray()
        self.read_bytes = 0
        """How much it has read, in all."""
        self.frame_bytes = 0
        """How long the text of the last frame is."""
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(reads, select.POLLIN)
        self._writable.register(writes, select.POLLOUT)

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
                unsent = unsent[os.write(self._writes, unsent[:_CHUNK]) :]
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
        (length,) = _HEAD.unpack(self._read_ahead(_HEAD.size, deadline)[: _HEAD.size])
        if length > FRAME_MAX_BYTES:
            raise FrameError(f"it says that it has {length:,} bytes; {FRAME_MAX_BYTES:,} may pass")
        self.frame_bytes, end = length, _HEAD.size + length
        text = bytes(self._read_ahead(end, deadline)[_HEAD.size : end])
        del self._received[:end]
        return _decode(text.decode())[0] if self._is_trusted else read(text)

    def _read_ahead(self, size: int, deadline: float | None) -> bytearray:
        """Give what was received and not taken yet, once it is so many bytes."""
        while len(self._received) < size:
            if not self._is_trusted:
                _wait(self._readable, deadline)
            chunk = os.read(self._reads, _CHUNK)
            if not chunk:
                raise EOFError
            self._received += chunk
            self.read_bytes += len(chunk)
        return self._received


def _wait(waiting: select.poll, deadline: float | None) -> None:
    if deadline is None:
        waiting.poll()
        return
    left_s = deadline - time.monotonic()
    if left_s <= 0 or not waiting.poll(left_s * 1_000):
        raise TimeoutError
