"""A folder is packed the same everywhere, read back, and named for good by its listing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blocks.packages.archive import ArchiveError, read_archive, write_archive
from blocks.packages.package import pack_folder, read_package, sign_package
from blocks.packages.signing import NotTrustedError, key_id
from kernel.errors import InvalidError
from tests.factories.packages import KEY, OTHER_KEY, make_files, make_package, make_wheel
from tests.factories.packs import make_pack

STANDARD = sorted(
    one.parent for one in Path(__file__).parents[4].glob("blocks/standard/*/block.json")
)


def _written(folder: Path) -> Path:
    for name, content in make_files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("folder", STANDARD, ids=lambda one: one.name)
def test_every_standard_block_is_packed_and_read(folder: Path) -> None:
    package = read_package(pack_folder(folder))

    assert (package.kind, package.envelope) == ("block", None)
    assert package.files["block.json"] == (folder / "block.json").read_bytes()


def test_the_same_folder_gives_the_same_bytes_whenever_it_was_written(tmp_path: Path) -> None:
    before = pack_folder(_written(tmp_path))
    for one in tmp_path.iterdir():
        os.utime(one, (1, 1))
        one.chmod(0o755)

    assert pack_folder(tmp_path) == before


def test_what_python_and_editors_leave_behind_stays_out(tmp_path: Path) -> None:
    before = pack_folder(_written(tmp_path))
    for name in ("__pycache__", ".git"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_bytes(b"x")
    (tmp_path / ".env").write_text("SECRET=1")
    (tmp_path / "block.pyc").write_bytes(b"x")

    assert pack_folder(tmp_path) == before


@pytest.mark.parametrize("target", ["/etc/passwd", "/etc", "block.py"])
def test_a_link_in_a_folder_is_refused_and_not_followed(tmp_path: Path, target: str) -> None:
    (_written(tmp_path) / "link").symlink_to(target)

    with pytest.raises(ArchiveError) as refused:
        pack_folder(tmp_path)

    assert refused.value.code == "archive.special"


def test_a_pack_is_a_package_too(tmp_path: Path) -> None:
    package = read_package(pack_folder(make_pack(tmp_path, "fans")))

    assert (package.kind, package.manifest["id"]) == ("pack", "acme.fans")


@pytest.mark.parametrize(
    ("files", "pointer"),
    [
        pytest.param({"a.txt": b""}, "", id="no manifest"),
        pytest.param({"block.json": b"{}", "pack.json": b"{}"}, "", id="two manifests"),
        pytest.param(make_files(version="one"), "/block.json/version", id="a wrong field"),
    ],
)
def test_what_is_no_block_and_no_pack_is_refused(files: dict[str, bytes], pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_package(write_archive(files))

    assert refused.value.problems[0].pointer == pointer


def test_signing_changes_neither_files_nor_digest() -> None:
    data = write_archive(make_files())
    signed = read_package(sign_package(data, KEY))

    assert (signed.digest, dict(signed.files)) == (read_package(data).digest, make_files())


def test_a_counter_signature_is_over_the_same_digest() -> None:
    package = make_package(KEY, OTHER_KEY)

    assert package.envelope
    assert [one.key_id for one in package.envelope.signatures] == [
        key_id(key.public_key()) for key in (KEY, OTHER_KEY)
    ]
    assert package.digest == make_package(KEY).digest


def test_signatures_over_other_files_are_refused_when_they_are_read() -> None:
    package = make_package(KEY)
    signed = sign_package(write_archive(make_files()), KEY)
    changed = write_archive(
        {**make_files({"more.txt": b"x"}), "signatures.json": _envelope(signed)}
    )

    with pytest.raises(NotTrustedError) as refused:
        read_package(changed)

    assert refused.value.code == "package.changed"
    assert refused.value.detail["files"] == ["more.txt"]
    assert "more.txt" not in package.files


def test_the_libraries_of_a_package_are_read_with_it() -> None:
    package = make_package(more={"wheels/lampkit-1.0-py3-none-any.whl": make_wheel()})

    (wheel,) = package.wheels
    assert (wheel.name, wheel.version, wheel.licence) == ("lampkit", "1.0", "MIT")
    assert wheel.files["lampkit/__init__.py"] == b"BRIGHT = 1\n"


def _envelope(data: bytes) -> bytes:
    return read_archive(data)["signatures.json"]
