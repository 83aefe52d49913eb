"""Paths of the folder: none leads out of it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.mirror.layout import (
    DOCUMENT_MAX_BYTES,
    Entry,
    Manifest,
    MirrorError,
    Purpose,
    is_path,
    read_manifest,
    require_readable,
    write_document,
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


def test_a_listing_of_many_releases_is_taken_and_what_no_import_would_take_is_not_written() -> None:
    one: dict[str, Any] = {
        "digest": "sha256:" + "0" * 64,
        "state": "listed",
        "channel": "stable",
        "quality": "",
    }
    one |= {"changelog": "x" * 4_000, "listed_at": "2026-01-01T00:00:00Z", "successor": ""}
    one |= {"ends_on": None, "reason": ""}
    said = {"listing": "acme.say", "kind": "block", "title": "Say", "summary": "", "support": ""}
    releases = [{**one, "version": f"1.{at}.0"} for at in range(1_100)]
    whole = write_document({**said, "releases": releases})

    assert len(whole) > DOCUMENT_MAX_BYTES
    require_readable("listings/acme.say.json", whole)
    bad = {**said, "releases": [{**one, "version": "1.0.0", "changelog": "x" * 4_001}]}
    with pytest.raises(MirrorError, match="at /releases/0/changelog"):
        require_readable("listings/acme.say.json", write_document(bad))
    with pytest.raises(MirrorError, match="at most") as refused:
        require_readable("publishers/acme.json", b" " * (DOCUMENT_MAX_BYTES + 1))
    assert refused.value.code == "mirror.too_large"
