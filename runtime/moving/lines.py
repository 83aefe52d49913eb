"""A row as a line of JSON, and back: the same line from SQLite and from PostgreSQL. Pure.

Names in order, instants in UTC to the microsecond, ids as text. PostgreSQL keeps the numbers of a
document as decimals, so a number that JSON would write with an exponent is written out, as it
comes back from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Float, Integer, Table, Uuid
from sqlalchemy import Enum as EnumType

from kernel.clock import parse_instant
from kernel.db import UtcDateTime
from kernel.json_text import read_json
from runtime.moving.handling import FORGOTTEN, SECRET

OWNER = "tenant_id"
_LOOKS_ODD = re.compile(r"\de\+|-0\.0")
_INT_MAX = 2**63


def columns_of(table: Table) -> tuple[Column[Any], ...]:
    """Give the columns of a table that are written: not whose it is, nothing secret or computed."""
    apart = {OWNER, *SECRET.get(table.name, ()), *FORGOTTEN.get(table.name, {})}
    return tuple(one for one in table.columns if one.name not in apart and one.computed is None)


def write_line(row: Mapping[str, Any]) -> bytes:
    r"""Write a row as one line of JSON.

    >>> write_line({"b": 1e16, "a": None})
    b'{"a":null,"b":10000000000000000}\n'
    """
    text = _dumped({name: _plain(value) for name, value in row.items()})
    if _LOOKS_ODD.search(text):
        text = _dumped(_written_out(json.loads(text)))
    return text.encode() + b"\n"


def read_line(table: Table, line: bytes) -> dict[str, Any]:
    """Read a line as the values of a row.

    Raises:
        ValueError: it is not what `write_line` makes of a row of this table, naming the column.
        MalformedError: it is no JSON.
    """
    said = read_json(line, what=f"a line of {table.name}")
    readers = _readers(table)
    if not isinstance(said, dict) or said.keys() != readers.keys():
        raise ValueError(f"a line of {table.name} does not have its columns")
    found = {}
    for name, read in readers.items():
        try:
            found[name] = read(said[name])
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{table.name}.{name}: {error}") from None
    return found


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _written_out(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _written_out(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_written_out(one) for one in value]
    if not isinstance(value, float):
        return value
    if "e+" in repr(value):
        return int(Decimal(repr(value)))
    return value + 0.0  # of minus nought PostgreSQL keeps nought


@cache
def _readers(table: Table) -> Mapping[str, Callable[[Any], Any]]:
    return {one.name: _reader(one) for one in columns_of(table)}


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    read = _reader_of_kind(column)

    def checked(value: Any) -> Any:
        if value is not None:
            return read(value)
        if not column.nullable:
            raise ValueError("has to say something")
        return None

    return checked


def _reader_of_kind(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, EnumType) and kind.enum_class is not None:
        return kind.enum_class
    found = next((read for one, read in _BY_KIND if isinstance(kind, one)), None)
    return found or (lambda value: _text(value, getattr(kind, "length", None)))


def _exactly(*kinds: type) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError("is of another kind")
        return value

    return checked


def _whole(value: Any) -> int:
    number = _exactly(int)(value)
    if not -_INT_MAX <= number < _INT_MAX:
        raise ValueError("is too large a number")
    return int(number)


def _text(value: Any, length: int | None) -> str:
    text = str(_exactly(str)(value))
    if length is not None and len(text) > length:
        raise ValueError(f"is longer than {length} characters")
    return text


_BY_KIND: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Uuid, UUID),
    (UtcDateTime, parse_instant),
    (JSON, lambda value: value),
    (Boolean, _exactly(bool)),
    (Double, lambda value: float(_exactly(int, float)(value))),
    (Float, lambda value: float(_exactly(int, float)(value))),
    (Integer, _whole),
    (BigInteger, _whole),
)
