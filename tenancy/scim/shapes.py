"""What SCIM's operations take and answer, as JSON Schema. Pure.

What is taken is said loosely: names of attributes count in any case, and directories send many more
than are kept. `tenancy.scim.documents` checks what is read of it.
"""

from __future__ import annotations

from typing import Any

from kernel.rest import FLAG, TEXT, TEXTS, WHOLE, many, shape
from kernel.schema import Schema

MEDIA_TYPE = "application/scim+json"
OPERATIONS_MAX = 1_000
MEMBERS_MAX = 10_000
_META = {
    "type": "object",
    "required": ["resourceType", "location"],
    "properties": dict.fromkeys(
        ("resourceType", "location", "created", "lastModified", "version"), TEXT
    ),
}
_REFERENCE = {"type": "object", "required": ["value"], "properties": {"value": TEXT}}
_RESOURCE = {"schemas": TEXTS, "id": TEXT, "meta": _META}


def _resource(**fields: Any) -> dict[str, Any]:
    """Write a resource of which `attributes` may have chosen some attributes alone."""
    named = {**_RESOURCE, **fields}
    return {"type": "object", "required": ["schemas", "id"], "properties": named}


USER = _resource(
    userName=TEXT,
    externalId=TEXT,
    displayName=TEXT,
    name={"type": "object"},
    emails=many(_REFERENCE),
    active=FLAG,
    groups=many(_REFERENCE),
)
GROUP = _resource(displayName=TEXT, members=many(_REFERENCE))


def _listed(one: dict[str, Any]) -> dict[str, Any]:
    counts = {"totalResults": WHOLE, "startIndex": WHOLE, "itemsPerPage": WHOLE}
    return shape(schemas=TEXTS, **counts, Resources=many(one))


USERS, GROUPS = _listed(USER), _listed(GROUP)
DESCRIPTION = {"type": "object", "required": ["schemas", "meta"]}
DESCRIPTIONS, CONFIG = _listed(DESCRIPTION), DESCRIPTION
NEW_USER = Schema({"type": "object"})
NEW_GROUP = Schema(
    {
        "type": "object",
        "properties": {"members": {"type": "array", "maxItems": MEMBERS_MAX}},
    }
)
PATCH = Schema(
    {
        "type": "object",
        "required": ["Operations"],
        "properties": {
            "schemas": TEXTS,
            "Operations": {
                "type": "array",
                "minItems": 1,
                "maxItems": OPERATIONS_MAX,
                "items": {
                    "type": "object",
                    "required": ["op"],
                    "properties": {"op": TEXT, "path": {"type": ["string", "null"]}},
                },
            },
        },
    }
)
_KINDS = (MEDIA_TYPE, "application/json")
TAGGED: dict[str, Any] = {"is_tagged": True, "gives": (MEDIA_TYPE,)}
TAKES: dict[str, Any] = {"takes": _KINDS}
FAILURE = {
    "type": "object",
    "required": ["schemas", "status", "detail"],
    "properties": {"schemas": TEXTS, "status": TEXT, "scimType": TEXT, "detail": TEXT},
}
