"""The audit as a file: CSV for people, JSON lines with the digests for whoever verifies. Pure.

A line of JSON holds all that its digest is made of; `docs/audit.md` says how it is computed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from tenancy.audit.listing import EntryView

COLUMNS = (
    "number",
    "at",
    "sentence",
    "action",
    "by",
    "about_kind",
    "about_id",
    "about",
    "facts",
    "request_id",
    "digest",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def entry_document(entry: EntryView, tenant_id: UUID) -> dict[str, Any]:
    """Write an entry as JSON."""
    return {
        "number": entry.number,
        "at": entry.at.isoformat(timespec="microseconds"),
        "action": entry.action,
        "sentence": entry.sentence,
        "by": entry.by,
        "by_id": str(entry.by_id or ""),
        "about_kind": entry.about_kind,
        "about_id": entry.about_id,
        "about": entry.about,
        "facts": entry.facts,
        "request_id": entry.request_id,
        "tenant_id": str(tenant_id),
        "digest": entry.digest,
    }


def as_lines(entries: Iterable[EntryView], tenant_id: UUID) -> Iterator[str]:
    """Write each entry as a line of JSON."""
    for entry in entries:
        yield json.dumps(entry_document(entry, tenant_id), ensure_ascii=False) + "\n"


def as_csv(entries: Iterable[EntryView], tenant_id: UUID) -> Iterator[str]:
    """Write the entries as CSV; no cell is taken for a formula by a spreadsheet."""
    yield _line(COLUMNS)
    for entry in entries:
        said = {**entry_document(entry, tenant_id), "at": format_instant(entry.at)}
        said["facts"] = "; ".join(f"{name}: {value}" for name, value in entry.details)
        yield _line([_unharmed(str(said[name])) for name in COLUMNS])


FORMATS: Mapping[str, tuple[Callable[[Iterable[EntryView], UUID], Iterator[str]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "jsonl": (as_lines, "application/jsonl; charset=utf-8"),
}


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _unharmed(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
