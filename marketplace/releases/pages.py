"""A release as a whole document: with its checks, its messages and its own page for users."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from blocks.packages.package import read_package
from marketplace.releases import shapes, store

PAGE_FILE = "README.md"


def whole_of(session: Session, release: store.ReleaseView) -> dict[str, Any]:
    """Write a release whole, for its publisher and for reviewers: whoever asks may see it."""
    return shapes.whole_document(
        release,
        store.checks_of(session, release.id),
        store.messages_of(session, release.id),
        page_of_package(store.archive_of(session, release)),
    )


def page_of_package(archive: bytes) -> str:
    """Give a package's page for its users, in Markdown; "" where it has none."""
    return read_package(archive).files.get(PAGE_FILE, b"").decode("utf-8", "replace")
