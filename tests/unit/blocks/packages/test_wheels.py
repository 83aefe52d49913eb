"""A wheel that comes along is pure, whole, and read under the rules of packages."""

from __future__ import annotations

import io
import zipfile

import pytest

from blocks.packages.wheels import WheelError, read_wheel, read_wheels
from tests.factories.packages import make_wheel, zip_of

NAME = "wheels/lampkit-1.0-py3-none-any.whl"
INFO = "lampkit-1.0.dist-info"


def test_a_pure_wheel_is_read() -> None:
    assert set(read_wheel(NAME, make_wheel()).files) == {
        "lampkit/__init__.py",
        *(f"{INFO}/{one}" for one in ("METADATA", "WHEEL", "RECORD")),
    }


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        pytest.param("wheels/lampkit.whl", make_wheel(), "pure wheel", id="no version"),
        pytest.param(
            "wheels/lampkit-1.0-cp311-cp311-linux_x86_64.whl",
            make_wheel(),
            "pure wheel",
            id="binary",
        ),
        pytest.param(NAME, make_wheel(pure="false"), "pure", id="says it is not pure"),
        pytest.param(NAME, make_wheel(tag="cp311-cp311-any"), "machines", id="tag of a machine"),
        pytest.param(NAME, make_wheel({"lampkit/x.so": b""}), "machine code", id="so"),
        pytest.param(NAME, make_wheel({"lampkit/x.dat": b"\x7fELF"}), "machine code", id="ELF"),
        pytest.param(NAME, make_wheel({"x.pth": b""}), "every start", id="pth"),
        pytest.param(NAME, make_wheel({"../x.py": b""}), "leads out", id="slip"),
        pytest.param(
            NAME, make_wheel({"lampkit-1.0.data/scripts/x": b""}), "outside", id="scripts"
        ),
        pytest.param(
            NAME, make_wheel({"other-1.dist-info/METADATA": b""}), "another library", id="another"
        ),
        pytest.param(NAME, make_wheel(record="a,b"), "columns", id="RECORD of another shape"),
        pytest.param(NAME, make_wheel(record=""), "differ", id="RECORD without files"),
        pytest.param(NAME, zip_of(("a.py", b"")), "missing", id="no metadata"),
        pytest.param(NAME, b"not a zip", "cut off", id="no archive"),
        pytest.param(NAME, make_wheel()[:-9], "cut off", id="cut off"),
    ],
)
def test_what_is_no_pure_wheel_is_refused(name: str, data: bytes, why: str) -> None:
    with pytest.raises(WheelError, match=why):
        read_wheel(name, data)


def test_a_file_that_is_not_the_one_of_record_is_refused() -> None:
    good = make_wheel()
    with zipfile.ZipFile(io.BytesIO(good)) as opened:
        files = [(one, opened.read(one)) for one in opened.namelist()]
    swapped = [(n, b"BRIGHT = 2\n" if n == "lampkit/__init__.py" else c) for n, c in files]

    with pytest.raises(WheelError, match="not the file that RECORD names"):
        read_wheel(NAME, zip_of(*swapped))


def test_a_bomb_is_unpacked_no_further_than_it_announced() -> None:
    data = zip_of(("a.py", bytes(1 << 20)), method=zipfile.ZIP_DEFLATED)
    small = (100).to_bytes(4, "little")
    honest = (1 << 20).to_bytes(4, "little")

    with pytest.raises(WheelError, match="more than it says"):
        read_wheel(NAME, data.replace(honest, small))


def test_a_bomb_that_announces_its_size_is_refused_unread() -> None:
    data = zip_of(("a.py", bytes(17 << 20)), method=zipfile.ZIP_DEFLATED)

    with pytest.raises(WheelError, match="17,825,792 bytes"):
        read_wheel(NAME, data)


def test_two_wheels_with_the_same_file_are_refused() -> None:
    other = make_wheel({"lampkit/__init__.py": b""}, name="lampkit2")
    files = {NAME: make_wheel(), "wheels/lampkit2-1.0-py3-none-any.whl": other}

    with pytest.raises(WheelError, match="too"):
        read_wheels(files)
