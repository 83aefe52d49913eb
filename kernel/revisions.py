"""Which revision a write over REST builds on: `ETag` tells it, and `If-Match` says it again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from kernel.errors import ConflictError, GarlandError
from kernel.ids import sha256_of

_DIGITS_MAX = 9
_TAG_LENGTH = 32


class RevisionUnknownError(GarlandError):
    """A write that must say which revision it builds on does not."""

    code = "core.revision_required"
    status = 428


class RevisionMovedError(GarlandError):
    """Somebody saved another revision since the one this write builds on."""

    code = "core.revision_moved"
    status = 412


@contextmanager
def told_as_moved(refusal: type[ConflictError] = ConflictError) -> Iterator[None]:
    """Tell a write within that was refused, since somebody saved meanwhile, as `If-Match` has it.

    Raises:
        RevisionMovedError: with the words and facts of the refusal.
    """
    try:
        yield
    except refusal as error:
        raise RevisionMovedError(error.message, **error.detail) from None


def read_revision(tags: Collection[str | None], what: str) -> int:
    """Read the revision of a thing from the tags of `If-Match`.

    >>> read_revision({"7"}, "draft")
    7

    Raises:
        RevisionUnknownError: there is none.
        RevisionMovedError: it is no ETag of such a thing.
    """
    if not tags:
        raise RevisionUnknownError(f"send the {what}'s ETag as If-Match: read the {what} first")
    (tag, *others) = tags
    if others or not tag or not tag.isdecimal() or len(tag) > _DIGITS_MAX:
        raise RevisionMovedError(f"If-Match is no ETag of this {what}: read the {what} again")
    return int(tag)


def tag_of(document: Any) -> str:
    """Make the tag of something that has no revision, of all that people edit of it.

    >>> tag_of({"a": 1, "b": 2}) == tag_of({"b": 2, "a": 1})
    True
    """
    return sha256_of(json.dumps(document, sort_keys=True))[:_TAG_LENGTH]


def require_tag(tags: Collection[str | None], document: Any, what: str) -> None:
    """Refuse a write whose `If-Match` names another state of a thing; without any it is let pass.

    Raises:
        RevisionMovedError: somebody saved meanwhile.
    """
    if tags and tag_of(document) not in tags:
        raise RevisionMovedError(f"somebody saved the {what} since: read the {what} again")
