"""An identity provider as others see it, and what an admin wants of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from kernel.errors import InvalidError, Problem
from tenancy.identity._tables import DOMAIN_MAX, ISSUER_MAX, NAME_MAX

DOMAINS_MAX = 20
CLIENT_MAX = 255
ROLES_MAX = 50
SCOPES = "openid email profile"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 3.3: a scope token


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain that a provider speaks for; `key` is what its DNS has to hold."""

    id: UUID
    name: str
    key: str
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One identity provider, without its secret."""

    id: UUID
    tenant_id: UUID
    name: str
    issuer: str
    client_id: str
    has_secret: bool
    scopes: str
    domains: tuple[Domain, ...]
    makes_people: bool
    default_role: str
    groups_claim: str
    role_map: tuple[tuple[str, str], ...]
    follows_groups: bool
    strong_values: tuple[str, ...]
    trusts_addresses: bool
    is_on: bool
    tried_at: datetime | None

    @property
    def proven(self) -> frozenset[str]:
        """The domains that are proven."""
        return frozenset(one.name for one in self.domains if one.proven_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an admin wants of a provider, as it was typed; `secret` "" leaves it as it is."""

    name: str
    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    scopes: str = SCOPES
    domains: tuple[str, ...] = ()
    makes_people: bool = False
    default_role: str = ""
    groups_claim: str = ""
    role_map: tuple[tuple[str, str], ...] = ()
    follows_groups: bool = False
    strong_values: tuple[str, ...] = ()
    trusts_addresses: bool = False


def read_wanted(form: Mapping[str, str]) -> Wanted:
    """Read the form of a provider; what is wrong with it `check_wanted` says.

    A line of roles is a group and a role, parted by the last `=`.
    """
    text = {name: form.get(name, "").strip() for name in form}
    return Wanted(
        name=text.get("name", ""),
        issuer=text.get("issuer", ""),
        client_id=text.get("client_id", ""),
        secret=text.get("secret", ""),
        scopes=" ".join(text.get("scopes", "").split()) or SCOPES,
        domains=_once(one.lower().lstrip("@") for one in _words(text.get("domains", ""))),
        makes_people="makes_people" in form,
        default_role=text.get("default_role", ""),
        groups_claim=text.get("groups_claim", ""),
        role_map=read_role_map(form.get("role_map", "")),
        follows_groups="follows_groups" in form,
        strong_values=_once(_words(text.get("strong_values", ""))),
        trusts_addresses="trusts_addresses" in form,
    )


def read_role_map(text: str) -> tuple[tuple[str, str], ...]:
    r"""Read lines such as `noc-admins = admin`; the role of a line without `=` is "".

    >>> read_role_map("noc = operator\n\ncn=leads,dc=acme = admin")
    (('noc', 'operator'), ('cn=leads,dc=acme', 'admin'))
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [line.rpartition("=") if "=" in line else (line, "", "") for line in lines]
    return tuple((group.strip(), role.strip()) for group, _, role in pairs)


def check_wanted(wanted: Wanted, *, roles: Mapping[str, str], allow_plain: bool) -> None:
    """Raise InvalidError naming every field that is wrong, with what to do.

    Args:
        wanted: As it was typed.
        roles: The word of each role that can be given, and what it is called.
        allow_plain: Whether an issuer on this machine may be spoken with without TLS.
    """
    problems = [
        Problem(f"/{name}", f"{name}: {why}")
        for name, why in (
            ("name", _why_no_name(wanted.name)),
            ("issuer", why_no_issuer(wanted.issuer, allow_plain=allow_plain)),
            ("client_id", _why_no_client(wanted.client_id)),
            ("scopes", _why_no_scopes(wanted.scopes)),
            ("domains", _why_no_domains(wanted.domains)),
            ("default_role", _why_no_default(wanted, roles)),
            ("role_map", _why_no_map(wanted, roles)),
            ("groups_claim", _why_no_claim(wanted)),
        )
        if why
    ]
    if problems:
        raise InvalidError("; ".join(one.message for one in problems), problems=problems)


def why_no_issuer(issuer: str, *, allow_plain: bool) -> str:
    """Say why a text is no issuer (OpenID Connect Discovery 1.0, 2 and 4); "" when it is one.

    >>> why_no_issuer("https://id.acme.example/realms/noc", allow_plain=False)
    ''
    >>> why_no_issuer("http://id.acme.example", allow_plain=True)
    'write an address that begins with https://'
    """
    try:
        address = urlsplit(issuer)
        host, _ = address.hostname, address.port
    except ValueError:
        return "this is no address"
    plain = allow_plain and address.scheme == "http" and host in LOOPBACK
    if address.scheme != "https" and not plain:
        return "write an address that begins with https://"
    if not host or len(issuer) > ISSUER_MAX or any(one.isspace() for one in issuer):
        return "this is no address"
    if address.query or address.fragment or address.username is not None:
        return "leave out what begins with ? or #, and no user"
    return ""


def _why_no_name(name: str) -> str:
    return "" if 0 < len(name) <= NAME_MAX and name.isprintable() else f"write 1 to {NAME_MAX}"


def _why_no_client(client_id: str) -> str:
    return "" if 0 < len(client_id) <= CLIENT_MAX else "write the id that the provider gave you"


def _why_no_scopes(scopes: str) -> str:
    words = scopes.split(" ")
    if len(scopes) > 500 or not all(_SCOPE.fullmatch(one) for one in words):  # noqa: PLR2004
        return "write words with spaces between, such as openid email profile"
    return "" if "openid" in words else "openid has to be among them"


def _why_no_domains(domains: tuple[str, ...]) -> str:
    if len(domains) > DOMAINS_MAX:
        return f"at most {DOMAINS_MAX}"
    wrong = [one for one in domains if len(one) > DOMAIN_MAX or not _DOMAIN.fullmatch(one)]
    return f"{wrong[0][:60]} is no domain: write such as acme.example" if wrong else ""


def _why_no_default(wanted: Wanted, roles: Mapping[str, str]) -> str:
    if wanted.default_role:
        return "" if wanted.default_role in roles else "choose a role of this organisation"
    if wanted.makes_people and not wanted.role_map:
        return "say what people become who are made at their first sign-in"
    return ""


def _why_no_map(wanted: Wanted, roles: Mapping[str, str]) -> str:
    known = ", ".join(dict.fromkeys(roles.values()))
    if len(wanted.role_map) > ROLES_MAX:
        return f"at most {ROLES_MAX} lines"
    for group, role in wanted.role_map:
        if not group or not role:
            return f"“{group[:60]}”: write a group, = and a role, such as noc-admins = admin"
        if role not in roles:
            return f"“{role[:60]}” is no role here: write one of {known}"
    return ""


def _why_no_claim(wanted: Wanted) -> str:
    if len(wanted.groups_claim) > 120:  # noqa: PLR2004  the column's length
        return "at most 120 characters"
    needed = bool(wanted.role_map) and not wanted.groups_claim
    return "name the claim that holds the groups, such as groups" if needed else ""


def _words(text: str) -> list[str]:
    return [one for one in re.split(r"[\s,;]+", text) if one]


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
