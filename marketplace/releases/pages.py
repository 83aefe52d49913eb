"""A release as a whole document: with its checks, its messages and its own page for users."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from marketplace.releases import shapes, store
from marketplace.releases.readme import page_of_package


def whole_of(session: Session, release: store.ReleaseView) -> dict[str, Any]:
    """Write a release whole, for its publisher and for reviewers: whoever asks may see it."""
    return shapes.whole_document(
        release,
        store.checks_of(session, release.id),
        store.messages_of(session, release.id),
        page_of_package(store.archive_of(session, release)),
    )
