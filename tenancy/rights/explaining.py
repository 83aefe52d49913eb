"""Why somebody may do a thing, or not: pure, from a role or a grant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tenancy.delegation.rules import MAY_GIVE, ROLES, permissions_given
from tenancy.roles import PERMISSIONS, ROLES_OF_KIND, grouped, permissions_of, possible_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One permission: what it is in words, whether it is there, and why."""

    permission: str
    words: str
    is_given: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """By which access somebody of another organisation acts."""

    role: str
    provider: str
    given_by: str
    until: datetime


def rights_by_role(
    permissions: frozenset[str], *, called: str, kind: str
) -> list[tuple[str, list[Right]]]:
    """Explain a role, by the parts of the table; only what means anything in such a kind."""
    return _explained(
        kind,
        dict.fromkeys(permissions, f"the role {called} grants it"),
        lambda one: f"the role {called} does not grant it; {_who_has(one, kind)}",
    )


def rights_by_grant(lent: Lent, *, kind: str) -> list[tuple[str, list[Right]]]:
    """Explain an access of a provider's support."""
    until = lent.until.strftime("%d %b %Y, %H:%M UTC")
    given = f"as {lent.role}, let in by {lent.given_by} until {until}"
    return _explained(
        kind,
        dict.fromkeys(permissions_given(lent.role), given),
        lambda one: _why_not_lent(one, lent.role),
    )


def found_in(
    rights: list[tuple[str, list[Right]]], *, q: str = "", only: str = ""
) -> list[tuple[str, list[Right]]]:
    """Keep the rights that hold a text in what they say, and only those that are given, or not.

    Args:
        rights: By the parts of the table.
        q: Looked for in the part, the words and the permission, whatever the case.
        only: "yes", "no", or "" for both.
    """
    wanted = q.strip().lower()
    kept = [
        (
            title,
            [
                one
                for one in ones
                if wanted in f"{title} {one.words} {one.permission}".lower()
                and only in ("", "yes" if one.is_given else "no")
            ],
        )
        for title, ones in rights
    ]
    return [(title, ones) for title, ones in kept if ones]


def _explained(
    kind: str, given: Mapping[str, str], why_not: Callable[[str], str]
) -> list[tuple[str, list[Right]]]:
    return [
        (
            title,
            [
                Right(
                    permission=one,
                    words=PERMISSIONS[one],
                    is_given=one in given,
                    why=given.get(one) or why_not(one),
                )
                for one in ones
            ],
        )
        for title, ones in grouped(possible_in(kind))
    ]


def _who_has(permission: str, kind: str) -> str:
    roles = [one.value for one in ROLES_OF_KIND[kind] if permission in permissions_of(one)]
    return "of the built-in ones, " + ", ".join(roles) + (" does" if len(roles) == 1 else " do")


def _why_not_lent(permission: str, role: str) -> str:
    if permission not in MAY_GIVE:
        return "no support access ever gives it"
    more = [one for one in ROLES if permission in permissions_given(one)]
    return f"support access as {role} does not give it; as {' or '.join(more)} it would"
