"""One thing that was examined, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing examined; `remedy` says what to do when it is not right."""

    name: str
    ok: bool
    message: str
    remedy: str = ""
