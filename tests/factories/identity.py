"""Builders of identity providers, and one that signs what a test wants, attacks too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import update
from sqlalchemy.orm import Session

from kernel.clock import utc_now
from kernel.secrets import Vault
from tenancy.identity import store, switching
from tenancy.identity._tables import IdentityDomain
from tenancy.identity.asking import Answer
from tenancy.identity.model import Provider, Wanted
from tests.factories.tenancy import NOON

ISSUER, CLIENT_ID = "https://id.acme.example", "the-product"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "two"})


def make_provider(
    session: Session,
    tenant_id: UUID,
    vault: Vault,
    *,
    domain: str = "acme.example",
    proven: bool = True,
    on: bool = True,
    **wanted: Any,
) -> Provider:
    """Set a provider up, with a proven domain, tried and on; the session is bound to its tenant."""
    facts: dict[str, Any] = {
        "name": "Acme Account",
        "issuer": ISSUER,
        "client_id": CLIENT_ID,
        "secret": "s3cret",
    }
    facts |= {"domains": (domain,) if domain else ()}
    made = store.create(
        session,
        tenant_id,
        Wanted(**(facts | wanted)),
        vault=vault,
        allow_plain=True,
        by="Anna",
        now=NOON,
    )
    if proven:
        mine = (IdentityDomain.tenant_id == tenant_id, IdentityDomain.provider_id == made.id)
        session.execute(update(IdentityDomain).where(*mine).values(proven_at=NOON))
    if on:
        store.note_tried(session, tenant_id, made.id, now=NOON)
        switching.switch(session, tenant_id, made.id, on=True, by="Anna", now=NOON)
    session.expire_all()
    return store.get_provider(session, tenant_id, made.id)


@dataclass(slots=True)
class PretendedProvider:
    """Answers as a provider does, and lets a test change what it says and how it signs.

    Attributes:
        says: Claims beside those that every answer has; `change` may spoil the whole.
        sign: Makes a token of header and claims.
        keys: What its key address gives.
        asked: How often each address was asked.
    """

    says: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    change: Callable[[dict[str, Any]], None] = lambda _claims: None
    sign: Callable[[dict[str, Any], dict[str, Any]], str] = lambda header, claims: jwt.encode(
        header, claims, KEY
    )
    keys: list[RSAKey] = field(default_factory=lambda: [KEY])
    issuer: str = ISSUER
    nonce: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    last_form: dict[str, list[str]] = field(default_factory=dict)

    def __call__(
        self, method: str, url: str, _headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Answer a call, and note it."""
        self.asked.append(urlsplit(url).path)
        if url.endswith("/.well-known/openid-configuration"):
            return _json(self._document())
        if url.endswith("/keys"):
            return _json({"keys": [one.as_dict(private=False) for one in self.keys]})
        assert (method, urlsplit(url).path) == ("POST", "/token")
        self.last_form = parse_qs(body.decode())
        token = self.sign(dict(self.header), self._claims())
        return _json({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "end_session_endpoint": f"{ISSUER}/leave",
            **self.metadata,
        }

    def _claims(self) -> dict[str, Any]:
        now = int(utc_now().timestamp())
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "sub": "s-1", "iat": now, "exp": now + 300}
        claims |= {"nonce": self.nonce, **self.says}
        self.change(claims)
        return claims


def _json(value: Any) -> Answer:
    return Answer(status=200, body=json.dumps(value).encode())
