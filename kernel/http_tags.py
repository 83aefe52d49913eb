"""`ETag`, `If-Match` and `If-None-Match` of what is told whole, without a revision of its own."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from kernel.revisions import require_tag, tag_of


def require_unchanged(document: Any, what: str) -> None:
    """Refuse a write that names another state in `If-Match`; see `require_tag`."""
    require_tag(request.if_match.as_set(), document, what)


def with_tag_of(response: Response, document: Any) -> Response:
    """Give an answer the `ETag` of all that people edit of what it tells."""
    response.set_etag(tag_of(document))
    return response


def unless_known(response: Response) -> Response:
    """Answer 304 in place of what the asker says by `If-None-Match` that it has already."""
    known, (tag, _) = request.if_none_match, response.get_etag()
    if tag is not None and known.contains_weak(tag):
        response.status_code = 304
        response.set_data(b"")
    return response
