"""One way to a provider and back: what was asked, sealed in the browser, answered once.

The browser's own session holds what was asked, so an answer that somebody else was given is worth
nothing here (state, against forged answers; nonce, against replayed tokens; the verifier, against
stolen codes: RFC 9700, 2.1). A copy of the browser's cookie answers nothing a second time: the
state is taken out of the world before the code is changed for anything.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from kernel.db import or_taken
from kernel.ids import sha256_of
from kernel.secrets import SecretError, Vault
from tenancy.identity.claims import IdentityError
from tenancy.identity.metadata import Metadata
from tenancy.sign_ins._tables import UsedChallenge

LASTS = timedelta(minutes=10)
SIGN_IN, TRY = "sign-in", "try"
_NOT_ASKED = (
    "This answer was not asked for in this browser, or was used already. Begin again at the "
    "sign-in page."
)
_DENIED = "{} did not sign you in: you said no there, or it does not let you in here."
_ELSEWHERE = "This answer is not from the provider that was asked. Begin again at the sign-in page."
_LATE = "That took too long. Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a browser was sent away with.

    Attributes:
        purpose: `sign-in`, or `try` where an admin looks at what comes.
        wanted: Where the person wanted to go.
        back_to: The address that the provider was told to answer at.
    """

    provider_id: str
    purpose: str
    wanted: str
    back_to: str
    until: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)


def ask(provider_id: UUID, *, purpose: str, wanted: str = "", back_to: str, now: datetime) -> Asked:
    """Make up what one way to a provider is known by."""
    return Asked(
        provider_id=str(provider_id),
        purpose=purpose,
        wanted=wanted[:1_000],
        back_to=back_to,
        until=format_instant(now + LASTS),
    )


def seal(asked: Asked, vault: Vault) -> str:
    """Seal it for the browser's own session, which is signed and not secret."""
    return vault.encrypt(json.dumps(asdict(asked)))


def take(
    sealed: str | None,
    answer: Mapping[str, str],
    provider_id: UUID,
    *,
    vault: Vault,
    now: datetime,
) -> Asked:
    """Give what this browser asked, if this is its answer.

    Args:
        sealed: What the browser's session held; it holds it no more.
        answer: The parameters that came back.
        provider_id: Whose address they came back to.
        vault: What sealed it.
        now: The clock that its end is read against.

    Raises:
        IdentityError: it answers nothing that was asked here, came too late, or another provider's
            address was answered at.
    """
    asked = _open(sealed, vault)
    state = answer.get("state", "")
    if asked is None or not hmac.compare_digest(state.encode(), asked.state.encode()):
        raise IdentityError(_NOT_ASKED)
    if asked.provider_id != str(provider_id):
        raise IdentityError(_ELSEWHERE)
    if parse_instant(asked.until) <= now:
        raise IdentityError(_LATE)
    return asked


def code_of(answer: Mapping[str, str], metadata: Metadata, *, name: str) -> str:
    """Give the code of an answer, if it is the asked provider's.

    Raises:
        IdentityError: the answer names another issuer (RFC 9207, 2.4), or says no.
    """
    said = answer.get("iss")
    if (said is None and metadata.says_issuer) or (said is not None and said != metadata.issuer):
        raise IdentityError(_ELSEWHERE)
    if not answer.get("code"):
        raise IdentityError(_DENIED.format(name))
    return answer["code"]


def spend(session: Session, asked: Asked, *, now: datetime) -> None:
    """Take what was asked out of the world; raises IdentityError where it was answered before."""
    session.execute(delete(UsedChallenge).where(UsedChallenge.until <= now))
    with or_taken(session, IdentityError(_NOT_ASKED)):
        used = UsedChallenge(digest=sha256_of(asked.state), until=parse_instant(asked.until))
        session.add(used)
        session.flush()


def _open(sealed: str | None, vault: Vault) -> Asked | None:
    if not isinstance(sealed, str):
        return None
    try:
        return Asked(**json.loads(vault.decrypt(sealed)))
    except (SecretError, ValueError, TypeError):
        return None
