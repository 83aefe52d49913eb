"""Reading a list that comes in pages: where the next one is, and when to stop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from blocks.outcomes import BlockError
from blocks.schemas import value_at
from blocks.targets import read_target

_LINK = re.compile(
    r'<([^<>]{1,4000})>((?:\s*;\s*[a-z*]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)', re.IGNORECASE
)
_NEXT = re.compile(
    r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*(?:;|$)))', re.IGNORECASE
)


def next_address(
    paging: Mapping[str, Any], *, url: str, answer: Mapping[str, Any], taken: int
) -> str | None:
    """Give the address of the next page, None after the last one.

    Args:
        paging: As the manifest writes it.
        url: The address of this page.
        answer: What it answered.
        taken: How many entries this page had.

    Raises:
        BlockError: `http.bad_answer` when the next page is said to be at another server, which
            would be sent what this one was entrusted with.
    """
    following = paging["next"]
    if following["by"] == "offset":
        return _by_offset(following, url, answer, taken) if taken else None
    if following["by"] == "link":
        found = linked_next(str(answer["headers"].get("link", "")))
    else:
        at = value_at(answer, following["at"])
        found = at if isinstance(at, str) and at else None
    return None if found is None else _same_server(url, found)


def linked_next(header: str) -> str | None:
    """Find the next page in a Link header (RFC 8288).

    >>> linked_next('</a?page=1>; rel="prev", </a?page=3>; rel="next"')
    '/a?page=3'
    """
    for found in _LINK.finditer(header):
        if _NEXT.search(found[2]):
            return found[1]
    return None


def _by_offset(
    following: Mapping[str, Any], url: str, answer: Mapping[str, Any], taken: int
) -> str | None:
    """Count on, until a page is not full or the server's total is reached (TMF630, 4.6)."""
    address = httpx.URL(url)
    limit = address.params.get(following.get("limit", ""), "")
    if limit.isdecimal() and taken < int(limit):
        return None
    before = address.params.get(following["query"], "0")
    offset = int(before) if before.isdecimal() else 0
    total = str(answer["headers"].get("x-total-count", ""))
    if total.isdecimal() and offset + taken >= int(total):
        return None
    return str(address.copy_set_param(following["query"], str(offset + taken)))


def _same_server(url: str, found: str) -> str:
    try:
        target = read_target(str(httpx.URL(url).join(found)))
    except (httpx.InvalidURL, ValueError):
        raise _strange("no address") from None
    if target.origin != read_target(url).origin:
        raise _strange(f"at another server, {target.host}")
    return str(target.url)


def _strange(where: str) -> BlockError:
    message = f"The server says that the next page is {where}."
    return BlockError("http.bad_answer", message, retryable=False)
