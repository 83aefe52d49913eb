"""What was backed up comes back, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from garland.backup.making import make_backup
from garland.backup.manifest import BackupError
from garland.backup.restoring import Wanted, restore
from garland.settings import Settings
from kernel.errors import ConflictError
from kernel.secrets import new_key
from tests.factories.tenancy import NOON
from tests.integration.garland.backup.conftest import Install, add, contents

REPLACE = Wanted(replaces=True)


def backed_up(settings: Settings, passphrase: str = "") -> Path:
    """Back an installation up."""
    target = settings.data_dir.parent / f"{settings.data_dir.name}.backup"
    return make_backup(settings, target, passphrase=passphrase, now=NOON).file


def test_every_row_comes_back(install: Install) -> None:
    here, there = install("here", "Acme", "Lakeside"), install("there")

    restore(there, backed_up(here), Wanted())

    assert contents(there) == contents(here)
    assert len(contents(there)["organisation"]) > 2


def test_packs_come_back_and_others_go(install: Install) -> None:
    here, there = install("here", "Acme"), install("there")
    for settings, name in ((here, "mine"), (there, "other")):
        (settings.packs_folder / name).mkdir(parents=True)
        (settings.packs_folder / name / "pack.json").write_text(name)

    restore(there, backed_up(here), Wanted())

    assert [path.name for path in there.packs_folder.iterdir()] == ["mine"]
    assert (there.packs_folder / "mine" / "pack.json").read_text() == "mine"


def test_what_is_there_stays_unless_it_is_to_be_replaced(install: Install) -> None:
    here, there = install("here", "Acme"), install("there", "Lakeside")
    file, before = backed_up(here), contents(there)

    with pytest.raises(ConflictError, match="--replace"):
        restore(there, file, Wanted())
    assert contents(there) == before

    restore(there, file, REPLACE)
    assert contents(there) == contents(here)


def test_what_came_since_is_gone_after_it(install: Install) -> None:
    here = install("here", "Acme")
    file, before = backed_up(here), contents(here)
    add(here, "Lakeside")

    restore(here, file, REPLACE)

    assert contents(here) == before


@pytest.mark.parametrize("place", [0.02, 0.4, 0.6, 0.9, 0.999])
def test_bytes_that_are_others_are_found_before_anything_is_touched(
    install: Install, place: float
) -> None:
    here, there = install("here", "Acme"), install("there", "Lakeside")
    file, before = backed_up(here), contents(there)
    damaged = bytearray(file.read_bytes())
    at = int(len(damaged) * place)
    damaged[at : at + 16] = bytes(one ^ 0xA5 for one in damaged[at : at + 16])
    file.write_bytes(damaged)

    with pytest.raises(BackupError):
        restore(there, file, REPLACE)

    assert contents(there) == before
    assert not (there.data_dir / "restore").exists()


def test_half_a_file_is_refused(install: Install) -> None:
    here, there = install("here", "Acme"), install("there")
    file = backed_up(here)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    with pytest.raises(BackupError):
        restore(there, file, Wanted())


def test_the_keys_have_to_be_those_of_the_backup(install: Install) -> None:
    here, there = install("here", "Acme"), install("there", key=new_key())
    file, before = backed_up(here), contents(there)

    with pytest.raises(BackupError, match="keys here are not those"):
        restore(there, file, Wanted())
    assert contents(there) == before

    restore(there, file, Wanted(without_keys=True))
    assert contents(there) == contents(here)


def test_a_backup_of_a_newer_release_is_refused(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = install("here", "Acme"), install("there")
    file, before = backed_up(here), contents(there)
    monkeypatch.setattr("garland.backup.restoring.known_revisions", lambda: {"an older one"})

    with pytest.raises(BackupError, match="newer release"):
        restore(there, file, Wanted())

    assert contents(there) == before
