"""What an archive may be: exactly what the packer writes; every trick is refused by its code."""

from __future__ import annotations

import io
import struct
import time
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.packages import archive
from blocks.packages.archive import ArchiveError, read_archive, write_archive
from kernel.errors import InvalidError
from tests.factories.packages import make_files, zip_of
from tests.support.size import examples

FILES = {"a.txt": b"alpha", "b/c.txt": b"beta" * 10}
GOOD = write_archive(FILES)
END = 22
QUICK_S = 1.0


def _code(data: bytes) -> str:
    with pytest.raises(ArchiveError) as refused:
        read_archive(data)
    return refused.value.code


def _set(data: bytes, at: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, at, value)
    return bytes(changed)


def _central(data: bytes) -> int:
    return int.from_bytes(data[-6:-2], "little")


def test_what_is_written_is_read_again() -> None:
    assert read_archive(GOOD) == FILES


def test_the_same_files_give_the_same_bytes_in_whatever_order_they_come() -> None:
    assert write_archive(dict(reversed(FILES.items()))) == GOOD


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../up.txt", id="slip"),
        pytest.param("a/../../up.txt", id="slip inside"),
        pytest.param("/etc/passwd", id="absolute"),
        pytest.param("C:/x.txt", id="drive"),
        pytest.param("a\\b.txt", id="backslash"),
        pytest.param("a//b.txt", id="empty part"),
        pytest.param("./a.txt", id="dot"),
        pytest.param("folder/", id="folder"),
        pytest.param("a\n.txt", id="control"),
        pytest.param("a\x7f.txt", id="delete"),
        pytest.param("\u202egpj.py", id="right to left"),
        pytest.param("bl\u043eck.py", id="Cyrillic o"),
        pytest.param("a\u200b.py", id="zero width"),
        pytest.param("e\u0301.py", id="combining"),
        pytest.param("con.txt", id="device of Windows"),
        pytest.param("a.txt.", id="trailing dot"),
        pytest.param("a.txt ", id="trailing space"),
        pytest.param(".hidden", id="begins with a dot"),
        pytest.param("x" * 201, id="too long"),
        pytest.param("/".join("abcdefghijklm"), id="too deep"),
        pytest.param("src/x.pth", id="pth"),
        pytest.param("src/X.PTH", id="pth in capitals"),
        pytest.param("sitecustomize.py", id="sitecustomize"),
        pytest.param("src/x.so", id="so"),
        pytest.param("src/x.so.1", id="so with a version"),
        pytest.param("src/x.pyd", id="pyd"),
        pytest.param("src/x.dll", id="dll"),
        pytest.param("src/x.pyc", id="pyc"),
        pytest.param("src/x.zip", id="zip"),
        pytest.param("src/x.tar.gz", id="tarball"),
        pytest.param("src/x.whl", id="wheel elsewhere"),
        pytest.param("wheels/deep/x.whl", id="wheel too deep"),
    ],
)
def test_a_name_that_means_harm_or_two_things_is_refused(name: str) -> None:
    assert _code(zip_of((name, b"x"))) == "archive.name"
    with pytest.raises(InvalidError):
        write_archive({name: b"x"})


def test_an_empty_name_is_refused() -> None:
    assert _code(zip_of(("", b"x"))) == "archive.damaged"


@pytest.mark.parametrize(
    "names", [pytest.param(("a.py", "a.py"), id="same"), pytest.param(("A.py", "a.py"), id="case")]
)
def test_a_name_twice_is_refused(names: tuple[str, str]) -> None:
    with warnings.catch_warnings(action="ignore"):
        data = zip_of(*((name, b"x") for name in names))

    assert _code(data) == "archive.twice"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        pytest.param(0o120777, "archive.special", id="symlink"),
        pytest.param(0o040755, "archive.special", id="folder"),
        pytest.param(0o020644, "archive.special", id="device"),
        pytest.param(0o010644, "archive.special", id="pipe"),
        pytest.param(0o104755, "archive.setuid", id="setuid"),
        pytest.param(0o102755, "archive.setuid", id="setgid"),
        pytest.param(0o100755, "archive.order", id="executable"),
    ],
)
def test_what_is_no_plain_file_is_refused(mode: int, code: str) -> None:
    assert _code(zip_of(("a.txt", b"x"), mode=mode)) == code


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x7fELF\x02\x01", id="ELF"),
        pytest.param(b"MZ\x90\x00" + bytes(60), id="Windows"),
        pytest.param(b"\xcf\xfa\xed\xfe", id="macOS"),
        pytest.param(b"\x00asm\x01", id="WebAssembly"),
        pytest.param(zip_of(("x.py", b"x")), id="zip"),
        pytest.param(b"GIF89a" + zip_of(("x.py", b"x")), id="zip behind a picture"),
        pytest.param(b"\x1f\x8b\x08\x00", id="gzip"),
        pytest.param(b"\xfd7zXZ\x00", id="xz"),
        pytest.param(b"BZh91AY&SY", id="bzip2"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", id="7z"),
        pytest.param(b"\x28\xb5\x2f\xfd", id="zstd"),
        pytest.param(bytes(257) + b"ustar" + bytes(250), id="tar"),
    ],
)
def test_machine_code_and_archives_are_known_by_what_they_hold(content: bytes) -> None:
    assert _code(zip_of(("data.txt", content))) == "archive.content"


def test_a_compressed_archive_is_refused() -> None:
    data = zip_of(("a.txt", b"x" * 100), method=zipfile.ZIP_DEFLATED)

    assert _code(data) == "archive.compressed"


@pytest.mark.parametrize(
    ("flag", "code"),
    [
        pytest.param(0x1, "archive.encrypted", id="encrypted"),
        pytest.param(0x40, "archive.encrypted", id="strongly encrypted"),
        pytest.param(0x2000, "archive.encrypted", id="masked"),
        pytest.param(0x8, "archive.descriptor", id="data descriptor"),
        pytest.param(0x10, "archive.damaged", id="unknown mark"),
    ],
)
def test_marks_that_readers_take_differently_are_refused(flag: int, code: str) -> None:
    data = _set(GOOD, 6, "<H", flag)
    data = _set(data, _central(data) + 8, "<H", flag)

    assert _code(data) == code


def test_something_in_front_is_refused() -> None:
    assert _code(b"#!/bin/sh\n" + GOOD) == "archive.prefix"


def test_something_in_front_that_the_directory_allows_for_is_refused() -> None:
    data = b"MZ!!" + GOOD
    central = _central(GOOD) + 4
    data = _set(data, len(data) - 6, "<I", central)
    data = _set(data, central + 42, "<I", 4)

    assert _code(data) == "archive.prefix"


def test_something_behind_is_refused() -> None:
    assert _code(GOOD + b"more") == "archive.trailing"


def test_a_comment_is_refused() -> None:
    assert _code(_set(GOOD, len(GOOD) - 2, "<H", 4) + b"more") == "archive.trailing"


def test_two_files_in_the_same_bytes_are_refused() -> None:
    second = _central(GOOD) + 46 + len("a.txt")

    assert _code(_set(GOOD, second + 42, "<I", 0)) == "archive.overlap"


def test_something_between_files_and_directory_is_refused() -> None:
    central = _central(GOOD)
    data = GOOD[:central] + b"hidden" + GOOD[central:]

    assert _code(_set(data, len(data) - 6, "<I", central + 6)) == "archive.overlap"


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [
        pytest.param(14, "<I", 7, id="checksum"),
        pytest.param(18, "<I", 4, id="size"),
        pytest.param(22, "<I", 4, id="unpacked size"),
        pytest.param(30, "<B", ord("z"), id="name"),
        pytest.param(6, "<H", 0x800, id="marks"),
        pytest.param(8, "<H", 8, id="method"),
    ],
)
def test_a_file_that_tells_otherwise_than_the_directory_is_refused(
    at: int, form: str, value: int
) -> None:
    assert _code(_set(GOOD, at, form, value)) == "archive.mismatch"


def test_a_content_that_is_not_what_was_announced_is_refused() -> None:
    assert _code(GOOD.replace(b"alpha", b"omega")) == "archive.checksum"


@pytest.mark.parametrize(
    ("back", "form", "value"),
    [
        pytest.param(14, "<H", 0xFFFF, id="count"),
        pytest.param(10, "<I", 0xFFFF_FFFF, id="size"),
        pytest.param(6, "<I", 0xFFFF_FFFF, id="start"),
        pytest.param(18, "<H", 1, id="in parts"),
    ],
)
def test_zip64_and_archives_in_parts_are_refused(back: int, form: str, value: int) -> None:
    assert _code(_set(GOOD, len(GOOD) - back, form, value)) == "archive.zip64"


def test_extra_fields_are_refused() -> None:
    info = zipfile.ZipInfo("a.txt", (1980, 1, 1, 0, 0, 0))
    info.extra = struct.pack("<HH4s", 0x7075, 4, b"evil")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(info, b"x")

    assert _code(target.getvalue()) == "archive.zip64"


def test_too_many_files_are_refused_before_any_is_read() -> None:
    data = zip_of(*((f"{number}.txt", b"") for number in range(archive.FILES_MAX + 1)))

    assert _code(data) == "archive.too_many"


def test_a_file_that_is_too_large_is_refused() -> None:
    data = zip_of(("a.txt", bytes(archive.FILE_MAX_BYTES + 1)))

    assert _code(data) == "archive.too_large"
    with pytest.raises(InvalidError):
        write_archive({"a.txt": bytes(archive.FILE_MAX_BYTES + 1)})


def test_a_package_that_is_too_large_is_refused() -> None:
    assert _code(bytes(archive.ARCHIVE_MAX_BYTES + 1)) == "archive.too_large"


def test_sizes_that_add_up_to_too_much_are_refused_before_any_is_read() -> None:
    data = zip_of(*((f"{number}.txt", b"x") for number in range(3)))
    at = _central(data)
    for _ in range(3):
        data = _set(_set(data, at + 20, "<I", 12 << 20), at + 24, "<I", 12 << 20)
        at += 46 + len("0.txt")

    assert _code(data) == "archive.too_large"


def test_another_order_is_refused() -> None:
    assert _code(zip_of(("b.txt", b"x"), ("a.txt", b"x"))) == "archive.order"


@pytest.mark.parametrize("length", range(0, len(GOOD), 7))
def test_an_archive_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(ArchiveError):
        read_archive(GOOD[:length])


@settings(max_examples=examples(300))
@given(st.data())
def test_whatever_byte_is_changed_it_is_refused_or_the_same_files(data: st.DataObject) -> None:
    good = write_archive(make_files())
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(1, 255))
    changed = good[:at] + bytes([good[at] ^ byte]) + good[at + 1 :]

    with pytest.raises(ArchiveError):
        read_archive(changed)


PIECES = st.sampled_from(
    [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff", GOOD, bytes(22)]
)


@settings(max_examples=examples(300))
@given(
    parts=st.lists(st.one_of(PIECES, st.binary(max_size=80)), max_size=8), cut=st.integers(0, 90)
)
def test_whatever_comes_is_refused_quickly_and_never_crashes(parts: list[bytes], cut: int) -> None:
    data = b"".join(parts)[cut:]
    begun = time.monotonic()

    with suppress(ArchiveError):
        assert read_archive(data) == FILES

    assert time.monotonic() - begun < QUICK_S


def test_the_largest_directory_that_fits_is_refused_in_a_second() -> None:
    entries = 60_000
    one = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *([0] * 9), 1, *([0] * 6)) + b"a"
    size = len(one) * entries
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, entries, entries, size, 0, 0)
    begun = time.monotonic()

    assert _code(one * entries + end) == "archive.too_many"
    assert time.monotonic() - begun < QUICK_S
