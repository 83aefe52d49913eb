"""The page for users that a package has in it."""

from __future__ import annotations

from blocks.packages.package import read_package

PAGE_FILE = "README.md"


def page_of_package(archive: bytes) -> str:
    """Give a package's page for its users, in Markdown; "" where it has none."""
    return read_package(archive).files.get(PAGE_FILE, b"").decode("utf-8", "replace")
