"""The listener process: SNMP and syslog on its ports, MQTT from brokers, into the same intake."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from garland.memory import settle
from garland.metrics_port import serve_metrics
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from runtime.alarms.sources.listened.health import Health
from runtime.alarms.sources.listened.inbox import Inbox
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from runtime.alarms.sources.listened.ports import AGAIN_S, Box, open_connections, open_datagrams
from runtime.alarms.sources.listened.strays import list_strays
from runtime.alarms.sources.listened.writing import Known, Writer
from runtime.alarms.sources.mqtt.subscriptions import Subscriptions
from runtime.alarms.sources.snmp.authority import Authority
from runtime.leases import process_name

log = structlog.get_logger(__name__)

LOOK_S = 2.0
TELL_S = 10.0
ENGINE_BYTES = 12
Opening = Callable[[], Awaitable[Callable[[], None]]]


def main(settings: Settings) -> None:
    """Run until told to stop; what arrived by then is written first."""
    services = Services(settings)
    serve_metrics(settings)
    given = services.trap_packs  # read now, so that what is wrong with a pack is told at once
    log.info("trap_catalogue_read", entries=len(given.documents), packs=len(given.used))
    inbox: Box = Inbox()
    stopped = Event()
    known = Known(services.reading, services.vault)
    writer = Writer(
        inbox=inbox, sessions=services.sessions, known=known, authority=_authority(settings)
    )
    subscriptions = Subscriptions(
        inbox=inbox,
        sessions=services.sessions,
        vault=services.vault,
        owner=process_name(),
        allow_private=settings.allow_private_network,
    )
    health = Health()
    threads = [
        Thread(target=writer.run, args=(stopped,), name="writer"),
        Thread(target=_look, args=(known, subscriptions, stopped), name="looker"),
        Thread(target=_tell, args=(services.sessions, health, stopped), name="teller"),
    ]
    settle()
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_listen(settings, inbox, health))
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def strays_text(settings: Settings) -> str:
    """Write what no source takes, for a person."""
    services = Services(settings)
    with services.reading() as session:
        found = list_strays(session)
    services.engine.dispose()
    if not found:
        return "The listener got nothing that no source takes."
    return "\n".join(
        f"{one.last_at:%Y-%m-%d %H:%M:%S}  {one.kind:<6}  {one.sender:<40}  {one.count:>8}  "
        f"{one.reason}{f' ({one.sample})' if one.sample else ''}"
        for one in found
    )


def _authority(settings: Settings) -> Authority:
    """Give this listener an SNMP engine of its own: the same after each start."""
    told = f"{settings.secret_key} {socket.gethostname()}".encode()
    return Authority(hashlib.sha256(told).digest()[:ENGINE_BYTES], time.time)


def _look(known: Known, subscriptions: Subscriptions, stopped: Event) -> None:
    """Keep what is known fresh, and the brokers' connections in line with it."""
    while not stopped.is_set():
        try:
            known.look()
            subscriptions.keep(known.sources)
        except SQLAlchemyError as error:
            log.warning("sources_not_looked_at", reason=type(error).__name__)
        except Exception:
            log.exception("looking_failed")
        stopped.wait(LOOK_S)
    try:
        subscriptions.close()
    except SQLAlchemyError as error:
        log.warning("lease_not_released", reason=type(error).__name__)


def _tell(sessions: sessionmaker[Session], health: Health, stopped: Event) -> None:
    """Tell how this listener fares, for `garland doctor`."""
    owner = process_name()
    while not stopped.wait(TELL_S):
        try:
            with sessions.begin() as session:
                health.tell(session, owner, now=utc_now())
        except SQLAlchemyError as error:
            log.warning("listener_state_not_told", reason=type(error).__name__)


async def _listen(settings: Settings, inbox: Box, health: Health) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    host, snmp, syslog = (
        settings.listener_host,
        settings.listener_snmp_port,
        settings.listener_syslog_port,
    )
    wanted: list[tuple[str, int, Opening]] = [
        ("snmp", snmp, lambda: open_datagrams(SNMP, inbox, host=host, port=snmp, health=health)),
        (
            "syslog",
            syslog,
            lambda: open_datagrams(SYSLOG, inbox, host=host, port=syslog, health=health),
        ),
        ("syslog over tcp", syslog, lambda: open_connections(inbox, host=host, port=syslog)),
    ]
    opening = [asyncio.create_task(_open(*one, health)) for one in wanted if one[1]]
    await ended.wait()
    for task in opening:
        if task.done():
            task.result()()
        else:
            task.cancel()


async def _open(name: str, port: int, opening: Opening, health: Health) -> Callable[[], None]:
    """Open a port; one that another program has is tried again: the others are served meanwhile."""
    while True:
        try:
            close = await opening()
        except OSError as error:
            health.ports[name] = f"{port}: {error.strerror or error}"
            log.warning("port_not_served", what=name, port=port, reason=str(error))
            await asyncio.sleep(AGAIN_S)
        else:
            health.ports[name] = ""
            log.info("port_served", what=name, port=port)
            return close
