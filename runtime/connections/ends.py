"""Does what a connection holds run out, and how soon? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenancy.connections.model import ConnectionView

SOON = timedelta(days=30)
_DAY_S = 24 * 3_600


@dataclass(frozen=True, slots=True)
class End:
    """What runs out, or did: a sentence, and whether it is over already."""

    said: str
    is_over: bool


def ends_soon(found: ConnectionView, *, now: datetime) -> End | None:
    """Say what runs out within thirty days; None when nothing does.

    A token that is renewed by itself is no matter; one that is not is as good as its time.
    """
    what = "certificate" if found.kind == "mtls" else "secret"
    at = found.expires_at
    if found.kind == "oauth2_code" and found.token_at is None:
        return End("Nobody has signed in for it yet.", True)
    if at is None or at - now > SOON:
        return None
    if at <= now:
        return End(f"Its {what} has run out: rotate it.", True)
    days = int((at - now).total_seconds() // _DAY_S)
    when = f"in {days} days" if days > 1 else "within two days"
    return End(f"Its {what} runs out {when}: rotate it before.", False)
