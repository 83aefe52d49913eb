"""Organisations as TMF632 v4 (organization) and TMF669 v4 (party role) write them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView
from tenancy.parties.schemas import KEPT, KEPT_OF_ROLE, PROVIDER
from tenancy.parties.states import STATUS

PARTY = "/tmf-api/party/v4"
ROLES = "/tmf-api/partyRoleManagement/v4"
KEPT_MAX = 32_000
"""How many characters of JSON are kept of what was said of one organisation."""
SHORT_NAME = "shortName"
ADMIN_LINK = "adminLink"
FILTERS = ("id", "name", "status", "organizationType", "externalReference.name")
ROLE_FILTERS = ("id", "name", "status", "engagedParty.id", "engagedParty.name")
"""What lists are filtered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation with what was said of it.

    Attributes:
        above: What the one that it stands under is called.
        said: Attributes that are given back as they were said.
    """

    organisation: OrganisationView
    above: str
    said: Mapping[str, Any] = field(default_factory=dict)


def organization_document(party: Party, *, link: str = "") -> dict[str, Any]:
    """Write an organization; `link` is its first admin's, told where no mail could be sent."""
    one = party.organisation
    own = [{"name": SHORT_NAME, "value": one.slug}]
    own += [{"name": ADMIN_LINK, "value": link}] if link else []
    said = {name: party.said[name] for name in KEPT if name in party.said}
    said["partyCharacteristic"] = own + said.get("partyCharacteristic", [])
    document = {
        "id": str(one.id),
        "href": f"{PARTY}/organization/{one.id}",
        "name": one.name,
        "organizationType": one.kind,
        "status": STATUS[State(one.state)],
        "relatedParty": _provider(party),
        **said,
        "@type": "Organization",
    }
    if one.created_at is not None:
        document["existsDuring"] = {"startDateTime": format_instant(one.created_at)}
    return document


def role_document(party: Party, *, link: str = "") -> dict[str, Any]:
    """Write what an organisation is to its provider: a role of the same id."""
    one = party.organisation
    engaged = {
        "id": str(one.id),
        "href": f"{PARTY}/organization/{one.id}",
        "name": one.name,
        "@referredType": "Organization",
    }
    times = {"startDateTime": one.created_at, "endDateTime": one.state_until}
    document = {
        "id": str(one.id),
        "href": f"{ROLES}/partyRole/{one.id}",
        "name": one.kind,
        "status": one.state,
        "engagedParty": engaged,
        "relatedParty": _provider(party),
        **{name: party.said[name] for name in KEPT_OF_ROLE if name in party.said},
        "@type": "PartyRole",
        "validFor": {name: format_instant(at) for name, at in times.items() if at is not None},
    }
    if one.state_reason:
        document["statusReason"] = one.state_reason
    if link:
        document["characteristic"] = [{"name": ADMIN_LINK, "value": link}]
    return document


def admin_email(document: Mapping[str, Any]) -> str:
    """Give the address of the first admin: of the preferred medium that has one; "" for none.

    >>> admin_email({"contactMedium": [{"characteristic": {"emailAddress": "a@example.com"}}]})
    'a@example.com'
    """
    media = document.get("contactMedium") or []
    found = sorted(media, key=lambda one: not one.get("preferred", False))
    addresses = [one.get("characteristic", {}).get("emailAddress", "") for one in found]
    return next((str(one) for one in addresses if one), "")


def provider_of(document: Mapping[str, Any]) -> UUID | None:
    """Give the id of whom it is to stand under: the one related party, its `provider`."""
    return next((UUID(one["id"]) for one in document.get("relatedParty", [])), None)


def short_name(document: Mapping[str, Any]) -> str:
    """Give the short name that a characteristic asks for; "" takes one made of the name."""
    values = [
        one["value"] for one in document.get("partyCharacteristic", []) if one["name"] == SHORT_NAME
    ]
    return str(values[0]) if values else ""


def kept_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of a document is kept as it was said; None stands for taking it away."""
    found = {name: document[name] for name in KEPT if name in document}
    own = found.get("partyCharacteristic")
    if own is not None:
        told = (SHORT_NAME, ADMIN_LINK)
        found["partyCharacteristic"] = [one for one in own if one["name"] not in told]
    return found


def merged(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is kept once more was said; None takes away.

    >>> merged({"tradingName": "Pier", "contactMedium": []}, {"tradingName": None})
    {'contactMedium': []}

    Raises:
        InvalidError: it were more than `KEPT_MAX`, naming the largest attribute that was sent.
    """
    kept = {name: one for name, one in {**before, **said}.items() if one is not None}
    if _length(kept) > KEPT_MAX:
        largest = max(said, key=lambda name: _length(said[name]))
        message = f"{largest}: of one organization {KEPT_MAX:,} characters are kept at most"
        raise InvalidError(message, problems=[Problem(f"/{largest}", message)])
    return kept


def _length(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))


def read_filters(
    pairs: Iterable[tuple[str, str]], known: Sequence[str]
) -> list[tuple[str, frozenset[str]]]:
    """Read filters: `attribute=a,b` is a or b, and several attributes hold together.

    Raises:
        InvalidError: an attribute is none of those.
    """
    found = []
    for name, value in pairs:
        if name not in known:
            message = f"{name}: lists are filtered by {', '.join(known)}"
            raise InvalidError(message, problems=[Problem(f"/{name}", message)])
        found.append((name, frozenset(value.split(","))))
    return found


def fits(document: Mapping[str, Any], wanted: Iterable[tuple[str, frozenset[str]]]) -> bool:
    """Tell whether a document meets filters; any entry of a list will do."""
    return all(values & set(_at(document, name.split("."))) for name, values in wanted)


def _at(document: Any, path: Sequence[str]) -> list[str]:
    if isinstance(document, list):
        return [value for one in document for value in _at(one, path)]
    if not path:
        return [str(document)]
    inner = document.get(path[0]) if isinstance(document, Mapping) else None
    return _at(inner, path[1:]) if inner is not None else []


def _provider(party: Party) -> list[dict[str, Any]]:
    above = party.organisation.parent_id
    referred = {"@referredType": "Organization"}
    return [{"id": str(above), "name": party.above, "role": PROVIDER, **referred}] if above else []
