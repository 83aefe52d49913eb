"""Syslog over TCP: a stream cut into messages. Pure.

Source: RFC 6587 clause 3.4. A message that begins with a digit is counted (`5 hello`); any other
ends with its line. Senders mix them; the count is told from a message by what stands before `<`.
"""

from __future__ import annotations

from kernel.errors import GarlandError

MESSAGE_MAX = 64 * 1024
COUNT_DIGITS = 6
_DIGITS = b"0123456789"
_NEWLINE = b"\n"


class FramingError(GarlandError):
    """The stream cannot be cut into messages any more: its connection is closed."""

    code = "syslog.unframed"


class Framer:
    """Cuts one connection's stream; keeps what is not whole yet, at most one message of it."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, octets: bytes) -> list[bytes]:
        """Give the messages that are whole now.

        Raises:
            FramingError: a message longer than 64 KB, or a count that is none.
        """
        self._rest += octets
        found: list[bytes] = []
        while self._rest:
            one = self._counted() if self._rest[0] in _DIGITS else self._line()
            if one is None:
                break
            if one:
                found.append(one)
        return found

    def end(self) -> bytes:
        """Give what is left when the connection ends: a last line without its end.

        Raises:
            FramingError: a counted message that did not come whole.
        """
        rest = bytes(self._rest).rstrip(b"\r\n\0")
        self._rest.clear()
        if rest and rest[0] in _DIGITS:
            raise FramingError("the connection ended before a counted message was whole")
        return rest

    def _counted(self) -> bytes | None:
        head = bytes(self._rest[: COUNT_DIGITS + 1])
        count, space, _ = head.partition(b" ")
        if not space:
            if len(head) > COUNT_DIGITS or not count.isdigit():
                raise FramingError("a count of octets that is none")
            return None
        if not count.isdigit() or int(count) > MESSAGE_MAX:
            raise FramingError(f"a count of octets that is none, or over {MESSAGE_MAX:,}")
        start = len(count) + 1
        end = start + int(count)
        if len(self._rest) < end:
            return None
        message = bytes(self._rest[start:end])
        del self._rest[:end]
        return message

    def _line(self) -> bytes | None:
        place = self._rest.find(_NEWLINE)
        if place > MESSAGE_MAX or (place < 0 and len(self._rest) > MESSAGE_MAX):
            raise FramingError(f"a line longer than {MESSAGE_MAX:,} octets")
        if place < 0:
            return None
        message = bytes(self._rest[:place]).rstrip(b"\r\0")
        del self._rest[: place + 1]
        return message
