"""What the pages of signing in need of the installation."""

from __future__ import annotations

from dataclasses import dataclass

from tenancy.sign_ins.sessions import Lifetimes
from tenancy.sign_ins.waits import Waits

PARTS = "garland.sign_ins"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInParts:
    """The waits after wrong tries, how long sessions last, and whether there are passkeys.

    `takes_passkeys` is False where no browser makes passkeys for the public address.
    """

    waits: Waits
    lifetimes: Lifetimes
    takes_passkeys: bool
