"""What a provider says of somebody, read from its claims. Pure; whether it is true is not asked.

Source: OpenID Connect Core 1.0, 2 (ID token), 5.1 (standard claims), 5.3.2 (UserInfo).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import InvalidError
from tenancy._tables import EMAIL_MAX, NAME_MAX
from tenancy.identity._tables import SUBJECT_MAX

GROUPS_MAX = 500
VALUE_MAX = 200
SHOWN_MAX = 40
_TECHNICAL = frozenset(
    ["aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "s_hash", "jti", "azp", "sid"]
)


class IdentityError(InvalidError):
    """The provider's answer cannot be used; the message says what to do and whom to ask."""

    code = "core.identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a provider says of who came.

    Attributes:
        subject: Who it is at the provider, for good.
        email: In lower case; "" where none came.
        email_verified: Whether the provider says that it proved the address; None: it says nothing.
        groups: Values of the claim that the organisation maps, in the provider's order.
        ways: What `acr` and `amr` say of how somebody signed in there.
    """

    issuer: str
    subject: str
    email: str
    email_verified: bool | None
    name: str
    groups: tuple[str, ...] = ()
    ways: frozenset[str] = frozenset()

    @property
    def domain(self) -> str:
        """What stands behind the @ of the address; "" where there is none."""
        return self.email.rpartition("@")[2]


def read_said(claims: Mapping[str, Any], *, groups_claim: str = "") -> Said:
    """Read who came from the claims of an ID token, together with those of UserInfo.

    Raises:
        IdentityError: they do not say who it is.

    >>> said = read_said({"iss": "https://i", "sub": "7", "email": "A@B.example", "amr": ["otp"]})
    >>> said.email, said.email_verified, sorted(said.ways), said.name
    ('a@b.example', None, ['otp'], 'a')
    """
    issuer, subject = _text(claims.get("iss")), _text(claims.get("sub"))
    if not subject or len(subject) > SUBJECT_MAX or not issuer:
        raise IdentityError("The provider did not say who you are (no usable “sub”).")
    email = _text(claims.get("email")).strip()
    if len(email) > EMAIL_MAX or not email.isascii():
        email = ""  # what other letters are in lower case may be another address
    return Said(
        issuer=issuer,
        subject=subject,
        email=email.lower(),
        email_verified=_verdict(claims.get("email_verified")),
        name=_name(claims, email.lower() or subject),
        groups=_texts(find_claim(claims, groups_claim)) if groups_claim else (),
        ways=frozenset((*_texts(claims.get("acr")), *_texts(claims.get("amr")))),
    )


def find_claim(claims: Mapping[str, Any], path: str) -> Any:
    """Give a claim by its name, else by a path of names with dots between; None where none is.

    >>> find_claim({"realm_access": {"roles": ["a"]}}, "realm_access.roles")
    ['a']
    >>> find_claim({"https://acme.example/roles": ["b"]}, "https://acme.example/roles")
    ['b']
    """
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def shown_claims(claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give claims as a person reads them, without what only protects the exchange.

    >>> shown_claims({"sub": "7", "nonce": "x", "groups": ["a", "b"], "email_verified": True})
    [('email_verified', 'yes'), ('groups', 'a, b'), ('sub', '7')]
    """
    found = [(name, _shown(claims[name])) for name in sorted(claims) if name not in _TECHNICAL]
    return found[:SHOWN_MAX]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)[:VALUE_MAX]
    return str(value)[:VALUE_MAX]


def _verdict(value: Any) -> bool | None:
    """Read `email_verified`; some providers send it as a text."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _name(claims: Mapping[str, Any], otherwise: str) -> str:
    parts = [_text(claims.get(one)).strip() for one in ("given_name", "family_name")]
    words = _text(claims.get("name")).strip() or " ".join(one for one in parts if one)
    clean = "".join(one for one in words if one.isprintable())
    return (clean.strip() or otherwise.partition("@")[0])[:NAME_MAX]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    """Give the texts of a claim that may be one text or a list of them."""
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, list):
        return ()
    return tuple(one for one in value if isinstance(one, str) and one)[:GROUPS_MAX]
