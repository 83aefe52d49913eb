r"""How messages of NETCONF are parted: by a mark (1.0), or in chunks that say how long they are.

Source: RFC 6242, 4.2 and 4.3. Pure.
"""

from __future__ import annotations

MARK = b"]]>]]>"
CHUNK_MAX = 4_294_967_295  # RFC 6242, 4.2
_DIGITS_MAX = 10


class FrameError(Exception):
    """What came is no message, or is too large; the message says which."""


def framed(message: bytes, *, chunked: bool) -> bytes:
    r"""Give a message as it is sent.

    Raises:
        FrameError: the mark that ends messages stands in it.

    >>> framed(b"<a/>", chunked=True), framed(b"<a/>", chunked=False)
    (b'\n#4\n<a/>\n##\n', b'<a/>]]>]]>')
    """
    if chunked:
        return b"\n#%d\n%s\n##\n" % (len(message), message)
    if MARK in message:
        raise FrameError("it holds the mark that ends messages")
    return message + MARK


class Frames:
    """Parts what comes into messages, however it is cut; one more byte than may be ends it."""

    def __init__(self, *, most: int) -> None:
        self.chunked = False
        self._most = most
        self._came = bytearray()
        self._message = bytearray()
        self._looked = 0

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._came += data
        if len(self._came) + len(self._message) > self._most:
            raise FrameError("it is too large")

    def next(self) -> bytes | None:
        """Give the next whole message; None while it is not whole.

        Raises:
            FrameError: what came breaks the rules.
        """
        return self._next_chunked() if self.chunked else self._next_marked()

    def _next_marked(self) -> bytes | None:
        at = self._came.find(MARK, self._looked)
        if at < 0:
            self._looked = max(0, len(self._came) - len(MARK) + 1)
            return None
        message = bytes(self._came[:at])
        del self._came[: at + len(MARK)]
        self._looked = 0
        return message

    def _next_chunked(self) -> bytes | None:
        while True:
            head = self._head()
            if head is None:
                return None
            begins, size = head
            if size == 0:
                del self._came[:begins]
                message = bytes(self._message)
                self._message.clear()
                return message
            if len(self._came) < begins + size:
                return None
            self._message += self._came[begins : begins + size]
            del self._came[: begins + size]

    def _head(self) -> tuple[int, int] | None:
        r"""Read `\n#123\n` or `\n##\n`: where the data begins, and how long it is; 0 at the end."""
        head = bytes(self._came[: _DIGITS_MAX + 3])
        if not b"\n#".startswith(head[:2]):
            raise FrameError("a chunk does not begin as it should")
        ends = head.find(b"\n", 2)
        if ends < 0:
            if len(head) > _DIGITS_MAX + 2 or not _may_be_size(head[2:]):
                raise FrameError("a chunk does not say its size")
            return None
        word = head[2:ends]
        if word == b"#":
            if not self._message:
                raise FrameError("a message has no chunk")
            return ends + 1, 0
        if not word or not _may_be_size(word) or int(word) > min(CHUNK_MAX, self._most):
            raise FrameError("a chunk does not say its size, or is too large")
        return ends + 1, int(word)


def _may_be_size(word: bytes) -> bool:
    return word in (b"", b"#") or (word.isdigit() and word[:1] != b"0")
