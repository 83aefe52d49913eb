"""Checks ID tokens, by Authlib's rules over joserfc's signatures.

Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 8725 (algorithms that are named by who checks).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from kernel.errors import InvalidError
from tenancy.identity.claims import IdentityError

LEEWAY_S = 60
TOKEN_MAX = 16_000
KEYS_MAX = 100
_KINDS = frozenset({"RSA", "EC", "OKP"})
"""Key pairs. A symmetric key (`oct`) in a set that everybody reads signs nothing."""
_WRONG = "{} Try again; if it stays so, tell whoever runs the provider."

_NOT_RIGHT = "The provider's ID token is not right ({})."


class UnknownKeyError(InvalidError):
    """A token names a key that is not among those at hand: they may have been renewed."""

    code = "core.identity_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token has to say."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: frozenset[str]
    access_token: str = field(default="", repr=False)


def check_id_token(
    token: str, keys: Iterable[Mapping[str, Any]], expected: Expected, *, now: datetime
) -> dict[str, Any]:
    """Give the claims of an ID token that is what was asked for.

    Args:
        token: As the token address gave it.
        keys: The provider's keys, as JSON Web Keys.
        expected: Issuer, audience, nonce and ways of signing.
        now: The clock that its times are read against, a minute either way.

    Raises:
        UnknownKeyError: none of the keys is the one it names.
        IdentityError: it is not, saying what is wrong and never what it holds.
    """
    header = _header_of(token, expected.algorithms)
    usable = _usable(keys, header)
    if not usable:
        raise UnknownKeyError("The provider signed by a key that is not among its keys.")
    claims = _signed_claims(token, usable, header["alg"])
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "nonce": {"essential": True, "value": expected.nonce},
    }
    params: dict[str, Any] = {"nonce": expected.nonce, "client_id": expected.client_id}
    if expected.access_token:
        params["access_token"] = expected.access_token
    try:
        CodeIDToken(claims, header, options, params).validate(
            now=int(now.timestamp()), leeway=LEEWAY_S
        )
    except JoseError as error:
        raise IdentityError(_WRONG.format(_why(error))) from None
    except (TypeError, ValueError):  # a claim of another type than the rules know
        raise IdentityError(_WRONG.format(_NOT_RIGHT.format("a claim's type"))) from None
    return claims


def _header_of(token: str, algorithms: frozenset[str]) -> dict[str, Any]:
    if len(token) > TOKEN_MAX or token.count(".") != 2:  # noqa: PLR2004  a signed compact JWT
        raise IdentityError(_WRONG.format("The provider's ID token cannot be read."))
    try:
        header: dict[str, Any] = dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError, TypeError, AttributeError):
        raise IdentityError(_WRONG.format("The provider's ID token cannot be read.")) from None
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        said = str(algorithm)[:20]
        raise IdentityError(_WRONG.format(f"The provider signed by “{said}”, which is not safe."))
    return header


def _usable(keys: Iterable[Mapping[str, Any]], header: Mapping[str, Any]) -> list[Key]:
    """Give the keys that may have signed: of the id it names, or each where it names none."""
    kid = header.get("kid")
    found = []
    for data in list(keys)[:KEYS_MAX]:
        fits = kid is None or data.get("kid") == kid
        if data.get("kty") not in _KINDS or data.get("use", "sig") != "sig" or not fits:
            continue
        try:
            found.append(JWKRegistry.import_key(dict(data)))
        except (JoseError, ValueError, TypeError):
            continue
    return found


def _signed_claims(token: str, keys: list[Key], algorithm: str) -> dict[str, Any]:
    for key in keys:
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        try:
            return dict(jwt.decode(token, key, registry=registry).claims)
        except (JoseError, ValueError, TypeError):
            continue
    raise IdentityError(_WRONG.format("The signature of the provider's ID token is not right."))


def _why(error: JoseError) -> str:
    claim = getattr(error, "claim", None)
    words = {
        "iss": "The provider's ID token names another issuer.",
        "aud": "The provider's ID token is for another application.",
        "azp": "The provider's ID token is for another application.",
        "exp": "The provider's ID token ran out already: check the clocks.",
        "iat": "The provider's ID token is from the future: check the clocks.",
        "nbf": "The provider's ID token does not count yet: check the clocks.",
        "nonce": "The provider's ID token answers another sign-in.",
        "at_hash": "The provider's ID token belongs to another access token.",
    }
    if type(error).__name__ == "ExpiredTokenError":
        return words["exp"]
    return words.get(str(claim), _NOT_RIGHT.format(error.error))
