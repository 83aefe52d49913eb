"""The kinds of connection: what each asks for, as JSON Schema with its secrets marked.

A form is made of such a schema as of a block's settings (`blocks.forms`); what is marked as a
secret is sealed before it is stored and is never given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from kernel.schema import Schema

SECRET_MAX = 4_000
PEM_MAX = 20_000
_SECRET_WIDGETS = frozenset({"secret", "secret-lines"})


@dataclass(frozen=True)
class Kind:
    """One kind of connection.

    Attributes:
        name: As manifests name it.
        speaks: Over what it is used: `http`, `ssh` or `snmp`.
        document: JSON Schema of its values.
        overlaps: Whether the value before a rotation is tried where the new one is refused.
    """

    name: str
    title: str
    summary: str
    speaks: str
    document: Mapping[str, Any]
    overlaps: bool = False

    @cached_property
    def schema(self) -> Schema:
        """The schema, compiled."""
        return Schema(self.document)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the values that are secrets."""
        parts = self.document["properties"].items()
        return frozenset(name for name, part in parts if is_secret(part))


def is_secret(part: Mapping[str, Any]) -> bool:
    """Tell whether a field's schema marks a secret."""
    return part.get("x-garland", {}).get("widget") in _SECRET_WIDGETS


def _secret(title: str, words: str = "", *, lines: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "string",
        "title": title,
        "minLength": 1,
        "maxLength": PEM_MAX if lines else SECRET_MAX,
        "x-garland": {"widget": "secret-lines" if lines else "secret"},
    }
    return {**found, "description": words} if words else found


def _text(title: str, words: str = "", *, most: int = 500, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string", "title": title, "minLength": 1, "maxLength": most}
    return {**found, **({"description": words} if words else {}), **more}


def _choice(title: str, default: str, **titles: str) -> dict[str, Any]:
    offered = [{"const": name, "title": text} for name, text in titles.items()]
    return {"title": title, "oneOf": offered, "default": default, "x-garland": {"widget": "select"}}


def _object(*required: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


_HEADER_NAME = "^[A-Za-z0-9_.-]{1,80}$"
_VALID_UNTIL = {
    "type": "string",
    "format": "date",
    "title": "Valid until",
    "description": "The last day it works, where you know it: you are warned before",
}
_CLIENT_AUTH = _choice(
    "How the client signs in", "basic", basic="Basic header (usual)", body="In the form's body"
)
_TOKEN_URL = _text(
    "Token address", "Where tokens are fetched, such as https://login.example.com/oauth2/token"
)
_SCOPE = _text("Scope", "What to ask for, words parted by spaces")

_API_KEY = _object(
    "key",
    key=_secret("Key"),
    place=_choice("Sent as", "header", header="Header", query="Query parameter"),
    name=_text("Name of the header or parameter", pattern=_HEADER_NAME, default="X-API-Key"),
    prefix=_text("Before the key", "Such as Token, with the space after it", most=40),
    valid_until=_VALID_UNTIL,
)
_HOST_KEYS = "A line for each host, as ssh-keyscan prints it; one without a host is about all"
_BASIC = _object(
    "user",
    "password",
    user=_text("User"),
    password=_secret("Password"),
    host_key=_text(
        "Host keys",
        f"SSH and NETCONF alone. {_HOST_KEYS}",
        most=PEM_MAX,
        **{"x-garland": {"widget": "textarea"}},
    ),
)
_BEARER = _object("token", token=_secret("Token"), valid_until=_VALID_UNTIL)
_SECRET_URL = _object(
    "url",
    url=_secret("Address", "Whole, as the other system shows it: https://…"),
    valid_until=_VALID_UNTIL,
)
_OAUTH2_CLIENT = _object(
    "token_url",
    "client_id",
    "client_secret",
    token_url=_TOKEN_URL,
    client_id=_text("Client id"),
    client_secret=_secret("Client secret"),
    scope=_SCOPE,
    audience=_text("Audience", "Only where the other side asks for one"),
    client_auth=_CLIENT_AUTH,
)
_OAUTH2_CODE = _object(
    "authorize_url",
    "token_url",
    "client_id",
    authorize_url=_text("Sign-in address", "Where people sign in and agree"),
    token_url=_TOKEN_URL,
    client_id=_text("Client id"),
    client_secret=_secret("Client secret", "Empty for a public client: PKCE protects it"),
    scope=_SCOPE,
    client_auth=_CLIENT_AUTH,
)
_MTLS = _object(
    "certificate",
    "key",
    certificate=_text(
        "Certificate",
        "PEM; with the certificates between it and the authority after it",
        most=PEM_MAX,
        **{"x-garland": {"widget": "textarea"}},
    ),
    key=_secret("Private key", "PEM", lines=True),
    passphrase=_secret("Passphrase of the key"),
    authority=_text(
        "Authority of the server",
        "PEM; empty trusts the usual authorities",
        most=PEM_MAX,
        **{"x-garland": {"widget": "textarea"}},
    ),
)
_SSH_KEY = _object(
    "user",
    "private_key",
    user=_text("User", most=80),
    private_key=_secret("Private key", "As ssh-keygen writes it", lines=True),
    passphrase=_secret("Passphrase of the key"),
    host_key=_text(
        "Host keys",
        f"What the servers must show. {_HOST_KEYS}",
        most=PEM_MAX,
        **{"x-garland": {"widget": "textarea"}},
    ),
)
_SNMP = _object(
    version=_choice("Version", "3", **{"3": "SNMPv3", "2c": "SNMPv2c"}),
    user=_text("User", "SNMPv3", most=32),
    auth_protocol=_choice(
        "Authentication",
        "SHA256",
        none="None",
        MD5="MD5 (weak)",
        SHA="SHA-1",
        SHA224="SHA-224",
        SHA256="SHA-256",
        SHA384="SHA-384",
        SHA512="SHA-512",
    ),
    auth_secret=_secret("Authentication secret", "At least 8 characters"),
    priv_protocol=_choice(
        "Privacy",
        "AES",
        none="None",
        DES="DES (weak)",
        AES="AES-128",
        AES192="AES-192",
        AES256="AES-256",
    ),
    priv_secret=_secret("Privacy secret", "At least 8 characters"),
    community=_secret("Community", "SNMPv2c: it travels unencrypted"),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        one.name: one
        for one in (
            Kind(
                "api_key",
                "API key",
                "A key in a header or in the query",
                "http",
                _API_KEY,
                overlaps=True,
            ),
            Kind(
                "basic",
                "User and password",
                "HTTP Basic, SSH, NETCONF",
                "http",
                _BASIC,
                overlaps=True,
            ),
            Kind("bearer", "Bearer token", "A fixed token", "http", _BEARER, overlaps=True),
            Kind(
                "oauth2_client",
                "OAuth 2, for programs",
                "Client credentials: tokens are fetched by themselves",
                "http",
                _OAUTH2_CLIENT,
                overlaps=True,
            ),
            Kind(
                "oauth2_code",
                "OAuth 2, in somebody's name",
                "Authorisation code: a person signs in once and agrees",
                "http",
                _OAUTH2_CODE,
            ),
            Kind(
                "secret_url",
                "Secret address",
                "An address that is itself the secret, such as a chat's incoming webhook",
                "http",
                _SECRET_URL,
            ),
            Kind("mtls", "Client certificate", "Mutual TLS", "http", _MTLS),
            Kind("ssh_key", "SSH key", "For SSH and NETCONF", "ssh", _SSH_KEY),
            Kind("snmp_v3", "SNMP", "SNMPv3 user, or a v2c community", "snmp", _SNMP),
        )
    }
)
