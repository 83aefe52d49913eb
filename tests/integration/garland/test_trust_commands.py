"""`garland trust …`: from a root that is made at the start to a package that is revoked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from blocks.packages.archive import write_archive
from blocks.packages.keys import make_key_file
from blocks.packages.package import sign_package
from garland.settings import load_settings
from garland.trust import begin_trust
from garland.trust_cli import trust
from tests.factories.packages import make_files


@pytest.fixture
def installation(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GARLAND_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GARLAND_DATABASE_URL", database_url)
    monkeypatch.setenv("GARLAND_SECRET_KEY", "a secret of tests, long enough to be taken")
    monkeypatch.setenv("GARLAND_ENCRYPTION_KEYS", "A" * 43 + "=")
    return tmp_path


def _asked(*words: str | Path) -> Result:
    return CliRunner().invoke(trust, [str(word) for word in words])


def test_the_first_start_makes_a_root_and_the_next_ones_leave_it(installation: Path) -> None:
    begin_trust(load_settings())
    before = _asked("show").output
    begin_trust(load_settings())

    assert "Index 1," in before
    assert _asked("show").output == before
    assert (installation / "data" / "trust" / "root.key").stat().st_mode & 0o777 == 0o600
    assert "(root.known)" in _asked("init").output


def test_a_package_goes_from_its_publisher_into_the_index_and_out_again(installation: Path) -> None:
    key, file = make_key_file(installation / "acme.key"), installation / "lamp.gblk"
    file.write_bytes(sign_package(write_archive(make_files()), key))
    assert _asked("init").exit_code == 0
    assert "(publisher.unknown)" in _asked("list", file).output

    assert _asked("publisher", "add", "acme", installation / "acme.key.pub").exit_code == 0
    listed = _asked("list", file)

    digest = listed.output.split()[-1].rstrip(".")
    assert f"acme.lamp 1.0.0 by acme {digest}" in _asked("show").output
    assert "--reason" in _asked("revoke", digest).output
    assert _asked("revoke", digest, "--reason", "It leaks.").exit_code == 0
    assert f"{digest}, revoked" in _asked("show").output


def test_what_is_exported_is_imported_and_an_older_index_is_not(installation: Path) -> None:
    _asked("init")
    _asked("export", installation / "out")
    assert _asked("import", *(installation / "out").iterdir()).exit_code == 0
    _asked("renew")

    assert "(index.old)" in _asked("import", installation / "out" / "index.json").output


def test_a_rotated_root_key_lies_in_the_old_ones_place(installation: Path) -> None:
    _asked("init")
    file = installation / "data" / "trust" / "root.key"
    before = file.read_bytes()

    assert _asked("rotate").exit_code == 0
    assert "Root 2," in _asked("show").output
    assert file.read_bytes() != before
    assert _asked("renew").exit_code == 0
    (old,) = (one for one in file.parent.glob("root.key.until-*"))
    assert "(index.not_signed)" in _asked("renew", "--key", old).output
