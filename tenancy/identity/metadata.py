"""What a provider says of itself: where to send people and questions, and what it signs with. Pure.

Source: OpenID Connect Discovery 1.0, 3 and 4.3; RP-Initiated Logout 1.0, 2.1; RFC 9207, 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tenancy.identity.claims import IdentityError
from tenancy.identity.model import LOOPBACK

ALGORITHMS = frozenset(
    {f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)}
    | {"Ed25519", "EdDSA"}
)
"""What an ID token may be signed by: a key pair of the provider's. Never `none`, which is no
signature, nor `HS…`, whose key everybody would hold who knows the client's secret."""
URL_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Where a provider's ends are; `userinfo` and `end_session` are "" where it has none.

    `says_issuer`: whether its answers name the issuer (RFC 9207), which then has to be there.
    """

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    algorithms: frozenset[str]
    client_auth: str
    says_issuer: bool


def read_metadata(document: Any, *, issuer: str, allow_plain: bool) -> Metadata:
    """Read a provider's document.

    Args:
        document: JSON, as it came.
        issuer: Where it was asked for: the document has to name the same one, to the letter.
        allow_plain: Whether an end on this machine may be spoken with without TLS.

    Raises:
        IdentityError: it is not what the address promised, saying what is wrong with it.
    """
    if not isinstance(document, dict):
        raise IdentityError("The issuer's address answers no provider's document.")
    if document.get("issuer") != issuer:
        said = str(document.get("issuer"))[:200]
        raise IdentityError(
            f"The provider calls itself “{said}”, not “{issuer}”: enter the issuer exactly so."
        )
    ends = {
        name: _end(document, name, needed=needed, allow_plain=allow_plain)
        for name, needed in (
            ("authorization_endpoint", True),
            ("token_endpoint", True),
            ("jwks_uri", True),
            ("userinfo_endpoint", False),
            ("end_session_endpoint", False),
        )
    }
    types = document.get("response_types_supported")
    if isinstance(types, list) and "code" not in types:
        raise IdentityError("The provider does not offer the authorization code flow (“code”).")
    return Metadata(
        issuer=issuer,
        authorize=ends["authorization_endpoint"],
        token=ends["token_endpoint"],
        keys=ends["jwks_uri"],
        userinfo=ends["userinfo_endpoint"],
        end_session=ends["end_session_endpoint"],
        algorithms=_algorithms(document),
        client_auth=_client_auth(document),
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _algorithms(document: Mapping[str, Any]) -> frozenset[str]:
    said = document.get("id_token_signing_alg_values_supported")
    if not isinstance(said, list):
        return frozenset({"RS256"})  # every provider has to have it (Discovery 1.0, 3)
    found = ALGORITHMS & {one for one in said if isinstance(one, str)}
    if not found:
        raise IdentityError("The provider signs by no way that is safe, such as RS256 or ES256.")
    return found


def _client_auth(document: Mapping[str, Any]) -> str:
    """Give how the client shows its secret; without a word, by the `Authorization` header."""
    said = document.get("token_endpoint_auth_methods_supported")
    if not isinstance(said, list) or "client_secret_basic" in said:
        return "client_secret_basic"
    if "client_secret_post" in said:
        return "client_secret_post"
    return "client_secret_basic"


def _end(document: Mapping[str, Any], name: str, *, needed: bool, allow_plain: bool) -> str:
    found = document.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or not _is_safe(found, allow_plain=allow_plain):
        raise IdentityError(f"The provider's document has no usable “{name}”: it needs https://.")
    return found


def _is_safe(url: str, *, allow_plain: bool) -> bool:
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
    except ValueError:
        return False
    if not host or address.fragment or address.username is not None or len(url) > URL_MAX:
        return False
    plain = allow_plain and address.scheme == "http" and host in LOOPBACK
    return (address.scheme == "https" or plain) and url.isprintable() and " " not in url
