"""The OpenAPI document of TMF635 as it is served here: its read-only part. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.rest import FLAG, INSTANT, TEXT, WHOLE, choice, many, shape
from runtime.use.tmf635.documents import GUIDED, RECEIVED, TITLES
from runtime.use.tmf635.listing import PATHS

_NOTE = """What was used, one `Usage` for each day, metric and organisation; to read only. Shapes
are those of TMF635 v4.0.0. A usage of `status` *received* may still grow, until the day after its
own is over; of *guided* it stays as it is."""
_ANY: Mapping[str, Any] = {"type": ["string", "integer"]}
_REFERENCE = shape(id=TEXT, href=TEXT, name=TEXT, **{"@referredType": TEXT})
_PARTY = shape(id=TEXT, name=TEXT, role=TEXT, **{"@referredType": TEXT})
_VALUE = shape(name=TEXT, valueType=TEXT, value=_ANY)
_USAGE = shape(
    id=TEXT,
    href=TEXT,
    usageDate=INSTANT,
    usageType=choice(*TITLES),
    description=TEXT,
    status=choice(RECEIVED, GUIDED),
    usageCharacteristic=many(_VALUE),
    usageSpecification=_REFERENCE,
    relatedParty=many(_PARTY),
    **{"@type": TEXT},
)
_SPECIFICATION = shape(
    id=TEXT,
    href=TEXT,
    name=TEXT,
    description=TEXT,
    version=TEXT,
    lifecycleStatus=TEXT,
    isBundle=FLAG,
    specCharacteristic=many(shape(name=TEXT, valueType=TEXT, configurable=FLAG)),
    **{"@type": TEXT},
)
USAGE_FIELDS = frozenset(_USAGE["properties"])
SPECIFICATION_FIELDS = frozenset(_SPECIFICATION["properties"])
_ERROR = {
    "type": "object",
    "required": ["code", "reason"],
    "properties": {"code": TEXT, "reason": TEXT, "message": TEXT, "status": TEXT},
}
_ERRORS = {
    "400": "What was asked for cannot be read",
    "401": "There is no token, or it is unknown, revoked or expired",
    "403": "The token's role does not allow it",
    "404": "There is no such thing, or it is not yours to see",
    "429": "Too many: come back after `Retry-After` seconds",
}


def contract(server: str) -> dict[str, Any]:
    """Write the document of an installation whose addresses of TMF635 begin with `server`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Usage Management", "version": "4.0.0", "description": _NOTE},
        "servers": [{"url": server}],
        "paths": {
            "/usage": {"get": _list("listUsage", "Usage", filters=PATHS)},
            "/usage/{id}": {"get": _one("retrieveUsage", "Usage")},
            "/usageSpecification": {"get": _list("listUsageSpecification", "UsageSpecification")},
            "/usageSpecification/{id}": {
                "get": _one("retrieveUsageSpecification", "UsageSpecification")
            },
        },
        "components": {
            "schemas": {
                "Usage": _chosen(_USAGE),
                "UsageSpecification": _chosen(_SPECIFICATION),
                "Error": _ERROR,
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _chosen(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Let all but id and href be absent, since `fields` leaves the others out."""
    return {**whole, "required": ["id", "href"]}


def _list(name: str, of: str, *, filters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    asked = [
        _query("fields", TEXT, "Attributes to give, parted by commas; id and href always are"),
        _query("offset", {**WHOLE, "minimum": 0}, "How many to pass by"),
        _query("limit", {**WHOLE, "minimum": 0, "maximum": 1_000}, "How many at most; 100 if not"),
    ]
    words = "Only those; also with .ne, and usageDate with .gt, .gte, .lt, .lte"
    asked += [_query(path, {"type": "string"}, words) for path in filters or ()]
    counted = {one: {"schema": WHOLE} for one in ("X-Total-Count", "X-Result-Count")}
    return _operation(name, f"List {of}", many(_named(of)), asked, headers=counted)


def _one(name: str, of: str) -> dict[str, Any]:
    key = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    fields = _query("fields", TEXT, "Attributes to give, parted by commas")
    return _operation(name, f"Give one {of}", _named(of), [key, fields])


def _operation(
    name: str,
    words: str,
    answer: Mapping[str, Any],
    asked: list[dict[str, Any]],
    *,
    headers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    good = {
        "description": "What was asked for",
        "content": {"application/json": {"schema": answer}},
    }
    refused = {"content": {"application/json": {"schema": _named("Error")}}}
    return {
        "operationId": name,
        "summary": words,
        "parameters": asked,
        "responses": {
            "200": {**good, "headers": dict(headers)} if headers else good,
            **{status: {"description": said, **refused} for status, said in _ERRORS.items()},
            "default": {"description": "Any other refusal", **refused},
        },
    }


def _query(name: str, schema: Mapping[str, Any], words: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": words}


def _named(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
