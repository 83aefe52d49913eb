"""A key file is read only by its owner, and never overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from blocks.packages.keys import KeyFileError, make_key_file, read_key_file, read_public_file
from blocks.packages.signing import key_id


def _refusal(path: Path, passphrase: str = "") -> str:
    with pytest.raises(KeyFileError) as refused:
        read_key_file(path, passphrase=passphrase)
    return refused.value.code


@pytest.mark.parametrize("passphrase", ["", "correct horse"], ids=["open", "sealed"])
def test_a_key_is_read_again_with_its_public_part_beside_it(
    tmp_path: Path, passphrase: str
) -> None:
    path = tmp_path / "acme.key"
    made = make_key_file(path, passphrase=passphrase)

    found = read_key_file(path, passphrase=passphrase)

    assert key_id(found.public_key()) == key_id(made.public_key())
    assert key_id(read_public_file(tmp_path / "acme.key.pub")) == key_id(made.public_key())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "acme.key"
    make_key_file(path)
    before = path.read_bytes()

    with pytest.raises(KeyFileError) as refused:
        make_key_file(path)

    assert (refused.value.code, path.read_bytes()) == ("key.exists", before)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.key"
    make_key_file(path)
    path.chmod(0o640)

    assert _refusal(path) == "key.open_to_others"


@pytest.mark.parametrize("given", ["", "wrong"])
def test_a_sealed_key_needs_its_passphrase(tmp_path: Path, given: str) -> None:
    make_key_file(tmp_path / "acme.key", passphrase="correct horse")

    assert _refusal(tmp_path / "acme.key", given) == "key.passphrase"


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.key"
    path.write_text("hello")
    path.chmod(0o600)

    assert (_refusal(path), _refusal(tmp_path / "none")) == ("key.unreadable", "key.missing")
