"""The folder of an export: the same for the same, whole or none, and of no customer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from marketplace.mirror import folder as files
from marketplace.mirror.layout import MirrorError
from tenancy.organisations import create_organisation
from tests.factories.mirror import export, import_, make_listed
from tests.factories.organisations import make_below
from tests.factories.packages import OTHER_KEY
from tests.factories.releases import make_vendor


def contents(folder: Path) -> dict[str, bytes]:
    found = (one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in found}


def test_the_same_state_is_the_same_to_the_byte_and_is_not_written_again(
    there: sessionmaker[Session], folder: Path, tmp_path: Path
) -> None:
    again, other = export(there, folder), export(there, tmp_path / "other")

    assert (again.written, again.serial, other.serial) == (0, 1, 1)
    assert contents(folder) == contents(tmp_path / "other")


def test_what_came_since_alone_is_written_and_the_serial_grows(
    there: sessionmaker[Session], folder: Path
) -> None:
    with there.begin() as session:
        make_listed(session, version="1.1.0")

    looked, done = export(there, folder, check=True), export(there, folder)

    assert looked.written == done.written == 3  # its package, its listing, and the index
    assert (looked.serial, done.serial) == (0, 2)


def test_nothing_of_a_customer_is_in_it(there: sessionmaker[Session], tmp_path: Path) -> None:
    with there.begin() as session:
        vendor = make_vendor(session)
        csp = create_organisation(
            session, kind="csp", name="Northwind", slug="northwind", parent_id=vendor.id
        )
        customer = make_below(session, csp, name="Lakeside Hospital")
    export(there, tmp_path / "out")

    told = b"".join(contents(tmp_path / "out").values()).lower()
    for word in ("northwind", "lakeside", str(customer.id), str(csp.id), "anna", "vera", "rita"):
        assert word.encode() not in told


def test_an_export_that_was_cut_off_is_not_taken(
    there: sessionmaker[Session],
    here: sessionmaker[Session],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with there.begin() as session:
        make_listed(session, version="1.1.0")
    monkeypatch.setattr(files, "clear_others", _cut_off)
    with pytest.raises(KeyboardInterrupt):
        export(there, folder)

    with pytest.raises(MirrorError, match="holds no finished export") as refused:
        import_(here, folder)
    assert refused.value.code == "mirror.unfinished"


def test_only_the_key_of_the_root_signs_one(there: sessionmaker[Session], tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match="give the root's with --key"):
        export(there, tmp_path / "out", key=OTHER_KEY)


def test_a_folder_of_other_things_is_left_as_it_is(
    there: sessionmaker[Session], tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(MirrorError, match="holds thesis"):
        export(there, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def _cut_off(*_: object) -> int:
    raise KeyboardInterrupt
