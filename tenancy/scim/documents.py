"""Users and groups as SCIM writes them (RFC 7643, 4), and what was sent, checked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.revisions import tag_of
from kernel.schema import Schema
from tenancy._tables import EMAIL_MAX, NAME_MAX
from tenancy.people import is_email
from tenancy.scim._tables import EXTERNAL_MAX
from tenancy.scim.directory import Entry
from tenancy.scim.errors import TYPES

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LISTED = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCHED = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
FAILED = "urn:ietf:params:scim:api:messages:2.0:Error"
_EMAILS_MAX = 20
_UNPROCESSABLE, _BAD_REQUEST = 422, 400
_NAME = {"type": "string", "maxLength": NAME_MAX}
_EMAIL = {
    "type": "object",
    "required": ["value"],
    "properties": {
        "value": {"type": "string", "maxLength": EMAIL_MAX},
        "type": {"type": "string", "maxLength": 40},
        "primary": {"type": "boolean"},
    },
}
WRITTEN = Schema(
    {
        "type": "object",
        "required": ["userName"],
        "properties": {
            "userName": {"type": "string", "minLength": 1, "maxLength": EMAIL_MAX},
            "externalId": {"type": "string", "maxLength": EXTERNAL_MAX},
            "displayName": _NAME,
            "active": {"type": "boolean"},
            "name": {
                "type": "object",
                "properties": dict.fromkeys(("formatted", "givenName", "familyName"), _NAME),
            },
            "emails": {"type": "array", "maxItems": _EMAILS_MAX, "items": _EMAIL},
        },
    }
)
"""A user as it was sent, by the names that it has here (`tenancy.scim.patching.whole`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a directory says of a user.

    Attributes:
        email: Where an invitation goes: the first address, or the name where there is none.
        rest: What is given back as it was: names and addresses.
    """

    user_name: str
    email: str
    external_id: str
    is_active: bool
    rest: dict[str, Any]


def read_user(document: Mapping[str, Any]) -> Said:
    """Check what was sent of a user.

    Raises:
        InvalidError: naming the attribute.
    """
    WRITTEN.require(document, "a user takes a userName, and what the schema of users says")
    user_name = document["userName"].strip()
    if len(user_name.lower()) > EMAIL_MAX:  # the small form of some letters is two
        message = f"userName: write {EMAIL_MAX} characters at most, counted in small letters"
        raise InvalidError(message, problems=[Problem("/userName", message)])
    email = _address(document) or user_name.lower()
    if not is_email(email):
        message = "emails: send an address such as anna@example.com, or one as userName"
        raise InvalidError(message, problems=[Problem("/emails", message)])
    rest = {name: document[name] for name in ("displayName", "name", "emails") if name in document}
    return Said(
        user_name=user_name,
        email=email,
        external_id=document.get("externalId", ""),
        is_active=document.get("active", True),
        rest=rest,
    )


def _address(document: Mapping[str, Any]) -> str:
    """Give the address that counts: the primary one, else the one for work, else the first."""
    emails = document.get("emails", [])
    order = sorted(emails, key=lambda one: (not one.get("primary"), one.get("type") != "work"))
    return str(order[0]["value"]).strip().lower() if order else ""


def written_user(entry: Entry) -> dict[str, Any]:
    """Give what of a user can be written, as it is now: what a patch changes."""
    row = entry.row
    if row is None:
        emails = [{"value": entry.address, "type": "work", "primary": True}]
        named = {"displayName": entry.name, "name": {"formatted": entry.name}, "emails": emails}
        return {"userName": entry.address, **named, "active": True}
    said = {"userName": row.user_name, **row.said, "active": entry.is_active}
    return said | ({"externalId": row.external_id} if row.external_id else {})


def user_document(entry: Entry, *, base: str, roles: Mapping[str, str]) -> dict[str, Any]:
    """Write a user.

    Args:
        entry: Who.
        base: The address that the interface begins with, such as `https://ops.example/scim/v2`.
        roles: What the roles of the organisation are called, by their words.
    """
    groups = [
        {
            "value": group_id(entry.role),
            "display": roles[entry.role],
            "$ref": f"{base}/Groups/{group_id(entry.role)}",
            "type": "direct",
        }
        for _ in (1,)
        if entry.is_active and entry.role in roles
    ]
    document = {"schemas": [USER], "id": str(entry.id), **written_user(entry), "groups": groups}
    made = entry.row.made_at if entry.row is not None else _since(entry)
    changed = entry.row.changed_at if entry.row is not None else made
    meta = {"resourceType": "User", "created": format_instant(made)}
    meta |= {"lastModified": format_instant(changed), "location": f"{base}/Users/{entry.id}"}
    return _with_meta(document, meta)


def group_document(word: str, name: str, members: Iterable[Entry], *, base: str) -> dict[str, Any]:
    """Write a role as a group, with those who have it or are invited as it."""
    listed = [
        {
            "value": str(one.id),
            "display": written_user(one)["userName"],
            "$ref": f"{base}/Users/{one.id}",
            "type": "User",
        }
        for one in members
    ]
    document = {"schemas": [GROUP], "id": group_id(word), "displayName": name, "members": listed}
    meta = {"resourceType": "Group", "location": f"{base}/Groups/{group_id(word)}"}
    return _with_meta(document, meta)


def group_id(word: str) -> str:
    """Give the id of a role's group: its word, or the id of one of the organisation's own."""
    return word.rpartition(":")[2]


def list_document(resources: list[dict[str, Any]], *, total: int, start: int) -> dict[str, Any]:
    """Write a part of a list (RFC 7644, 3.4.2)."""
    return {
        "schemas": [LISTED],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def chosen(document: Mapping[str, Any], wanted: str, unwanted: str) -> dict[str, Any]:
    """Leave of a document what `attributes` asks for, or leave out `excludedAttributes`.

    >>> chosen({"id": "1", "schemas": [], "active": True, "name": {}}, "active", "")
    {'id': '1', 'schemas': [], 'active': True}
    """
    always = {"id", "schemas"}
    only = {_top(one) for one in wanted.split(",") if one.strip()}
    left_out = {_top(one) for one in unwanted.split(",")} - always
    return {
        name: value
        for name, value in document.items()
        if (not only or name.lower() in only | always) and name.lower() not in left_out
    }


def error_document(code: str, detail: str, *, status: int) -> dict[str, Any]:
    """Write an error (RFC 7644, 3.12); what does not fit is 400.

    >>> error_document("scim.no_target", "path: nothing fits", status=400)["scimType"]
    'noTarget'
    """
    told = _BAD_REQUEST if status == _UNPROCESSABLE else status
    document = {"schemas": [FAILED], "status": str(told), "detail": detail}
    return document | ({"scimType": TYPES[code]} if code in TYPES else {})


def tag_in(document: Mapping[str, Any]) -> str:
    """Give what stands between the quotes of a document's version."""
    return str(document["meta"]["version"])[3:-1]


def _top(name: str) -> str:
    return name.strip().lower().rpartition(":")[2].partition(".")[0] or name.strip().lower()


def _since(entry: Entry) -> Any:
    assert entry.membership is not None  # noqa: S101  without a row there is a membership
    return entry.membership.created_at


def _with_meta(document: dict[str, Any], meta: dict[str, Any]) -> dict[str, Any]:
    return {**document, "meta": {**meta, "version": f'W/"{tag_of(document)}"'}}
