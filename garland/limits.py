"""A tenant's limits on the command line, for whoever runs the installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError
from runtime.limits.model import LIMITS, Limits
from runtime.limits.store import change_limits, own_limits
from tenancy.organisations import find_by_slug
from tenancy.scope import as_tenant

USUAL = "usual"
BY = "the command line"


def set_limits(settings: Settings, *, organisation: str, said: Sequence[str]) -> str:
    """Set limits of an organisation, each said as `name=value`; give all of them as a table.

    Raises:
        NotFoundError: no organisation has that short name.
        InvalidError: naming each limit that there is not, or that may not be set so.
    """
    changes = dict(_read(one) for one in said)
    services = Services(settings)
    with services.sessions() as session, session.begin():
        found = find_by_slug(session, organisation)
        if found is None:
            raise NotFoundError(f"no organisation is called {organisation}")
        with as_tenant(session, found.id):
            if changes:
                try:
                    change_limits(session, found.id, changes, by=BY, now=utc_now())
                except InvalidError as error:
                    lines = "\n".join(f"  {one.message}" for one in error.problems)
                    raise InvalidError(f"{error.message}:\n{lines}") from None
            return as_table(own_limits(session, found.id), services.limits.defaults)


def as_table(limits: Limits, defaults: Limits) -> str:
    """Write limits for people, those that are not the usual ones marked."""
    usual = asdict(defaults)
    return "\n".join(
        f"{name:<18}{value:>12,}  {LIMITS[name].title}"
        + ("" if value == usual[name] else f" (usually {usual[name]:,})")
        for name, value in asdict(limits).items()
    )


def _read(said: str) -> tuple[str, Any]:
    """Read `name=value`; `usual` takes a limit back to what the installation gives everyone.

    >>> _read("runs_at_once=50"), _read("weight=2.5"), _read("weight=usual")
    (('runs_at_once', 50), ('weight', 2.5), ('weight', None))
    """
    name, _, text = said.partition("=")
    if text == USUAL:
        return name, None
    try:
        return name, float(text) if "." in text else int(text)
    except ValueError:
        return name, text
