"""What a role of an organisation's own may hold: pure rules over the table of permissions."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from kernel.errors import InvalidError, Problem
from tenancy.custom_roles._tables import NAME_MAX
from tenancy.roles import PERMISSIONS, ROLES_OF_KIND, Role, possible_in

_ALSO: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "alarms.policy": ("alarms.view",),
        "workflows.publish": ("workflows.view",),
        "connections.use": ("workflows.publish",),
        "environments.edit": ("workflows.view",),
        "publishing.policy": ("workflows.view",),
        "support.use": ("customers.view",),
        "brand.edit": ("organisation.view",),
        "roles.edit": ("members.view",),
    }
)


def implied_by(permission: str) -> tuple[str, ...]:
    """Give what comes along with a permission: who changes something has to see it.

    >>> implied_by("rules.publish"), implied_by("connections.use")
    (('rules.view',), ('connections.view', 'workflows.publish'))
    """
    seen = permission.split(".", maxsplit=1)[0] + ".view"
    own = (seen,) if seen in PERMISSIONS and seen != permission else ()
    more = tuple(one for one in _ALSO.get(permission, ()) if one not in own)
    return own + more


def completed(permissions: Iterable[str]) -> frozenset[str]:
    """Give permissions with all that comes along with them."""
    found: set[str] = set()
    left = list(permissions)
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += implied_by(one)
    return frozenset(found)


def bases_in(kind: str) -> list[Role]:
    """List the built-in roles that one of an organisation's own can be based on; never admin."""
    return [one for one in ROLES_OF_KIND[kind] if one is not Role.ADMIN]


def checked_permissions(wanted: Iterable[str], *, kind: str, own: frozenset[str]) -> frozenset[str]:
    """Give the permissions of a role as they are kept, with what comes along.

    Args:
        wanted: Those that were chosen.
        kind: The organisation's kind.
        own: What the person who makes the role may do: nobody gives more than they have.

    Raises:
        InvalidError: none was chosen, or one that nobody here can give.
    """
    chosen = set(wanted)
    found = completed(chosen & set(PERMISSIONS))
    message = ""
    if not chosen:
        message = "permissions: choose at least one"
    elif chosen - possible_in(kind):
        words = ", ".join(sorted(chosen - possible_in(kind)))[:200]
        message = f"permissions: no role of this organisation can have {words}"
    elif found - own:
        words = "; ".join(PERMISSIONS[one] for one in sorted(found - own))
        message = f"permissions: you may not do this yourself, so you cannot give it: {words}"
    if message:
        raise InvalidError(message, problems=[Problem("/permissions", message)])
    return found


def checked_name(name: str, taken: Iterable[str]) -> str:
    """Give a role's name as it is kept.

    Raises:
        InvalidError: it is empty, too long, a built-in role's, or there already.
    """
    said = " ".join(name.split())
    message = ""
    if not 1 <= len(said) <= NAME_MAX:
        message = f"name: write 1 to {NAME_MAX} characters"
    elif said.lower() in {one.value for one in Role}:
        message = f"name: {said} is a role that is there for everybody: choose another name"
    elif said.lower() in {one.lower() for one in taken}:
        message = f"name: there is a role called {said} already"
    if message:
        raise InvalidError(message, problems=[Problem("/name", message)])
    return said
