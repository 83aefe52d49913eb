"""What a backup says of itself is believed only where it can be right."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garland.backup.manifest import FORMAT, BackupError, read_manifest
from tests.support.size import examples


def _said(**changes: Any) -> bytes:
    part = {"name": "database.sqlite", "size_bytes": 1, "sha256": "0" * 64}
    whole = {
        "format": FORMAT,
        "id": "0" * 36,
        "made_at": "2026-11-28T08:00:00Z",
        "version": "1.0",
        "database": "sqlite",
        "head": "20261124_first_schema",
        "key_prints": [],
        "parts": [part, *({**part, "name": name} for name in changes.pop("more", ()))],
    }
    return json.dumps({**whole, **changes}).encode()


def test_what_is_written_is_read_again() -> None:
    found = read_manifest(_said(more=["packs/cisco/pack.json"]))

    assert read_manifest(found.to_bytes()) == found


@pytest.mark.parametrize(
    "name",
    [
        "packs/../../etc/cron.d/x",
        "/etc/passwd",
        "packs//x",
        "packs/./x",
        "packs/..",
        "packs/a\\b",
        "encryption-keys",
        "database.sqlite",
    ],
)
def test_a_file_that_no_backup_has_is_refused(name: str) -> None:
    with pytest.raises(BackupError, match="list of contents is wrong"):
        read_manifest(_said(more=[name]))


def test_a_newer_format_is_refused_whatever_else_it_says() -> None:
    with pytest.raises(BackupError, match=f"format {FORMAT + 1}.*newer one"):
        read_manifest(json.dumps({"format": FORMAT + 1}).encode())


def test_a_backup_without_its_database_is_refused() -> None:
    with pytest.raises(BackupError):
        read_manifest(_said(database="postgresql"))


@given(st.binary() | st.dictionaries(st.text(), st.integers()).map(json.dumps).map(str.encode))
@settings(max_examples=examples(100))
def test_nothing_else_comes_of_any_bytes(text: bytes) -> None:
    with suppress(BackupError):
        read_manifest(text)
