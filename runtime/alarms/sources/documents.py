"""Sources and their mappings as REST shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.clock import format_instant
from runtime.alarms.sources.listing import SourceView
from runtime.alarms.sources.mappings import MappingView


def source_document(source: SourceView) -> dict[str, Any]:
    """Write a source, without its address."""
    return {
        "id": str(source.id),
        "kind": source.kind,
        "name": source.name,
        "state": source.state.value,
        "created_at": format_instant(source.created_at),
        "last_seen_at": _instant(source.last_seen_at),
        "paused_at": _instant(source.paused_at),
        "silent_since": _instant(source.silent_since),
        "accepted": source.accepted,
        "rejected": source.rejected,
        "duplicates": source.duplicates,
        "unknown_objects": source.unknown_objects,
        "last_unknown_object": source.last_unknown_object,
        "last_problem": source.last_problem,
        "last_problem_at": _instant(source.last_problem_at),
        "config": dict(source.config),
        "mapping_version": source.mapping_version,
    }


def mapping_document(made: MappingView | None) -> dict[str, Any] | None:
    """Write a version of a mapping, or null."""
    if made is None:
        return None
    return {
        "version": made.version,
        "mapping": dict(made.document),
        "created_at": format_instant(made.created_at),
        "created_by": made.created_by,
    }


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
