"""Interfaces of the TM Forum over HTTP: parts of lists, what was created, errors in their form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, request

from kernel.errors import InvalidError, Problem, UnsupportedTypeError
from kernel.http import json_body
from kernel.numbers import whole_number
from kernel.tmf import choose, error_document

LIMIT = 100
LIMIT_MAX = 1_000
OFFSET_MAX = 10_000_000
MERGE = ("application/json", "application/merge-patch+json", "")
"""The media types of a merge patch (RFC 7396); one that is not said is one too."""


def sent_body() -> Any:
    """Read what is to be created; raises UnsupportedTypeError."""
    if request.mimetype not in ("application/json", ""):
        raise UnsupportedTypeError(f"{request.mimetype} is not read here: send application/json")
    return json_body()


def read_cut() -> tuple[int, int]:
    """Read `offset` and `limit`; raises InvalidError."""
    return _number("offset", 0, OFFSET_MAX), _number("limit", LIMIT, LIMIT_MAX)


def listed(items: Sequence[Any], total: int, fields: Sequence[str]) -> Response:
    """Answer with a part of a list, and how long the whole is."""
    response = jsonify([choose(one, fields) for one in items])
    response.headers["X-Total-Count"] = str(total)
    response.headers["X-Result-Count"] = str(len(items))
    return response


def created(document: dict[str, Any], fields: Sequence[str]) -> Response:
    """Answer with what was created, and where it is."""
    response = jsonify(choose(document, fields))
    response.status_code = 201
    response.headers["Location"] = document["href"]
    return response


def in_their_form(response: Response, *, needs_type: bool = False) -> Response:
    """Give an error the form of TMF630, whoever found it; `needs_type` where it says its type."""
    if response.mimetype != "application/problem+json":
        return response
    said = json.loads(response.get_data())
    document, status = error_document(
        said["code"],
        said["detail"],
        status=response.status_code,
        problems=said.get("errors", ()),
        needs_type=needs_type,
    )
    response.set_data(json.dumps(document))
    response.status_code = status
    response.content_type = "application/json;charset=utf-8"
    return response


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    number = whole_number(text, most=most)
    if number is None:
        message = f"{name} must be a whole number from 0 to {most:,}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return number
