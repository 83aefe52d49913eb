"""The files that a backup is, and those that go with the embedded database."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from garland.backup import settling
from garland.backup.last import last_backup
from garland.backup.making import make_backup
from garland.backup.manifest import BackupError
from garland.backup.restoring import Wanted, restore, verify, write_keys
from garland.data_folder import hold_data_folder
from garland.settings import Settings
from kernel.db import make_engine
from kernel.errors import ConflictError
from kernel.secrets import new_key
from tests.factories.tenancy import NOON
from tests.integration.garland.backup.conftest import Install, contents

PHRASE = "correct horse battery staple"


def test_only_the_newest_stay_in_a_folder(install: Install, tmp_path: Path) -> None:
    here, folder = install("here", "Acme"), tmp_path / "backups"
    folder.mkdir()
    (folder / "garland.conf").write_text("not ours")

    days = [NOON + timedelta(days=day) for day in range(4)]
    made = [make_backup(here, folder, passphrase="", now=day, keep=2) for day in days][-1]

    assert [file.name[8:16] for file in made.gone] == [f"{days[1]:%Y%m%d}"]
    assert max(file.name for file in folder.iterdir()) == "garland.conf"
    assert len(list(folder.iterdir())) == 3
    assert made.file.is_file()


def test_a_backup_is_its_owners_alone_and_nothing_is_left_beside(
    install: Install, tmp_path: Path
) -> None:
    here, folder = install("here", "Acme"), tmp_path / "backups"
    folder.mkdir()

    made = make_backup(here, folder, passphrase="", now=NOON)

    assert list(folder.iterdir()) == [made.file]
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert last_backup(here.data_dir) is not None


def test_a_file_that_is_there_is_not_written_over(install: Install, tmp_path: Path) -> None:
    here, file = install("here", "Acme"), tmp_path / "mine"
    file.write_text("precious")

    with pytest.raises(ConflictError, match="there already"):
        make_backup(here, file, passphrase="", now=NOON)

    assert file.read_text() == "precious"


def test_what_a_kill_left_behind_goes_with_the_next_backup(
    install: Install, tmp_path: Path
) -> None:
    here, folder = install("here", "Acme"), tmp_path / "backups"
    left = folder / ".garland-backup-making-killed"
    left.mkdir(parents=True)
    (left / "database").write_bytes(b"half")

    made = make_backup(here, folder, passphrase="", now=NOON)

    assert list(folder.iterdir()) == [made.file]


def test_keys_are_in_no_part_that_a_reader_finds(install: Install, tmp_path: Path) -> None:
    here = install("here", "Acme")
    made = make_backup(here, tmp_path / "b", passphrase=PHRASE, now=NOON)

    verify(made.file, tmp_path / "seen")

    found = b"".join(one.read_bytes() for one in (tmp_path / "seen").rglob("*") if one.is_file())
    assert here.encryption_keys.encode() not in found
    write_keys(made.file, PHRASE, tmp_path / "keys", tmp_path / "seen again")
    assert here.encryption_keys in (tmp_path / "keys").read_text()
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


def test_it_is_not_restored_over_somebody_who_works(install: Install, tmp_path: Path) -> None:
    here, there = install("here", "Acme"), install("there", "Lakeside")
    file = make_backup(here, tmp_path / "b", passphrase="", now=NOON).file
    engine = make_engine(there.database_url)

    with engine.connect(), pytest.raises(ConflictError, match="in use"):
        restore(there, file, Wanted(replaces=True))
    engine.dispose()
    with (
        hold_data_folder(there.data_dir, purpose="garland up"),
        pytest.raises(ConflictError, match="garland up"),
    ):
        restore(there, file, Wanted(replaces=True))


def test_the_other_kind_of_database_is_refused(install: Install, tmp_path: Path) -> None:
    here = install("here", "Acme")
    file = make_backup(here, tmp_path / "b", passphrase="", now=NOON).file
    other = tmp_path / "other"
    other.mkdir()
    url = "sqlite:////nowhere" if not here.is_embedded else "postgresql+psycopg://x@127.0.0.1:1/x"
    settings = here.model_copy(update={"data_dir": other, "database_url": url})

    with pytest.raises(BackupError, match=r"same kind|does not answer|refuses"):
        restore(settings, file, Wanted())


def test_an_embedded_installation_gets_its_keys_by_the_passphrase(
    install: Install, tmp_path: Path
) -> None:
    here, there = install("here", "Acme"), install("there", key=new_key())
    if not here.is_embedded:
        pytest.skip("keys are given by the environment where the database is a server's")
    (here.data_dir / "trust").mkdir()
    (here.data_dir / "trust" / "root.key").write_text("root")
    file = make_backup(here, tmp_path / "b", passphrase=PHRASE, now=NOON).file

    with pytest.raises(BackupError, match="does not open"):
        restore(there, file, Wanted(passphrase="correct horse battery stable"))
    restore(there, file, Wanted(passphrase=PHRASE))

    assert (there.data_dir / "encryption-keys").read_text() == here.encryption_keys
    assert (there.data_dir / "trust" / "root.key").read_text() == "root"
    assert stat.S_IMODE((there.data_dir / "encryption-keys").stat().st_mode) == 0o600


def test_the_old_databases_log_is_not_read_into_the_new_one(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = install("here", "Acme"), install("there", "Lakeside")
    if not here.is_embedded:
        pytest.skip("a server has no such file")
    file = make_backup(here, tmp_path / "b", passphrase="", now=NOON).file
    before = contents(here)
    log = Path(there.database_url.removeprefix("sqlite:///") + "-wal")
    engine = make_engine(there.database_url)
    with engine.connect() as connection:
        connection.execute(text("UPDATE organisation SET name = 'of the old one'"))
        connection.commit()
        left = log.read_bytes()
    engine.dispose()
    decide = settling.decide

    def decide_later(data_dir: Path, **plan: Any) -> None:
        log.write_bytes(left)  # as a process that was killed leaves it
        decide(data_dir, **plan)

    monkeypatch.setattr(settling, "decide", decide_later)

    restore(there, file, Wanted(replaces=True))

    assert left
    assert contents(there) == before


def test_no_file_system_without_room_is_filled(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: Settings = install("here", "Acme")
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("garland.backup.making.shutil.disk_usage", lambda _: usage)

    with pytest.raises(BackupError, match="make room"):
        make_backup(here, tmp_path / "b", passphrase="", now=NOON)
