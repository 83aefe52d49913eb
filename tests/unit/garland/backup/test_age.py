"""How old the last backup may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from garland.backup.last import LastBackup, last_backup, remember
from garland.operations.backups import judged

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def made(file: Path, hours: float) -> LastBackup:
    """A backup of so many hours ago."""
    return LastBackup(made_at=NOON - timedelta(hours=hours), file=file, size_bytes=5 * 1024**2)


@pytest.mark.parametrize(
    ("hours", "most", "ok"),
    [
        pytest.param(47.9, 48, True, id="fresh"),
        pytest.param(48.1, 48, False, id="older than wanted"),
        pytest.param(1_000, 0, True, id="no limit is set"),
    ],
)
def test_a_backup_is_wrong_once_it_is_older_than_wanted(
    tmp_path: Path, hours: float, most: int, ok: bool
) -> None:
    found = judged(made(tmp_path, hours), most, now=NOON)

    assert found.ok is ok
    assert f"{hours:.0f} h ago, 5 MB" in found.message


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    assert "not there any more" in judged(made(tmp_path / "x", 1), 48, now=NOON).message


def test_where_none_was_made_the_command_is_told() -> None:
    assert "garland backup" in judged(None, 48, now=NOON).message


def test_what_was_remembered_is_told(tmp_path: Path) -> None:
    one = made(tmp_path / "x", 1)

    remember(tmp_path, one)

    assert last_backup(tmp_path) == one


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"made_at": 3, "file": "", "size_bytes": 1}'])
def test_a_record_that_is_no_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "last-backup.json").write_text(text)

    assert last_backup(tmp_path) is None
