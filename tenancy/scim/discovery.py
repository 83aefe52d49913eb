"""What is supported of SCIM, as it tells it itself (RFC 7643, 5 to 7). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tenancy.scim.documents import GROUP, USER

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
RESULTS_MAX = 200


def service_config(*, base: str) -> dict[str, Any]:
    """Say what of the protocol is done here."""
    return {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": RESULTS_MAX},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "API token",
                "description": "A token of the organisation, from its page API tokens",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base}/ServiceProviderConfig",
        },
    }


def resource_types(*, base: str) -> list[dict[str, Any]]:
    """List the kinds of things."""
    kinds = (("User", USER, "A member, or somebody who may become one"), ("Group", GROUP, "A role"))
    return [
        {
            "schemas": [RESOURCE_TYPE],
            "id": name,
            "name": name,
            "description": words,
            "endpoint": f"/{name}s",
            "schema": schema,
            "meta": {
                "resourceType": "ResourceType",
                "location": f"{base}/ResourceTypes/{name}",
            },
        }
        for name, schema, words in kinds
    ]


def schemas(*, base: str) -> list[dict[str, Any]]:
    """List the schemas of users and groups: the attributes that are kept, and no others."""
    return [
        {
            "schemas": [SCHEMA],
            "id": schema,
            "name": name,
            "description": words,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{schema}"},
        }
        for schema, name, words, attributes in (
            (USER, "User", "A member, or somebody who may become one", _USER),
            (GROUP, "Group", "A role; its members have it", _GROUP),
        )
    ]


def _attribute(
    name: str, words: str, *, kind: str = "string", parts: Sequence[Any] = (), **more: Any
) -> Mapping[str, Any]:
    usual = {
        "multiValued": False,
        "description": words,
        "required": False,
        "mutability": "readWrite",
        "returned": "default",
    }
    texts = {"caseExact": False, "uniqueness": "none"} if kind in ("string", "reference") else {}
    inner = {"subAttributes": list(parts)} if parts else {}
    return {"name": name, "type": kind, **usual, **texts, **inner, **more}


_READ = {"mutability": "readOnly"}
_NAMES = (
    _attribute("formatted", "The whole name"),
    _attribute("givenName", "The given name"),
    _attribute("familyName", "The family name"),
)
_EMAIL = (
    _attribute("value", "The address"),
    _attribute("type", "Which one it is, such as work"),
    _attribute("primary", "Whether it is the one that counts", kind="boolean"),
)
_GROUPS = (
    _attribute("value", "The group's id", **_READ),
    _attribute("display", "What the role is called", **_READ),
    _attribute("$ref", "The group's address", kind="reference", referenceTypes=["Group"], **_READ),
    _attribute("type", "Always direct", **_READ),
)
_MEMBERS = (
    _attribute("value", "The user's id", mutability="immutable"),
    _attribute("display", "The user's name", **_READ),
    _attribute("$ref", "The user's address", kind="reference", referenceTypes=["User"], **_READ),
    _attribute("type", "Always User", mutability="immutable"),
)
_USER = [
    _attribute("userName", "The directory's name", required=True, uniqueness="server"),
    _attribute("displayName", "What the directory calls them"),
    _attribute("name", "Their name", kind="complex", parts=_NAMES),
    _attribute(
        "emails",
        "Addresses; an invitation goes to the primary one",
        kind="complex",
        parts=_EMAIL,
        multiValued=True,
    ),
    _attribute("active", "Whether they belong here", kind="boolean"),
    _attribute("groups", "Their role", kind="complex", parts=_GROUPS, multiValued=True, **_READ),
]
_GROUP = [
    _attribute("displayName", "What the role is called", required=True, **_READ),
    _attribute("members", "Who has it", kind="complex", parts=_MEMBERS, multiValued=True),
]
