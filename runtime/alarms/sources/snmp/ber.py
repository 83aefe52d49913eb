"""The few BER forms that SNMP uses, read and written.

Source: ITU-T X.690 (definite lengths only, as RFC 3417 clause 8 demands) and RFC 2578 for the types
of values. Pure. Whatever bytes come, the outcome is a value or a BerError: every length is checked
against what is there, and nothing recurses.
"""

from __future__ import annotations

from kernel.errors import GarlandError

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82

LENGTH_BYTES_MAX = 4
INTEGER_BYTES_MAX = 9  # an unsigned number of 64 bits with its sign byte
OID_ARCS_MAX = 128  # RFC 2578 clause 3.5
ARC_MAX = 2**32 - 1
TEXT_MAX = 1_000
_LONG, _MORE = 0x80, 0x80
_FIRST_ARC_SPAN = 40
_MULTIPLE_BYTE_TAG = 0x1F
_CONTROL = 0x20


class BerError(GarlandError):
    """The bytes are not what SNMP sends."""

    code = "snmp.unreadable"


def read_element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read an element's head.

    Args:
        data: The datagram.
        at: Where the element begins.
        end: Where what surrounds it ends.

    Returns:
        Its tag, where its content begins, and where it ends; the end is at most `end`.

    Raises:
        BerError: a head that is cut off, a length that leads beyond `end`, or a form unknown here.
    """
    if at + 2 > end:
        raise BerError(f"cut off at byte {at}: an element should begin there")
    tag, length = data[at], data[at + 1]
    start = at + 2
    if tag & _MULTIPLE_BYTE_TAG == _MULTIPLE_BYTE_TAG:
        raise BerError(f"byte {at} begins a tag of several bytes, which SNMP does not have")
    if length >= _LONG:
        count = length & ~_LONG
        if not 1 <= count <= LENGTH_BYTES_MAX or start + count > end:
            raise BerError(f"the length at byte {at + 1} is not readable")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > end:
        raise BerError(f"the element at byte {at} is longer than what is there")
    return tag, start, start + length


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Read the head of an element that must have a tag; give where its content begins and ends."""
    found, start, stop = read_element(data, at, end)
    if found != tag:
        raise BerError(f"byte {at} holds tag 0x{found:02x} where 0x{tag:02x} was expected")
    return start, stop


def integer(data: bytes, start: int, stop: int, *, signed: bool = True) -> int:
    """Read a whole number's content.

    >>> integer(bytes([0xFF, 0x7F]), 0, 2)
    -129
    """
    if not 1 <= stop - start <= INTEGER_BYTES_MAX:
        raise BerError(f"the number at byte {start} has {stop - start} bytes")
    return int.from_bytes(data[start:stop], "big", signed=signed)


def oid(data: bytes, start: int, stop: int) -> str:
    """Read an object identifier's content, dotted.

    >>> oid(bytes([0x2B, 6, 1, 4, 1, 0xBF, 8]), 0, 7)
    '1.3.6.1.4.1.8072'
    """
    if start == stop:
        raise BerError(f"the object identifier at byte {start} is empty")
    arcs: list[int] = []
    arc = 0
    for byte in data[start:stop]:
        arc = arc << 7 | byte & ~_MORE
        if arc > ARC_MAX:
            raise BerError(f"the object identifier at byte {start} has a number over 32 bits")
        if byte < _MORE:
            arcs.append(arc)
            arc = 0
            if len(arcs) >= OID_ARCS_MAX:
                raise BerError(f"the object identifier at byte {start} is too long")
    if data[stop - 1] >= _MORE:
        raise BerError(f"the object identifier at byte {start} is cut off")
    top = min(arcs[0] // _FIRST_ARC_SPAN, 2)
    return ".".join(map(str, (top, arcs[0] - top * _FIRST_ARC_SPAN, *arcs[1:])))


def value(  # noqa: PLR0911  one for each kind of value
    data: bytes, tag: int, start: int, stop: int
) -> str | int | None:
    """Read a variable's value: a number, text, dotted text, or None where it has none.

    Octets that are no text are written as hexadecimal digits, since nothing says what they mean.
    Both are cut to 1,000 characters.
    """
    if tag == OCTETS:
        return text_of(data[start:stop])
    if tag in (INTEGER, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64):
        return integer(data, start, stop, signed=tag == INTEGER)
    if tag == OID:
        return oid(data, start, stop)
    if tag == IP_ADDRESS:
        return address(data, start, stop)
    if tag in (NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW):
        return None
    if tag == OPAQUE:
        return _hexadecimal(data[start:stop])
    raise BerError(f"a value of the unknown type 0x{tag:02x}")


def address(data: bytes, start: int, stop: int) -> str:
    """Read an IPv4 address's content."""
    if stop - start != 4:  # noqa: PLR2004  RFC 2578: an OCTET STRING of length 4
        raise BerError(f"the address at byte {start} has {stop - start} bytes")
    return ".".join(map(str, data[start:stop]))


def text_of(octets: bytes) -> str:
    """Write octets as text where they are that, else as hexadecimal digits.

    >>> text_of("Gi0/7".encode()), text_of(bytes([0, 255, 16]))
    ('Gi0/7', '0x00ff10')
    """
    said = octets.removesuffix(b"\0")  # agents written in C send it along
    try:
        text = said.decode()
    except UnicodeDecodeError:
        return _hexadecimal(octets)
    if any(ord(one) < _CONTROL and one not in "\t\r\n" for one in text):
        return _hexadecimal(octets)
    return text[:TEXT_MAX]


def _hexadecimal(octets: bytes) -> str:
    return ("0x" + octets.hex())[:TEXT_MAX]


def element(tag: int, content: bytes) -> bytes:
    """Write an element."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def write_integer(number: int, tag: int = INTEGER) -> bytes:
    """Write a whole number.

    >>> write_integer(255).hex()
    '020200ff'
    """
    return element(tag, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def write_oid(dotted: str) -> bytes:
    """Write an object identifier of two arcs or more."""
    first, second, *rest = map(int, dotted.split("."))
    content = b"".join(_arc(arc) for arc in (first * _FIRST_ARC_SPAN + second, *rest))
    return element(OID, content)


def _arc(number: int) -> bytes:
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | _MORE)
    return bytes(reversed(parts))
