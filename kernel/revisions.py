"""Which revision a write over REST builds on: `ETag` tells it, and `If-Match` says it again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from kernel.errors import ConflictError, GarlandError

_DIGITS_MAX = 9


class RevisionUnknownError(GarlandError):
    """A write that must say which revision it builds on does not."""

    code = "garland.revision_required"
    status = 428


class RevisionMovedError(GarlandError):
    """Somebody saved another revision since the one this write builds on."""

    code = "garland.revision_moved"
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


def read_revision(tags: Collection[str], what: str) -> int:
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
    if others or not tag.isdecimal() or len(tag) > _DIGITS_MAX:
        raise RevisionMovedError(f"If-Match is no ETag of this {what}: read the {what} again")
    return int(tag)
