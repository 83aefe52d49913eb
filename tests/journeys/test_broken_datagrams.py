"""Sixty broken datagrams harm nothing: each is told with its reason, the good one after it taken.

A good one from a real agent or logger follows each: it becomes its alarm. Nothing else does.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from kernel.clock import utc_now
from runtime.alarms.intake.taking import FAULTS_OF_A_BODY
from runtime.alarms.sources.faults import faults_of
from runtime.alarms.sources.listened.strays import list_strays
from tests.journeys.test_listener import (  # noqa: F401  a fixture
    IF_INDEX,
    LINK_DOWN,
    V2C,
    garland,
    need,
    send,
)
from tests.support.captures import SNMP, captured
from tests.support.running import Running, wait_for
from tests.support.tickets import as_acme

pytestmark = pytest.mark.journey

NUMBER = 60
WITHIN_S = 120
OCTETS = Random(60).randbytes  # noqa: S311  the same in each run, and no secret


def address(garland: Running, kind: str) -> tuple[str, int]:  # noqa: F811
    """Say where a kind is sent to."""
    host, _, port = garland.demo["sources"][kind].rpartition(":")
    return host, int(port)


def datagram(garland: Running, kind: str, octets: bytes) -> None:  # noqa: F811
    """Send one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(octets, address(garland, kind))


def stream(garland: Running, octets: bytes) -> None:  # noqa: F811
    """Send octets by a connection of their own, until the listener closes it."""
    with socket.create_connection(address(garland, "syslog"), timeout=30) as sender:
        sender.sendall(octets)
        sender.shutdown(socket.SHUT_WR)
        assert sender.recv(1) == b""


def log(garland: Running, app: str, *options: str) -> None:  # noqa: F811
    """Log an error of a program with the real logger."""
    need("logger")
    host, port = address(garland, "syslog")
    where = ["-n", host, "-P", str(port), *options, "-p", "daemon.err", "-t", app]
    subprocess.run(["logger", *where, "--", f"{app} failed"], check=True, timeout=30)


def source(garland: Running, name: str) -> dict[str, Any]:  # noqa: F811
    """Give a source as the API tells of it."""
    (found,) = garland.api("/sources", q=name)["items"]
    return dict(found)


def active(garland: Running, q: str) -> set[str]:  # noqa: F811
    """Name the active alarms that fit: by object and problem."""
    items = garland.api("/alarms", q=q, state="active", limit="200")["items"]
    return {f"{one['managed_object']} {one['specific_problem']}" for one in items}


def strays(garland: Running) -> dict[str, int]:  # noqa: F811
    """Count what nobody took, by its reason."""
    with as_acme(garland.data_dir) as (session, _):
        return {one.reason: one.count for one in list_strays(session)}


def reasons(garland: Running, of: dict[str, Any], since: datetime) -> list[str]:  # noqa: F811
    """List why what a source sent was refused, as far as it is kept: not all of a storm is."""
    with as_acme(garland.data_dir) as (session, tenant_id):
        found = faults_of(session, tenant_id, UUID(of["id"]), limit=NUMBER)
    return [one.message for one in found if one.at >= since]


def test_each_broken_trap_is_told_and_the_good_one_after_it_raises_its_alarm(
    garland: Running,  # noqa: F811
    shared_data: Path,
) -> None:
    whole = captured(shared_data, SNMP)["v2c linkDown"]
    broken = [whole[: len(whole) * number // NUMBER] for number in range(NUMBER // 2)]
    broken += [b"\x30\x82" + OCTETS(number) for number in range(NUMBER // 2)]
    pid, before, nobodys = garland.child("listener"), source(garland, "Traps"), strays(garland)

    for number, octets in enumerate(broken):
        datagram(garland, "snmp", octets)
        port = 5_000 + number
        send(garland, "snmptrap", V2C, "5", LINK_DOWN, f"{IF_INDEX}.{port}", "i", str(port))

    wanted = {f"127.0.0.1/{5_000 + number} Link down" for number in range(NUMBER)}
    wait_for(lambda: wanted <= active(garland, "127.0.0.1/5"), within_s=WITHIN_S, what="all alarms")
    after = source(garland, "Traps")
    told = {reason: count - nobodys.get(reason, 0) for reason, count in strays(garland).items()}
    assert {reason: count for reason, count in told.items() if count} == {"unreadable": NUMBER}
    assert after["accepted"] - before["accepted"] == NUMBER
    assert after["rejected"] == before["rejected"]
    assert garland.child("listener") == pid


@pytest.mark.parametrize(
    ("give", "options", "app", "reason"),
    [
        pytest.param(
            lambda to, number: datagram(to, "syslog", b"\xff" * (number + 1)),
            ["-d"],
            "udp",
            "no priority, and ",
            id="datagrams",
        ),
        pytest.param(
            lambda to, number: stream(to, b"%d" % (number + 2) + b" " + b"x" * number),
            ["-T"],
            "cut",
            "the connection ended before a counted message was whole",
            id="counted messages cut off",
        ),
        pytest.param(
            lambda to, number: stream(to, b"9" * (7 + number)),
            ["-T", "--octet-count"],
            "count",
            "a count of octets that is none",
            id="counts that are none",
        ),
    ],
)
def test_each_broken_syslog_message_is_told_and_the_good_one_after_it_raises_its_alarm(
    garland: Running,  # noqa: F811
    give: Callable[[Running, int], None],
    options: list[str],
    app: str,
    reason: str,
) -> None:
    pid, before, since = garland.child("listener"), source(garland, "Router logs"), utc_now()

    for number in range(NUMBER):
        give(garland, number)
        log(garland, f"broken-{app}-{number}", *options)

    wait_for(
        lambda: (
            source(garland, "Router logs")["rejected"] - before["rejected"] >= NUMBER
            and len(active(garland, f"broken-{app}-")) >= NUMBER
        ),
        within_s=WITHIN_S,
        what="all alarms, and what was refused",
    )
    after = source(garland, "Router logs")
    assert after["rejected"] - before["rejected"] == NUMBER
    assert after["accepted"] - before["accepted"] == NUMBER
    told = reasons(garland, after, since)
    assert len(told) >= FAULTS_OF_A_BODY
    assert [one for one in told if not one.startswith(reason)] == []
    assert len(active(garland, f"broken-{app}-")) == NUMBER
    assert garland.child("listener") == pid
