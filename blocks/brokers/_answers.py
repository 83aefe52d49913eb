"""Reading an answer that may be made to hurt: endless, packed a thousandfold, or broken."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

from blocks.sdk import BlockError

SIZE_MAX_BYTES = 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def read_body(parts: Iterable[bytes], encoding: str, *, check_time: Callable[[], object]) -> bytes:
    """Gather an answer as it comes from the wire, unpacked never further than the limit.

    Args:
        parts: The bytes as they came.
        encoding: Content-Encoding; "" for none.
        check_time: Asked after each part; raises when the time is over.

    Raises:
        BlockError: `http.too_large`, or `http.bad_answer` for a packing that was not asked for or
            is broken.
    """
    unpack = _unpacker(encoding)
    gathered = bytearray()
    raw_bytes = 0
    for part in parts:
        check_time()
        raw_bytes += len(part)
        room = SIZE_MAX_BYTES - len(gathered)
        gathered += unpack.decompress(part, room + 1) if unpack else part[: room + 1]
        if max(raw_bytes, len(gathered)) > SIZE_MAX_BYTES:
            message = f"The answer is larger than {SIZE_MAX_BYTES // 1024} KB: ask for less."
            raise BlockError("http.too_large", message, retryable=False)
    if unpack and raw_bytes and not unpack.is_whole:
        raise _bad_answer("its packing ends too early")
    return bytes(gathered)


class _Gzip:
    """Unpacks gzip, the only packing that is asked for; one layer of it."""

    def __init__(self) -> None:
        self._packed = zlib.decompressobj(_GZIP)

    @property
    def is_whole(self) -> bool:
        """Tell whether the end has come."""
        return self._packed.eof

    def decompress(self, part: bytes, most: int) -> bytes:
        """Give at most so many bytes; who gets them all has reached the limit anyway."""
        try:
            return self._packed.decompress(part, most)
        except zlib.error:
            raise _bad_answer("its packing is broken") from None


def _unpacker(encoding: str) -> _Gzip | None:
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return None
    if named in ("gzip", "x-gzip"):
        return _Gzip()
    raise _bad_answer(f"it is packed as {named[:40]}, which was not asked for")


def _bad_answer(why: str) -> BlockError:
    return BlockError("http.bad_answer", f"The answer cannot be read: {why}.", retryable=False)
