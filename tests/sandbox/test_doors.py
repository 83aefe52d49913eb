"""Every door that code of others may try is shut, by the kernel; and Garland goes on."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.doors import FILES, KERNEL, PROCESSES, SOCKETS
from tests.support.zoo import TRIES, Zoo, attack_of

DOORS = {**FILES, **SOCKETS, **PROCESSES, **KERNEL}
REFUSED = {errno.EPERM, errno.EACCES}
BY_OTHERS = {"resolves a name": {socket.EAI_AGAIN, socket.EAI_NONAME, socket.EAI_SYSTEM}}
"""Doors that a library answers for, with a number of its own."""
OPEN_OUTSIDE = [
    *("reads the database", "reads /etc/passwd", "reads Garland's environment"),
    *("reads Garland's memory map", "lists the processes", "writes where the database lies"),
    *("changes the database's mode", "TCP to a server", "UDP", "a socket in a folder"),
    *(
        "an abstract socket",
        "netlink",
        "signals Garland",
        "sends from a pair to a socket in a folder",
        "sends from a pair to an abstract socket",
    ),
    *("enters a user namespace", "spawns", "makes a file in memory", "hands a descriptor on"),
    *("a byte out of band", "has a signal sent by a descriptor", "larger pipes"),
]


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What is worth stealing: the same for every animal."""
    secret, door = tmp_path / "garland.db", tmp_path / "socket"
    secret.write_text("the database")
    with ExitStack() as stack:
        path, abstract = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        path.bind(str(door))
        abstract.bind(f"\0garland-zoo-{os.getpid()}")
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        for address in (str(tmp_path / "datagrams"), f"\0garland-zoo-{os.getpid()}-datagrams"):
            ear = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            ear.bind(address)
        path.listen()
        abstract.listen()
        yield {
            "file": str(secret),
            "folder": str(tmp_path),
            "path": str(door),
            "datagrams": str(tmp_path / "datagrams"),
            "abstract": f"garland-zoo-{os.getpid()}",
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "garland": os.getpid(),
        }


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_shut(zoo: Zoo, bait: dict[str, Any], door: str) -> None:
    output = zoo.output(attack_of(DOORS[door]) + TRIES, bait)

    assert output.keys() == {"stopped"}, output
    assert output["stopped"] in BY_OTHERS.get(door, REFUSED)
    assert Path(bait["file"]).read_text() == "the database"
    zoo.assert_neighbour_works()


@pytest.mark.parametrize("door", OPEN_OUTSIDE)
def test_the_same_attack_gets_through_where_there_is_no_sandbox(
    bait: dict[str, Any], door: str
) -> None:
    program = attack_of(DOORS[door]) + "import json, sys; attack(json.loads(sys.argv[1]))"

    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(bait)],
        capture_output=True,
        text=True,
        check=False,
    )

    refused = "PermissionError" in done.stderr
    if refused and os.geteuid() != 0:
        pytest.skip(f"this user may not: {done.stderr.splitlines()[-1]}")
    assert not refused, done.stderr
