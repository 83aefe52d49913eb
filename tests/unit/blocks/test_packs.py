"""A pack is a folder: what it says of itself is checked, its files are read as JSON or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from blocks.packs import PackError, data_files, pack_folders, read_pack
from tests.factories.packs import make_pack


def test_a_pack_tells_who_it_is(tmp_path: Path) -> None:
    pack = read_pack(make_pack(tmp_path, "fans"))

    assert (pack.id, pack.version, pack.title) == ("acme.fans", "1.2.0", "Acme fans")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        pytest.param({"pack": 2}, "/pack.json/pack", id="another format"),
        pytest.param({"version": "one"}, "/pack.json/version", id="no version"),
        pytest.param({"colour": "red"}, "/pack.json/colour", id="a field it does not have"),
        pytest.param({"publisher": "other"}, "/pack.json/publisher", id="another's id"),
    ],
)
def test_what_does_not_fit_is_told_with_file_and_field(
    tmp_path: Path, said: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(PackError) as refused:
        read_pack(make_pack(tmp_path, "fans", **said))

    assert [one.pointer for one in refused.value.problems] == [pointer]
    assert refused.value.problems[0].message.startswith("pack.json: ")


def test_a_folder_that_does_not_say_what_it_is_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()

    with pytest.raises(PackError) as refused:
        read_pack(tmp_path / "odd")

    assert refused.value.problems[0].message.startswith("pack.json: it cannot be read: No such")


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    pack = read_pack(make_pack(tmp_path, "fans", traps={"b.json": [2], "a.json": [1], "c.txt": ""}))

    assert data_files(pack, "traps") == [("traps/a.json", [1]), ("traps/b.json", [2])]
    assert data_files(pack, "rules") == []


def test_a_file_that_leads_out_of_the_pack_is_refused(tmp_path: Path) -> None:
    folder = make_pack(tmp_path, "fans")
    (tmp_path / "secret.json").write_text("[]")
    (folder / "traps" / "z.json").symlink_to(tmp_path / "secret.json")

    with pytest.raises(PackError, match="cannot be used") as refused:
        data_files(read_pack(folder), "traps")

    assert refused.value.problems[0].message.startswith("traps/z.json: it leads out of the pack")


def test_a_packs_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    make_pack(tmp_path, "b")
    make_pack(tmp_path, "a")
    make_pack(tmp_path, ".kept")

    assert [one.name for one in pack_folders(tmp_path)] == ["a", "b"]
    assert pack_folders(tmp_path / "nowhere") == []
