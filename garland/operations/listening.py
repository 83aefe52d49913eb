"""Does the listener take what sources want: is it there, has it its ports, does it lose anything.

Only what a source needs is wrong when it is missing: an installation without traps and syslog needs
no listener.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from garland.operations.asking import asked
from garland.operations.finding import Finding
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from runtime.alarms.sources.listened.health import ListenerView, list_listeners
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from runtime.alarms.sources.listened.networks import is_loopback
from runtime.alarms.sources.listened.store import list_listened

LATELY = timedelta(hours=1)
BUFFER_LEAST_BYTES = 1024 * 1024
_UNKNOWN = "not known while the database cannot be read"
_NEEDLESS = "no source needs it"
_START = "Start `garland up`, or `garland listener` on a machine that the network can send to."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """How many sources of each kind want something, and what listeners tell."""

    wanted: Mapping[str, int]
    listeners: tuple[ListenerView, ...]
    now: datetime

    @property
    def at_work(self) -> tuple[ListenerView, ...]:
        return tuple(one for one in self.listeners if one.is_fresh(self.now))


def listener(services: Services) -> Finding:
    """Tell whether a listener runs where sources want one."""
    name = "listener"
    seen = _look(services)
    if seen is None:
        return Finding(name=name, ok=True, message=_UNKNOWN)
    if seen.at_work:
        return Finding(name=name, ok=True, message=f"{len(seen.at_work)} at work")
    if not seen.wanted:
        return Finding(name=name, ok=True, message=_NEEDLESS)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(seen.wanted.items()))
    message = f"none runs, and sources wait for one: {told}"
    return Finding(name=name, ok=False, message=message, remedy=_START)


def ports(services: Services) -> Finding:
    """Tell which ports that sources need are not served, and why."""
    name = "listener's ports"
    seen = _look(services)
    if seen is None:
        return Finding(name=name, ok=True, message=_UNKNOWN)
    wanted = {kind: port for kind, port in _ports(services.settings).items() if kind in seen.wanted}
    if not wanted:
        return Finding(name=name, ok=True, message=_NEEDLESS)
    off = [kind for kind, port in sorted(wanted.items()) if not port]
    if off:
        message = f"{' and '.join(off)} sources are there, and their port is off"
        settings = " and ".join(f"GARLAND_LISTENER_{kind.upper()}_PORT" for kind in off)
        return Finding(name=name, ok=False, message=message, remedy=f"Set {settings}.")
    shut = _shut(services.settings, seen, wanted)
    if shut:
        message = "; ".join(f"{what} on {why}" for what, why in sorted(shut.items()))
        return Finding(name=name, ok=False, message=message, remedy=_remedy(message))
    told = ", ".join(f"{kind} {port}" for kind, port in sorted(wanted.items()))
    return Finding(name=name, ok=True, message=f"{told} on {services.settings.listener_host}")


def losses(services: Services) -> Finding:
    """Tell what was lost lately: datagrams that found no room here, or none in the system."""
    name = "listener's losses"
    seen = _look(services)
    if seen is None:
        return Finding(name=name, ok=True, message=_UNKNOWN)
    lately = [one for one in seen.listeners if one.lost_at and one.lost_at > seen.now - LATELY]
    dropped, overrun = sum(one.dropped for one in lately), sum(one.overrun for one in lately)
    if not lately:
        return Finding(name=name, ok=True, message="none within the hour")
    message = f"{dropped} datagrams found the inbox full, {overrun} the system's buffer"
    slow = "The database takes them too slowly: look at its disk, or let several listeners share."
    small = "Give datagrams a larger buffer: sysctl -w net.core.rmem_max=8388608."
    remedy = " ".join(told for told, number in ((slow, dropped), (small, overrun)) if number)
    return Finding(name=name, ok=False, message=message, remedy=remedy)


def buffer(services: Services) -> Finding:
    """Tell whether the system gives datagrams room to wait in while a batch is written."""
    name = "listener's buffer"
    seen = _look(services)
    given = [one.buffer_bytes for one in seen.at_work if one.buffer_bytes] if seen else []
    if not given:
        return Finding(name=name, ok=True, message="no port is listened on")
    message = f"{min(given) // 1024} KB for datagrams that wait to be read"
    is_near = is_loopback(services.settings.listener_host)
    remedy = (
        "A burst of traps would be lost. Allow more (sysctl -w net.core.rmem_max=8388608, kept in "
        "/etc/sysctl.d/), and start the listener again."
    )
    ok = is_near or min(given) >= BUFFER_LEAST_BYTES
    return Finding(name=name, ok=ok, message=message, remedy=remedy)


def _look(services: Services) -> _Seen | None:
    return asked(services, _seen)


def _seen(session: Session) -> _Seen:
    wanted = Counter(one.kind for one in list_listened(session))
    return _Seen(wanted=wanted, listeners=tuple(list_listeners(session)), now=utc_now())


def _ports(settings: Settings) -> dict[str, int]:
    return {SNMP: settings.listener_snmp_port, SYSLOG: settings.listener_syslog_port}


def _shut(settings: Settings, seen: _Seen, wanted: Mapping[str, int]) -> dict[str, str]:
    """Give why ports are not served: as listeners tell, or by trying where none is at work."""
    if seen.at_work:
        told = [one.ports for one in seen.at_work]
        names = {name for one in told for name in one if name.partition(" ")[0] in wanted}
        return {name: told[0][name] for name in names if all(one.get(name) for one in told)}
    host = settings.listener_host
    tried = {kind: _why_not(host, port, socket.SOCK_DGRAM) for kind, port in wanted.items()}
    if SYSLOG in wanted:
        tried["syslog over tcp"] = _why_not(host, wanted[SYSLOG], socket.SOCK_STREAM)
    return {what: why for what, why in tried.items() if why}


def _why_not(host: str, port: int, kind: socket.SocketKind) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, kind)) as trial:
        if kind is socket.SOCK_STREAM:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            return f"{port}: {error.strerror or error}"
    return ""


def _remedy(message: str) -> str:
    if "denied" in message.lower():
        return (
            "Ports below 1024 need a right: give the program the capability CAP_NET_BIND_SERVICE, "
            "or redirect the port to one above."
        )
    if "in use" in message.lower():
        return (
            "Another program has it: `ss -lntup` names it. Stop it, or set another port with "
            "GARLAND_LISTENER_SNMP_PORT or GARLAND_LISTENER_SYSLOG_PORT."
        )
    return "Set GARLAND_LISTENER_HOST to an address of this machine, or to 0.0.0.0."
