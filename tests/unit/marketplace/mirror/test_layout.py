"""Paths of the folder: none leads out of it."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.mirror.layout import (
    Entry,
    Manifest,
    Purpose,
    is_path,
    read_manifest,
    write_manifest,
)
from tests.support.size import examples

PARTS = st.sampled_from(
    ["..", ".", "", "listings", "packages", "acme.say.json", "root.json", "C:", "\\", "~", "\n",
     "publishers", "acme.json", "a" * 64 + ".gblk", "ä.json", "acme.json\n", "/"]
)  # fmt: skip


@given(st.lists(PARTS, min_size=1, max_size=4).map("/".join) | st.text(max_size=30))
@settings(max_examples=examples(300))
def test_a_path_stays_in_the_folder_and_is_of_one_of_its_shapes(path: str) -> None:
    if is_path(path):
        parts = PurePosixPath(path).parts
        assert len(parts) <= 2
        assert ".." not in parts
        assert "/".join(parts) == path
        assert path.isascii()


def test_a_manifest_is_read_as_it_was_written() -> None:
    files = {"root.json": Entry("0" * 64, 3), "listings/acme.say.json": Entry("1" * 64, 9)}
    manifest = Manifest(purpose=Purpose.WHOLE, source="Main", serial=7, files=files)

    assert read_manifest(write_manifest(manifest)) == manifest
