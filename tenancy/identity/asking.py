"""Asks a provider: its document, its keys, tokens for a code, and what else it says of somebody.

What carries the calls is given (`Carries`): the application's own, which reaches no inside address
that the operator did not allow. Documents and keys are kept for a while by each process.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url

from tenancy.identity._tokens import Expected, UnknownKeyError, check_id_token
from tenancy.identity.claims import IdentityError
from tenancy.identity.kept import KEPT_S, Kept
from tenancy.identity.metadata import Metadata, read_metadata
from tenancy.identity.model import Provider

PARTS = "garland.identity"
DOCUMENT_MAX = 100_000
"""Bytes of a document or of keys; real ones have a few thousand."""
ANEW_EVERY_S = 10.0
"""Keys are asked for anew, for one that is not known, no more often than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answered."""

    status: int
    body: bytes = field(repr=False)


class Carries(Protocol):
    """Carries a call out, within limits of address, size and time; follows no redirect."""

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", /
    ) -> Answer:
        """Give the answer; raises IdentityError where none came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Whom the provider knows us as."""

    provider: Provider
    secret: str = field(default="", repr=False)
    back_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """What a code was changed for: claims that were checked, and the ID token for signing out."""

    claims: dict[str, Any]
    id_token: str = field(repr=False)


class Asker:
    """Asks providers, and keeps their documents and keys for ten minutes."""

    def __init__(self, carry: Carries, *, allow_plain: bool) -> None:
        self._carry, self.allow_plain = carry, allow_plain
        self._kept = Kept()

    def metadata(self, issuer: str, *, anew: bool = False) -> Metadata:
        """Give what an issuer's document says; raises IdentityError saying what is wrong."""
        address = get_well_known_url(issuer, external=True)
        document = self._read(address, max_age_s=0.0 if anew else KEPT_S)
        return read_metadata(document, issuer=issuer, allow_plain=self.allow_plain)

    def sign_in_address(self, client: Client, *, state: str, nonce: str, verifier: str) -> str:
        """Give where a person is sent to sign in (OpenID Connect Core 1.0, 3.1.2.1; RFC 7636)."""
        metadata = self.metadata(client.provider.issuer)
        address: str = prepare_grant_uri(
            metadata.authorize,
            client.provider.client_id,
            "code",
            redirect_uri=client.back_to,
            scope=client.provider.scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return address

    def exchange(
        self, client: Client, code: str, *, nonce: str, verifier: str, now: datetime
    ) -> Exchanged:
        """Change a code for claims that were checked; those of UserInfo fill what is missing.

        Raises:
            IdentityError: the provider gave none, or what it gave is not right.
        """
        metadata = self.metadata(client.provider.issuer)
        tokens = self._tokens(metadata, client, code, verifier)
        id_token, access = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise IdentityError("The provider gave no ID token: “openid” has to be among scopes.")
        access = access if isinstance(access, str) else ""
        expected = Expected(
            issuer=metadata.issuer,
            client_id=client.provider.client_id,
            nonce=nonce,
            algorithms=metadata.algorithms,
            access_token=access,
        )
        claims = self._checked(id_token, metadata, expected, now)
        if metadata.userinfo and access:
            claims = merged(self._user_info(metadata, access, claims["sub"]), claims)
        return Exchanged(claims=claims, id_token=id_token)

    def _checked(
        self, id_token: str, metadata: Metadata, expected: Expected, now: datetime
    ) -> dict[str, Any]:
        """Check a token; where its key is not known the keys are asked for once more."""
        try:
            return check_id_token(id_token, self._keys(metadata, KEPT_S), expected, now=now)
        except UnknownKeyError:
            keys = self._keys(metadata, ANEW_EVERY_S)
        try:
            return check_id_token(id_token, keys, expected, now=now)
        except UnknownKeyError as error:
            raise IdentityError(f"{error.message} Try again in a moment.") from None

    def _keys(self, metadata: Metadata, max_age_s: float) -> list[dict[str, Any]]:
        found = self._read(metadata.keys, max_age_s=max_age_s)
        keys = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(keys, list):
            raise IdentityError("The provider's keys cannot be read.")
        return [one for one in keys if isinstance(one, dict)]

    def _tokens(
        self, metadata: Metadata, client: Client, code: str, verifier: str
    ) -> dict[str, Any]:
        """Ask for tokens (RFC 6749, 4.1.3), signed in as a client as the provider takes it."""
        form = {"code": code, "code_verifier": verifier, "redirect_uri": client.back_to}
        body = prepare_token_request("authorization_code", **form)
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        method = _METHODS[metadata.client_auth] if client.secret else "none"
        auth = ClientAuth(client.provider.client_id, client.secret, method)
        url, headers, body = auth.prepare("POST", metadata.token, headers, body)
        answer = self._carry("POST", url, headers, body.encode())
        found = _json_of(answer)
        if answer.status == 200 and isinstance(found, dict):  # noqa: PLR2004
            return found
        said = found.get("error") if isinstance(found, dict) else ""
        raise IdentityError(_why_no_token(str(said or answer.status)[:60]))

    def _user_info(self, metadata: Metadata, access: str, subject: str) -> dict[str, Any]:
        """Give what UserInfo says, of the same person (OpenID Connect Core 1.0, 5.3.2)."""
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access}"}
        answer = self._carry("GET", metadata.userinfo, headers)
        found = _json_of(answer)
        if answer.status != 200 or not isinstance(found, dict):  # noqa: PLR2004
            return {}
        if found.get("sub") != subject:
            raise IdentityError("The provider told of somebody else than who signed in.")
        return found

    def _read(self, address: str, *, max_age_s: float) -> Any:
        kept = self._kept.find(address, max_age_s=max_age_s)
        if kept is not None:
            return kept
        try:
            found = self._fetch(address)
        except IdentityError as error:
            self._kept.keep_failure(address, error.message)
            raise
        self._kept.keep(address, found)
        return found

    def _fetch(self, address: str) -> Any:
        answer = self._carry("GET", address, {"Accept": "application/json"})
        if len(answer.body) > DOCUMENT_MAX:
            raise IdentityError(f"{address} answered more than {DOCUMENT_MAX:,} bytes.")
        found = _json_of(answer)
        if answer.status != 200 or found is None:  # noqa: PLR2004
            raise IdentityError(
                f"{address} answered {answer.status}, not a provider's document: check the issuer."
            )
        return found


def merged(told: Mapping[str, Any], signed: Mapping[str, Any]) -> dict[str, Any]:
    """Put what UserInfo told to what was signed, which wins; of two addresses nothing is mixed.

    >>> merged({"email": "b@x.example", "email_verified": True}, {"email": "a@x.example"})
    {'email': 'a@x.example'}
    """
    beside = dict(told)
    if "email" in signed and signed["email"] != told.get("email"):
        beside.pop("email_verified", None)
    return {**beside, **signed}


def _basic(
    auth: Any, _method: str, uri: str, headers: dict[str, str], body: str
) -> tuple[str, dict[str, str], str]:
    """Show the secret in the header, each half of the pair quoted (RFC 6749, 2.3.1).

    Authlib's own way leaves the halves as they are, which a strict provider refuses.
    """
    pair = ":".join(quote(one, safe="") for one in (auth.client_id, auth.client_secret))
    shown = base64.b64encode(pair.encode()).decode()
    return uri, {**headers, "Authorization": f"Basic {shown}"}, body


_METHODS = {"client_secret_basic": _basic, "client_secret_post": "client_secret_post"}


def _json_of(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _why_no_token(said: str) -> str:
    if said in ("invalid_client", "unauthorized_client", "401"):
        return (
            "The provider does not know this application by its client id and secret. Ask an "
            "admin of your organisation to enter them anew."
        )
    if said == "invalid_grant":
        return "The provider no longer takes this answer: it was used, or too old. Sign in again."
    return f"The provider gave no sign-in ({said}). Try again, or tell whoever runs it."
