"""What `garland doctor` says of the listener: is it there, its ports, what it loses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from garland.operations import listening
from garland.operations.finding import Finding
from garland.services import Services
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.secrets import new_key
from runtime.alarms.sources.listened._tables import ListenerState
from runtime.alarms.sources.listened.health import Health, list_listeners, overrun_of
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from tests.factories.listening import make_tenant_with
from tests.support.running import free_port

Sessions = sessionmaker[Session]
SERVED = {"snmp": "", "syslog": "", "syslog over tcp": ""}
MB = 1024 * 1024


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="a secret of tests",
        encryption_keys=new_key(),
        listener_snmp_port=free_port(),
        listener_syslog_port=free_port(),
    )


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    found = Services(settings)
    yield found
    found.engine.dispose()


@contextmanager
def set_to(settings: Settings, **changes: Any) -> Iterator[Services]:
    """Give the services of an installation that is set up otherwise."""
    found = Services(settings.model_copy(update=changes))
    yield found
    found.engine.dispose()


def tell(sessions: Sessions, *, ago_s: float = 1, **state: Any) -> None:
    """Let a listener have told how it fares."""
    usual = {"ports": SERVED, "buffer_bytes": 8 * MB, "dropped": 0, "overrun": 0, "lost_at": None}
    seen_at = utc_now() - timedelta(seconds=ago_s)
    with sessions.begin() as session:
        session.add(ListenerState(owner=f"vm:{seen_at}", seen_at=seen_at, **{**usual, **state}))


def findings(services: Services) -> list[Finding]:
    checks = (listening.listener, listening.ports, listening.losses, listening.buffer)
    return [check(services) for check in checks]


def test_an_installation_without_such_sources_needs_no_listener(services: Services) -> None:
    assert all(one.ok for one in findings(services))


def test_a_listener_that_serves_what_is_wanted_is_right(
    services: Services, sessions: Sessions
) -> None:
    make_tenant_with(sessions, SNMP, SYSLOG)
    tell(sessions)

    assert [one.name for one in findings(services) if not one.ok] == []


@pytest.mark.parametrize("ago_s", [None, 60])
def test_sources_that_nobody_listens_for_are_named(
    services: Services, sessions: Sessions, ago_s: float | None
) -> None:
    make_tenant_with(sessions, SNMP, SYSLOG)
    if ago_s is not None:
        tell(sessions, ago_s=ago_s)

    found = listening.listener(services)

    assert not found.ok
    assert "1 snmp, 1 syslog" in found.message
    assert "garland listener" in found.remedy


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        pytest.param("9162: Address already in use", "`ss -lntup` names it", id="in use"),
        pytest.param("162: Permission denied", "CAP_NET_BIND_SERVICE", id="a right"),
        pytest.param("9162: Cannot assign requested address", "LISTENER_HOST", id="the address"),
    ],
)
def test_a_port_that_a_listener_cannot_have_is_named_with_the_remedy(
    services: Services, sessions: Sessions, reason: str, remedy: str
) -> None:
    make_tenant_with(sessions, SNMP)
    tell(sessions, ports={**SERVED, "snmp": reason})

    found = listening.ports(services)

    assert (found.ok, found.message) == (False, f"snmp on {reason}")
    assert remedy in found.remedy


def test_a_port_that_one_of_two_listeners_serves_is_right(
    services: Services, sessions: Sessions
) -> None:
    make_tenant_with(sessions, SNMP)
    tell(sessions, ports={**SERVED, "snmp": "9162: Address already in use"})
    tell(sessions, ago_s=2)

    assert listening.ports(services).ok


def test_a_port_that_no_source_needs_may_be_another_programs(
    services: Services, sessions: Sessions
) -> None:
    make_tenant_with(sessions, SNMP)
    tell(sessions, ports={**SERVED, "syslog": "9514: Address already in use"})

    assert listening.ports(services).ok


def test_a_port_is_tried_where_no_listener_runs(services: Services, sessions: Sessions) -> None:
    make_tenant_with(sessions, SNMP)
    port = services.settings.listener_snmp_port

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        taken = listening.ports(services)
    free = listening.ports(services)

    assert (taken.ok, free.ok) == (False, True)
    assert taken.message == f"snmp on {port}: Address already in use"


def test_a_port_that_is_off_though_sources_need_it_is_named(
    settings: Settings, sessions: Sessions
) -> None:
    make_tenant_with(sessions, SYSLOG)

    with set_to(settings, listener_syslog_port=0) as services:
        found = listening.ports(services)

    assert (found.ok, found.remedy) == (False, "Set GARLAND_LISTENER_SYSLOG_PORT.")


@pytest.mark.parametrize(
    ("lost", "remedy"),
    [
        pytest.param({"dropped": 7}, "The database takes them too slowly", id="no room here"),
        pytest.param({"overrun": 7}, "net.core.rmem_max", id="no room in the system"),
    ],
)
def test_what_was_lost_within_the_hour_is_told(
    services: Services, sessions: Sessions, lost: dict[str, int], remedy: str
) -> None:
    tell(sessions, lost_at=utc_now() - timedelta(minutes=50), **lost)

    found = listening.losses(services)

    assert not found.ok
    assert "7" in found.message
    assert remedy in found.remedy


def test_what_was_lost_long_ago_is_no_finding(services: Services, sessions: Sessions) -> None:
    tell(sessions, dropped=7, lost_at=utc_now() - timedelta(minutes=61))

    assert listening.losses(services).ok


@pytest.mark.parametrize(
    ("host", "bytes_given", "ok"),
    [
        pytest.param("0.0.0.0", 416 * 1024, False, id="small, for a network"),  # noqa: S104
        pytest.param("0.0.0.0", 2 * MB, True, id="enough"),  # noqa: S104
        pytest.param("127.0.0.1", 416 * 1024, True, id="for this machine alone"),
    ],
)
def test_a_small_buffer_is_named_where_a_network_sends(
    settings: Settings, sessions: Sessions, host: str, bytes_given: int, ok: bool
) -> None:
    tell(sessions, buffer_bytes=bytes_given)

    with set_to(settings, listener_host=host) as services:
        assert listening.buffer(services).ok is ok


NOON = datetime.fromisoformat("2026-11-24T12:00:00+00:00")


def test_a_listener_tells_when_it_lost_something_last(sessions: Sessions) -> None:
    health = Health(ports={"snmp": ""})
    for minute, dropped in enumerate((0, 3, 3)):
        health.dropped = dropped
        with sessions.begin() as session:
            health.tell(session, "vm:1", now=NOON + timedelta(minutes=minute))

    with sessions() as session:
        (told,) = list_listeners(session)
    assert (told.dropped, told.lost_at) == (3, NOON + timedelta(minutes=1))
    assert told.seen_at == NOON + timedelta(minutes=2)


def test_what_a_listener_told_that_ended_long_ago_is_let_go(sessions: Sessions) -> None:
    with sessions.begin() as session:
        Health().tell(session, "old", now=NOON)
        Health().tell(session, "new", now=NOON + timedelta(days=2))

    with sessions() as session:
        assert [one.owner for one in list_listeners(session)] == ["new"]


def test_what_the_system_dropped_is_read_by_port(tmp_path: Path) -> None:
    table = tmp_path / "udp"
    table.write_text(
        "  sl  local_address rem_address   st ... drops\n"
        " 7: 0100007F:23CA 00000000:0000 07 0:0 0:0 0 0 0 55 2 0 12\n"
        " 8: 0100007F:23CB 00000000:0000 07 0:0 0:0 0 0 0 56 2 0 30\n"
        "broken\n"
    )

    assert overrun_of([0x23CA], [table, tmp_path / "none"]) == 12
