"""Whose a datagram is: told by what it proves, never guessed.

A community with the sender's network, an SNMPv3 user's key with it, or, for syslog, the sender's
address alone name the source. Where none fits or several do, nobody's it is: the operator is told.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from kernel.errors import GarlandError
from kernel.secrets import Sealer, SecretError
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from runtime.alarms.sources.listened.networks import Network, lies_in, networks_of
from runtime.alarms.sources.listened.store import Listened
from runtime.alarms.sources.snmp.usm import Frame, User, is_from
from runtime.alarms.sources.syslog.rules import Judge

log = structlog.get_logger(__name__)

SENDERS_KEPT = 20_000


class StrayError(GarlandError):
    """No source takes the datagram; the message is told to whoever runs the installation."""

    code = "listener.stray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One source, with what tells that a datagram is its own."""

    source: Listened
    networks: tuple[Network, ...]
    community: bytes = field(default=b"", repr=False)
    users: tuple[User, ...] = ()
    judge: Judge | None = None


class Routes:
    """The sources that datagrams are looked up in; made anew when any of them changes.

    `vault_of` gives what opens a tenant's secrets; it is asked at once and never later.
    """

    def __init__(self, sources: Iterable[Listened], vault_of: Callable[[UUID], Sealer]) -> None:
        self.sources = list(sources)
        routes = (_route_if_readable(one, vault_of(one.tenant_id)) for one in self.sources)
        self._routes = [one for one in routes if one is not None]
        self._near: OrderedDict[tuple[str, str], Sequence[Route]] = OrderedDict()

    def has_users(self, sender: str) -> bool:
        """Tell whether a source whose networks the sender lies in has SNMPv3 users."""
        return any(one.users for one in self._of(SNMP, sender))

    def by_community(self, sender: str, community: bytes) -> Route:
        """Give the one source that takes this community from this sender; raises StrayError."""
        near = self._of(SNMP, sender)
        found = [
            one for one in near if one.community and hmac.compare_digest(one.community, community)
        ]
        return _only(found, near, "no source that takes this sender has this community")

    def by_user(self, sender: str, data: bytes, frame: Frame) -> tuple[Route, User]:
        """Give the one source whose user sent a message of SNMPv3; raises StrayError."""
        near = self._of(SNMP, sender)
        found = [
            (route, user) for route in near for user in route.users if is_from(data, frame, user)
        ]
        route = _only(
            [one for one, _ in found],
            near,
            "no source that takes this sender has this user and key",
        )
        return route, found[0][1]

    def by_address(self, sender: str) -> Route:
        """Give the one syslog source that takes this sender; raises StrayError."""
        near = self._of(SYSLOG, sender)
        return _only(near, near, "")

    def _of(self, kind: str, sender: str) -> Sequence[Route]:
        """Give the sources whose networks a sender lies in; remembered for those seen last."""
        key = (kind, sender)
        if key in self._near:
            self._near.move_to_end(key)
            return self._near[key]
        found = tuple(
            one for one in self._routes if one.source.kind == kind and lies_in(sender, one.networks)
        )
        self._near[key] = found
        if len(self._near) > SENDERS_KEPT:
            self._near.popitem(last=False)
        return found


def _only(found: Sequence[Route], near: Sequence[Route], unknown: str) -> Route:
    if len(found) == 1:
        return found[0]
    if found:
        raise StrayError("several sources take it: give each a community or network of its own")
    raise StrayError(unknown if near else "no source takes this sender's address")


def _route_if_readable(source: Listened, vault: Sealer) -> Route | None:
    """Read a source that datagrams come for; one whose secrets do not open must not stop others."""
    if source.kind not in (SNMP, SYSLOG):
        return None
    try:
        return _route(source, vault)
    except SecretError as error:
        log.warning("source_left_out", source_id=str(source.source_id), reason=error.message)
        return None


def _route(source: Listened, vault: Sealer) -> Route:
    config = source.config
    networks = tuple(networks_of(config.get("networks", ())))
    if source.kind == SYSLOG:
        return Route(source=source, networks=networks, judge=Judge(config))
    sealed = config.get("community_sealed", "")
    return Route(
        source=source,
        networks=networks,
        community=vault.decrypt(sealed).encode() if sealed else b"",
        users=tuple(_user(one, vault) for one in config.get("users", ())),
    )


def _user(said: Mapping[str, str], vault: Sealer) -> User:
    return User(
        name=said["name"],
        auth=said["auth"],
        auth_secret=vault.decrypt(said["auth_sealed"]),
        priv=said.get("priv", ""),
        priv_secret=vault.decrypt(said["priv_sealed"]) if said.get("priv") else "",
    )
