"""The trace that work belongs to, as W3C Trace Context writes it (`traceparent`).

Kept with what lasts longer than a request, such as a run, so that what is done later joins the
caller's trace. Knows nothing of exporting: `kernel.spans` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self

from typing_extensions import override

HEADER = "traceparent"
_WRITTEN = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 0x01
_VERSION = "00"
_FORBIDDEN = "ff"


@dataclass(frozen=True, slots=True)
class Traceparent:
    """One span: which trace it is in, its own id, and whether the trace is recorded."""

    trace_id: int
    span_id: int
    sampled: bool = True

    @classmethod
    def read(cls, text: Any) -> Self | None:
        """Read a header (W3C Trace Context, 3.2); None where it is none.

        >>> str(Traceparent.read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
        >>> Traceparent.read("00-00000000000000000000000000000000-00f067aa0ba902b7-01") is None
        True
        """
        found = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            return None
        version, trace, span, flags, rest = found.groups()
        if version == _FORBIDDEN or (version == _VERSION and rest):
            return None
        trace_id, span_id = int(trace, 16), int(span, 16)
        if not trace_id or not span_id:
            return None
        return cls(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))

    @override
    def __str__(self) -> str:
        return f"{_VERSION}-{self.trace_id:032x}-{self.span_id:016x}-{self.sampled:02x}"


_current: ContextVar[Traceparent | None] = ContextVar("traceparent", default=None)


def current() -> Traceparent | None:
    """Give the span that work is done for at present, or None."""
    return _current.get()


def join(parent: Traceparent | None) -> None:
    """Do what follows for this span: for the rest of the request, the edge calls it."""
    _current.set(parent)


@contextmanager
def joined(parent: Traceparent | None) -> Iterator[None]:
    """Do what is inside for this span."""
    before = _current.set(parent)
    try:
        yield
    finally:
        _current.reset(before)


def kept_in(document: Mapping[str, Any]) -> Traceparent | None:
    """Give the span that was kept in a document."""
    return Traceparent.read(document.get(HEADER))


def keep_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """Write the present span into a document, in the place of one that was there."""
    found = {name: value for name, value in document.items() if name != HEADER}
    parent = current()
    return found if parent is None else {**found, HEADER: str(parent)}
