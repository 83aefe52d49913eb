"""When this machine made its last backup: for `garland doctor` and metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kernel.clock import format_instant, parse_instant

_FILE = "last-backup.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """A backup that was made: when it was asked for, where it was written, how large it was."""

    made_at: datetime
    file: Path
    size_bytes: int


def remember(data_dir: Path, made: LastBackup) -> None:
    """Write down that a backup was made."""
    said = {
        "made_at": format_instant(made.made_at),
        "file": str(made.file),
        "size_bytes": made.size_bytes,
    }
    fresh = data_dir / (_FILE + ".new")
    fresh.write_text(json.dumps(said) + "\n", encoding="utf-8")
    fresh.replace(data_dir / _FILE)


def last_backup(data_dir: Path) -> LastBackup | None:
    """Tell of the last backup that was made here; None where none was."""
    try:
        said = json.loads((data_dir / _FILE).read_text(encoding="utf-8"))
        return LastBackup(
            made_at=parse_instant(said["made_at"]),
            file=Path(said["file"]),
            size_bytes=int(said["size_bytes"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
