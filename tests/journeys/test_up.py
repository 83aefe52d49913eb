"""`garland up`: stops cleanly, leaves nothing running, and keeps the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.running import running_garland, wait_for

pytestmark = pytest.mark.journey


def processes_of(data_dir: Path) -> list[str]:
    """List the command lines of the processes that know the data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        if f"GARLAND_DATA_DIR={data_dir}".encode() in environment:
            found.append(command.replace(b"\0", b" ").decode())
    return found


def test_a_second_start_keeps_what_the_first_knew_and_nothing_stays_running(
    tmp_path: Path,
) -> None:
    with running_garland(tmp_path) as first:
        first.send({"managed_object": "kept-1", "perceived_severity": "minor"})
        wait_for(lambda: first.api("/alarms", q="kept-1")["items"], within_s=20, what="the alarm")
        assert len(processes_of(tmp_path)) >= 5
    assert first.process.returncode == 0
    assert processes_of(tmp_path) == []

    with running_garland(tmp_path) as second:
        (kept,) = second.api("/alarms", q="kept-1")["items"]

    assert kept["managed_object"] == "kept-1"
    assert second.demo["tokens"] == first.demo["tokens"]
