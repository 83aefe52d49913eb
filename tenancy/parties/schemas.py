"""What may be sent of an organization (TMF632 v4) and of a party role (TMF669 v4), as JSON Schema.

Stricter than the contracts in one point: an attribute that is not kept here is refused, for it
would be lost without a word.
"""

from __future__ import annotations

from typing import Any

from kernel.rest import TEXT, many
from kernel.schema import Schema
from tenancy._tables import EMAIL_MAX, NAME_MAX, REASON_MAX
from tenancy.life_cycle.states import State
from tenancy.parties.states import STATUSES

KINDS = ("customer", "reseller", "csp")
KEPT = ("externalReference", "contactMedium", "partyCharacteristic", "tradingName")
KEPT_OF_ROLE = ("contactMedium",)
"""What is kept as it was said, and given back so."""
_LIST_MAX = 50
_TEXT_MAX = 500

Part = dict[str, Any]


def _text(most: int = _TEXT_MAX, least: int = 0) -> Part:
    return {"type": "string", "maxLength": most, "minLength": least}


_META = {name: _text() for name in ("@type", "@baseType", "@schemaLocation", "@referredType")}


def _object(properties: Part, *, required: tuple[str, ...] = (), is_open: bool = False) -> Part:
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": is_open,
        "properties": {**_META, **properties},
    }


def _list(item: Part) -> Part:
    return {"type": "array", "maxItems": _LIST_MAX, "items": item}


_ID = {"type": "string", "format": "uuid"}
PROVIDER = "provider"
_REFERENCE: Part = {"id": _ID, "href": _text(), "name": _text(NAME_MAX)}
_ENGAGED = _object(_REFERENCE)
_ABOVE = _object({**_REFERENCE, "role": {"enum": [PROVIDER]}}, required=("id",))
_MEDIUM = _object(
    {
        "mediumType": _text(),
        "preferred": {"type": "boolean"},
        "validFor": {"type": "object"},
        "characteristic": _object({"emailAddress": _text(EMAIL_MAX)}, is_open=True),
    }
)
_SHARED: Part = {
    "contactMedium": _list(_MEDIUM),
    "relatedParty": {**_list(_ABOVE), "maxItems": 1},
}
_ORGANIZATION: Part = {
    **_SHARED,
    "name": _text(NAME_MAX, 1),
    "tradingName": _text(),
    "organizationType": {"enum": list(KINDS)},
    "status": {"enum": list(STATUSES)},
    "externalReference": _list(
        _object({"name": _text(_TEXT_MAX, 1), "externalReferenceType": _text()}, required=("name",))
    ),
    "partyCharacteristic": _list(
        _object(
            {
                "name": _text(_TEXT_MAX, 1),
                "value": {"type": ["string", "number", "boolean"]},
                "valueType": _text(),
            },
            required=("name", "value"),
        )
    ),
}
_ROLE: Part = {
    **_SHARED,
    "name": {"enum": list(KINDS)},
    "status": {"enum": [one.value for one in State]},
    "statusReason": _text(REASON_MAX),
    "engagedParty": _ENGAGED,
}


def _changed(properties: Part, *names: str) -> Schema:
    """Write a merge patch: null takes away what is kept as it was said."""
    part = {
        name: {"anyOf": [properties[name], {"type": "null"}]} if name in KEPT else properties[name]
        for name in names
    }
    return Schema({**_object(part), "minProperties": 1})


NEW_ORGANIZATION = Schema(_object(_ORGANIZATION, required=("name",)))
CHANGED_ORGANIZATION = _changed(_ORGANIZATION, "name", "status", "relatedParty", *KEPT)
NEW_ROLE = Schema(_object(_ROLE, required=("name", "engagedParty")))
CHANGED_ROLE = _changed(_ROLE, "status", "statusReason", "relatedParty", "contactMedium")


def _answered(properties: Part, *more: str) -> Part:
    named = {**{name: {} for name in more}, **properties}
    return {
        "type": "object",
        "required": ["id", "href"],
        "properties": {"id": _ID, "href": TEXT, **named},
    }


ORGANIZATION = _answered(_ORGANIZATION, "existsDuring", "@type")
ROLE = _answered(_ROLE, "validFor", "@type")
ORGANIZATIONS, ROLES = many(ORGANIZATION), many(ROLE)
FAILURE = {
    "type": "object",
    "required": ["code", "reason", "status"],
    "properties": dict.fromkeys(("code", "reason", "message", "status"), TEXT),
}
