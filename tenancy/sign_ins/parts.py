"""What the pages of signing in need of the installation."""

from __future__ import annotations

from dataclasses import dataclass

from tenancy.sign_ins.passkeys import Site
from tenancy.sign_ins.sessions import Lifetimes
from tenancy.sign_ins.waits import Waits

PARTS = "garland.sign_ins"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInParts:
    """The waits after wrong tries, how long sessions last, and what passkeys are made for.

    `site` is None where no browser makes passkeys for the public address.
    """

    waits: Waits
    lifetimes: Lifetimes
    site: Site | None
