"""A backup and a restore that are killed leave no half of anything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text

from garland.backup.archive import read_archive
from garland.backup.making import make_backup
from garland.backup.restoring import Wanted, restore
from garland.settings import Settings, load_settings
from kernel.clock import utc_now
from kernel.db import make_engine
from tests.faults.conftest import Installation
from tests.support.killed_steps import survives_till
from tests.support.running import Running, running_garland, wait_for

pytestmark = pytest.mark.fault


def _garland(settings: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _answer(settings: dict[str, str], *command: str) -> str:
    process = _garland(settings, *command)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err.decode()
    return out.decode()


def _filled(database_url: str, word: str) -> None:
    """Make the installation one whose every organisation is named by a word."""
    engine = make_engine(database_url, as_owner=True)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisation (id, kind, name, slug, created_at) VALUES "
                "('00000000000000000000000000000001', 'vendor', :word, 'vendor', :now)"
                " ON CONFLICT (id) DO UPDATE SET name = excluded.name"
            ),
            {"word": word, "now": utc_now().isoformat(" ")},
        )
    engine.dispose()


def _word(database_url: str) -> str:
    engine = make_engine(database_url, as_owner=True)
    with engine.connect() as connection:
        found = str(connection.scalar(text("SELECT name FROM organisation")))
    engine.dispose()
    return found


def _back_up(installed: Settings, file: Path) -> None:
    make_backup(installed, file, passphrase="", now=utc_now())


@pytest.fixture
def settings(installation: Installation, tmp_path: Path) -> dict[str, str]:
    """An installation called `old`, and the environment that names it."""
    data_dir = tmp_path / "data"
    found = {**installation.settings, "GARLAND_DATA_DIR": str(data_dir)}
    _answer(found, "garland", "db", "upgrade")
    return found


@pytest.fixture
def installed(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_a_restore_killed_at_any_step_is_done_or_was_never_begun(
    installed: Settings, tmp_path: Path
) -> None:
    file, seen = tmp_path / "backup", list[str]()
    packs = installed.packs_folder
    (packs / "new").mkdir(parents=True)
    (packs / "new" / "pack.json").write_text("new")
    _filled(installed.database_url, "new")
    make_backup(installed, file, passphrase="", now=utc_now())

    for number in count(1):
        (packs / "new").rename(packs / "old")
        _filled(installed.database_url, "old")
        survived = survives_till(number, restore, installed, file, Wanted(replaces=True))

        load_settings()  # as whatever starts next does

        (found,) = [one.name for one in packs.iterdir()]
        assert found == _word(installed.database_url), f"killed before step {number}"
        assert not (installed.data_dir / "restore").exists()
        seen.append(found)
        if found == "old":
            (packs / "old").rename(packs / "new")
        if survived:
            break

    assert seen == sorted(seen, reverse=True)  # once it is decided, it stays so
    assert seen.count("old") > 5
    assert seen.count("new") > 3


def test_a_backup_killed_at_any_step_leaves_no_half_file(
    installed: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    _filled(installed.database_url, "mine")
    file, whole = folder / "one", list[bool]()

    for number in count(1):
        file.unlink(missing_ok=True)
        survived = survives_till(number, _back_up, installed, file)
        whole.append(file.exists())
        if file.exists():
            read_archive(file)
        if survived:
            break

    assert list(folder.iterdir()) == [file]  # the next one tidies up
    assert whole == sorted(whole)
    assert whole.count(False) > 3


def test_what_was_answered_before_a_backup_began_is_in_it(
    installation: Installation, tmp_path: Path
) -> None:
    data_dir, answered = tmp_path / "data", list[str]()
    data_dir.mkdir()
    stopped = Event()
    phrase = tmp_path / "phrase"
    phrase.write_text("correct horse battery staple\n")
    with running_garland(data_dir, **installation.settings) as garland:
        sender = Thread(target=_send_alarms, args=(garland, answered, stopped))
        sender.start()
        wait_for(lambda: len(answered) > 20, within_s=60, what="the first alarms")
        before = list(answered)
        environment = {**installation.settings, "GARLAND_DATA_DIR": str(data_dir)}
        command = ("garland", "backup", str(tmp_path / "b"), "--passphrase-file", str(phrase))
        _answer(environment, *command)
        after = len(answered)
        stopped.set()
        sender.join()

    again = {**environment, "GARLAND_DATA_DIR": str(tmp_path / "again")}
    command = ("garland", "restore", str(tmp_path / "b"), "--passphrase-file", str(phrase))
    _answer(again, *command, *(["--replace"] if installation.database_url else []))
    with running_garland(tmp_path / "again", **installation.settings) as garland:
        wait_for(lambda: _missing(garland, before) == [], within_s=60, what="every alarm")

    assert after > len(before)  # they were taken in while it was made


def _send_alarms(garland: Running, answered: list[str], stopped: Event) -> None:
    while not stopped.is_set():
        event: dict[str, Any] = {
            "managed_object": f"backup-{len(answered)}",
            "perceived_severity": "minor",
            "specific_problem": "Backup test",
        }
        if garland.send(event).status_code == 202:
            answered.append(event["managed_object"])
        time.sleep(0.01)


def _missing(garland: Running, wanted: list[str]) -> list[str]:
    found = garland.api("/alarms", q="backup-", limit="500")["items"]
    return sorted(set(wanted) - {one["managed_object"] for one in found})
