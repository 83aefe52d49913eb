"""Receivers and devices of SNMP for tests: snmptrapd, and agents that mean harm."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.peers import find_program, free_port
from tests.support.running import wait_for

Answer = Callable[[bytes], list[bytes]]
"""Gives the datagrams that a question is answered with."""


@dataclass(slots=True)
class Agent:
    """An agent in this process; it remembers what it was asked."""

    port: int
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def running_agent(answer: Answer) -> Iterator[Agent]:
    """Answer each datagram on a port of the loopback interface as a function says."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(0.05)
        agent = Agent(port=ear.getsockname()[1])
        is_over = threading.Event()
        thread = threading.Thread(target=_serve, args=(ear, agent, answer, is_over), daemon=True)
        thread.start()
        try:
            yield agent
        finally:
            is_over.set()
            thread.join()


def _serve(ear: socket.socket, agent: Agent, answer: Answer, is_over: threading.Event) -> None:
    while not is_over.is_set():
        try:
            question, caller = ear.recvfrom(65_535)
        except TimeoutError:
            continue
        agent.asked.append(question)
        for datagram in answer(question):
            ear.sendto(datagram, caller)


@dataclass(frozen=True, slots=True)
class TrapReceiver:
    """A running snmptrapd: where it is, and what it wrote down."""

    port: int
    log: Path

    def wait_for(self, text: str) -> str:
        """Wait until a text stands in its log; give the log."""
        wait_for(lambda: text in self.log.read_text(), what=f"the trap {text}", within_s=10)
        return self.log.read_text()


@contextmanager
def running_snmptrapd(folder: Path, config: str) -> Iterator[TrapReceiver]:
    """Receive traps by Net-SNMP's daemon."""
    port, log = free_port(), folder / "snmptrapd.log"
    file = folder / "snmptrapd.conf"
    file.write_text(config)
    command = [
        str(find_program("snmptrapd")), "-f", "-Lf", str(log), "-C", "-c", str(file), "-n", "-On",
        "-m", "", "-p", str(folder / "snmptrapd.pid"), f"udp:127.0.0.1:{port}",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder)})
    try:
        wait_for(
            lambda: log.exists() and "NET-SNMP" in log.read_text(), what="snmptrapd", within_s=20
        )
        yield TrapReceiver(port, log)
    finally:
        process.terminate()
        process.wait(10)
