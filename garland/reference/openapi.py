"""The OpenAPI 3.1 document of the REST interface, written from the addresses and their views.

Nothing is said here of any one operation: paths and methods come from the map of addresses, words
from the views' docstrings, permissions from `require`, the rest from `kernel.rest.describe`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from garland.reference.addresses import PREFIXES, WRITES, Address
from garland.reference.components import Components
from garland.reference.contracts import UNPROCESSABLE, Contract
from kernel.rest import INSTANT, TEXT, WHOLE, Shape, shape
from kernel.schema import Schema

VERSION = "3.1.0"
INTERFACE = "1.0.0"
"""The version of the interface itself: what is under `/api/v1` only grows."""
PROBLEM_TYPE = "application/problem+json"
_MOST = {"type": "integer", "minimum": 1, "maximum": 500}
_PAGES: Mapping[str, Mapping[str, Any]] = {
    "limit": {**_MOST, "description": "How many at most"},
    "cursor": {**TEXT, "description": "The `next_cursor` of the page before"},
}
_PROBLEM = Shape(
    "Problem",
    {
        **shape(type=TEXT, title=TEXT, status=WHOLE, code=TEXT, detail=TEXT),
        "description": "What was refused and why (RFC 9457); `errors` name each field, `limit` and "
        "`resets_at` which limit of a plan was reached and when it begins anew",
    },
)
_PROBLEM["properties"]["errors"] = {
    "type": "array",
    "items": shape(pointer=TEXT, message=TEXT),
}
_PROBLEM["properties"] |= {"limit": TEXT, "resets_at": INSTANT}
_BESIDE = ("description", "required")
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "Sent again with the same key, the same request is answered as before and "
    "nothing is done twice; for 24 hours.",
}
_TAG = {
    "name": "If-Match",
    "in": "header",
    "schema": TEXT,
    "description": "The `ETag` of what is changed, as it was last read",
}
SAME = 304
_SAME = {"description": "What was asked for is as `If-None-Match` has it"}
_REFUSED = {
    400: "What was sent cannot be read",
    401: "There is no token, or it is unknown, revoked or expired",
    403: "The token's role does not allow it",
    404: "There is no such thing, or it is another organisation's",
    409: "It is not possible as things are",
    412: "Somebody changed it since: read it again",
    413: "More bytes than are taken",
    415: "A media type that is not read here",
    422: "Something sent cannot be taken; `errors` name each field",
    428: "`If-Match` is missing",
    429: "Too many: come back after `Retry-After` seconds",
    503: "Something that is needed does not answer right now: try again",
}
_OTHERS = "What the workflow or block behind the address answers, or why it was not asked"
_ABOUT = """Send an API token as `Authorization: Bearer <token>`; the page “API tokens” makes one.
Lists answer `items` and `next_cursor`, which asks for the next page as `cursor`. What is refused is
answered as problem+json (RFC 9457) and changes nothing. A write takes an `Idempotency-Key`. Where
two people can change the same thing, an answer has an `ETag`, which the write sends back as
`If-Match`. What belongs to another organisation is not found."""


REST = Contract(
    title="REST interface",
    version=INTERFACE,
    about=_ABOUT,
    prefixes=PREFIXES,
    refused=_PROBLEM,
    refused_type=PROBLEM_TYPE,
    invalid=UNPROCESSABLE,
)


def openapi(
    addresses: Iterable[Address], *, server: str, contract: Contract = REST
) -> dict[str, Any]:
    """Write the document of an installation whose addresses begin with `server`."""
    components, paths, groups = Components(), dict[str, Any](), dict[str, str]()
    for one in addresses:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, components, contract)
        module = sys.modules[one.view.__module__].__doc__ or ""
        groups.setdefault(one.group, " ".join(module.split("\n\n")[0].split()))
    components.written(contract.refused)
    return {
        "openapi": VERSION,
        "info": {
            "title": contract.title,
            "version": contract.version,
            "description": contract.about,
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": words} for name, words in sorted(groups.items())],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(one: Address, components: Components, contract: Contract) -> dict[str, Any]:
    summary, _, more = one.words.partition("\n\n")
    wants = f"Needs the permission `{one.permission}`." if one.permission else ""
    written: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.group],
        "summary": " ".join(summary.split()),
        "description": "\n\n".join(filter(None, (more.strip(), wants))),
        "parameters": components.written(list(_parameters(one))),
        "responses": _responses(one, components, contract),
    }
    if not _takes_token(one):
        written["security"] = []
    body = body_of(one)
    if body is not None:
        written["requestBody"] = {
            "required": not one.operation.is_optional,
            "content": {kind: {"schema": components.written(body)} for kind in one.operation.takes},
        }
    return {name: value for name, value in written.items() if value or name == "security"}


def _takes_token(one: Address) -> bool:
    return bool(one.permission) or one.path.startswith("/api/")


def body_of(one: Address) -> Mapping[str, Any] | None:
    """Give the schema of what an operation takes."""
    said = one.operation.bodies.get(one.chosen, one.operation.body)
    return said.document if isinstance(said, Schema) else said


def _parameters(one: Address) -> Iterator[dict[str, Any]]:
    for name, schema in one.parts.items():
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    pages = _PAGES if one.operation.pages else {}
    for name, schema in {**one.operation.query, **pages}.items():
        beside = {key: schema[key] for key in _BESIDE if key in schema}
        bare = {key: value for key, value in schema.items() if key not in _BESIDE}
        yield {"name": name, "in": "query", "schema": bare, **beside}
    if one.operation.needs_tag or one.operation.takes_tag:
        yield {**_TAG, "required": one.operation.needs_tag}
    if one.method in WRITES and _takes_token(one) and not one.is_reading:
        yield _KEY


def _responses(one: Address, components: Components, contract: Contract) -> dict[str, Any]:
    said = one.operation
    content = {}
    if said.answer is not None:
        content = {kind: {"schema": components.written(said.answer)} for kind in said.gives}
    good: dict[str, Any] = {"description": "Done" if one.method in WRITES else "What was asked for"}
    if content:
        good["content"] = content
    if said.is_tagged:
        good["headers"] = {"ETag": {"schema": TEXT}}
    shown = {"schema": components.written(contract.refused)}
    refused = {"content": {contract.refused_type: shown}}
    statuses = dict.fromkeys(contract.status(status) for status in _refusals(one))
    others = {"default": {"description": _OTHERS, **refused}} if _is_answered_by_others(one) else {}
    return {
        **{str(one): _SAME if one == SAME else good for one in (said.status, *said.also)},
        **{str(status): {"description": _REFUSED[status], **refused} for status in statuses},
        **others,
    }


def _is_answered_by_others(one: Address) -> bool:
    """Tell whether a workflow or a block chooses the answer, its status among it."""
    return one.path.startswith("/hooks/")


def _refusals(one: Address) -> Iterator[int]:
    """List what an operation may answer instead; what is not here, it never does."""
    takes_body, writes = body_of(one) is not None, one.method in WRITES
    asks = bool(one.operation.query) or one.operation.pages
    wanted = {
        400: writes,
        401: bool(one.permission),
        403: bool(one.permission),
        404: bool(one.parts) or writes or asks,
        409: writes or bool(one.parts),
        412: one.operation.needs_tag or one.operation.takes_tag,
        413: writes,
        415: takes_body,
        422: writes or asks,
        428: one.operation.needs_tag,
        429: bool(one.permission) or takes_body,
        503: bool(one.permission) or takes_body,
    }
    possible = {status for status, is_possible in wanted.items() if is_possible}
    yield from sorted(possible | {*one.operation.refuses})
