"""`garland up`: every process of Garland on this machine, supervised.

This module says what is started and in which order; `garland/supervisor.py` keeps it going.
"""

import http.client
import json
import os
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from garland import redis_server
from garland._child import Program
from garland.data_folder import hold_data_folder, metrics_folder, start_counting_anew
from garland.settings import Settings
from garland.supervisor import Stopped, Supervisor
from kernel.errors import ConflictError, GarlandError

READY_WITHIN_S = 60.0
LEAST_FREE_BYTES = 50 * 1024 * 1024

_REDIS_WITHIN_S = 15.0


class StartError(GarlandError):
    """Garland could not be started; the message says what to do."""

    code = "core.not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person who typed `garland up` asked for."""

    host: str
    port: int
    workers: int
    demo: bool

    @property
    def local_host(self) -> str:
        """The host under which this machine itself reaches the web process."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  a name

    @property
    def url(self) -> str:
        """The address to open in a browser on this machine."""
        host = f"[{self.local_host}]" if ":" in self.local_host else self.local_host
        return f"http://{host}:{self.port}"


def run_everything(settings: Settings, wanted: Wanted) -> int:
    """Run all processes until somebody stops them; return the exit code.

    Raises:
        ConflictError: if the port or the data folder is taken.
        StartError: if a step of the start fails; nothing is left running then.
    """
    _refuse_full_disk(settings.data_dir)
    holding = hold_data_folder(settings.data_dir, purpose=wanted.url)
    start_counting_anew(settings.data_dir)
    _refuse_taken_port(wanted.host, wanted.port)
    supervisor = Supervisor(_environment(settings, wanted))
    began = time.monotonic()
    with holding, supervisor.listening():
        try:
            _start(supervisor, settings, wanted)
            supervisor.say(f"everything runs, {time.monotonic() - began:.1f} s after the start")
            _greet(settings, wanted)
            supervisor.keep_running()
        except Stopped:
            supervisor.say("stopping (Ctrl-C once more to stop at once)")
    supervisor.say("stopped; the data is kept in " + str(settings.data_dir))
    return 0


def _start(supervisor: Supervisor, settings: Settings, wanted: Wanted) -> None:
    """Start everything in order: Redis, the database's schema, then what leans on both."""
    if not settings.redis_url:
        _start_redis(supervisor, settings.data_dir)
    prepare = _garland("setup", "prepare", *(["--demo"] if wanted.demo else []), stage=1)
    if supervisor.run_once(prepare) != 0:
        raise StartError(
            "The database could not be prepared; the lines above say why. "
            "`garland doctor` checks the installation.",
        )
    for program in _programs(wanted):
        supervisor.start(program)
    if not supervisor.wait_until(lambda: is_healthy(wanted), timeout_s=READY_WITHIN_S):
        raise StartError(
            f"The web process did not answer at {wanted.url} within {READY_WITHIN_S:.0f} s; "
            "the lines above say why.",
        )


def _start_redis(supervisor: Supervisor, data_dir: Path) -> None:
    """Start the bundled Redis; should it refuse its own record, start it without."""
    listening = redis_server.socket_path(data_dir)

    def answers() -> bool:
        return redis_server.is_answering(listening, timeout_s=0.5)

    command = tuple(redis_server.prepare_server(data_dir))
    supervisor.start(Program(name="redis", command=command, stage=0))
    supervisor.wait_until(
        lambda: answers() or supervisor.has_failed("redis"),
        timeout_s=_REDIS_WITHIN_S,
    )
    if supervisor.has_failed("redis"):
        moved = redis_server.set_log_aside(data_dir)
        if moved is not None:
            supervisor.say(f"redis refuses its record of wake-ups; it is kept as {moved}")
    if not supervisor.wait_until(answers, timeout_s=_REDIS_WITHIN_S):
        log = redis_server.server_folder(data_dir) / "redis.log"
        raise StartError(f"The bundled Redis does not answer; its log is {log}.")


def _programs(wanted: Wanted) -> list[Program]:
    """Name what is kept running beside Redis, in the order of starting."""
    web = ("web", "--host", wanted.host, "--port", str(wanted.port))
    workers = [f"worker-{number}" for number in range(1, wanted.workers + 1)]
    return [
        *(_garland(name, "worker", stage=2, stop_within_s=10.0) for name in workers),
        _garland("correlator", "correlator", stage=2),
        _garland("scheduler", "scheduler", stage=3),
        _garland("listener", "listener", stage=3),
        _garland("web", *web, stage=3),
    ]


def _garland(name: str, *arguments: str, stage: int, stop_within_s: float = 6.0) -> Program:
    """Name one of Garland's own commands as a program."""
    return Program(
        name=name,
        command=(sys.executable, "-m", "garland", *arguments),
        stage=stage,
        stop_within_s=stop_within_s,
    )


def _environment(settings: Settings, wanted: Wanted) -> dict[str, str]:
    """Give the children the settings as they were decided here, so that all have the same."""
    environment = dict(os.environ)
    environment.update(
        GARLAND_DATA_DIR=str(settings.data_dir),
        GARLAND_DATABASE_URL=settings.database_url,
        GARLAND_REDIS_URL=settings.redis_url or redis_server.server_url(settings.data_dir),
        GARLAND_SECRET_KEY=settings.secret_key,
        GARLAND_ENCRYPTION_KEYS=settings.encryption_keys,
        GARLAND_PUBLIC_URL=settings.public_url or wanted.url,
        GARLAND_METRICS_PORT="0",  # all would want the same; web tells what all counted
        PROMETHEUS_MULTIPROC_DIR=str(metrics_folder(settings.data_dir)),
        PYTHONUNBUFFERED="1",
    )
    if sys.stdout.isatty() and "NO_COLOR" not in environment:
        environment["FORCE_COLOR"] = "1"
    return environment


def is_healthy(wanted: Wanted) -> bool:
    """Ask the web process whether it is alive."""
    connection = http.client.HTTPConnection(wanted.local_host, wanted.port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _refuse_taken_port(host: str, port: int) -> None:
    """Raise where the port cannot be listened on, and name one that can."""
    if _can_listen(host, port):
        return
    free = next((other for other in range(port + 1, port + 50) if _can_listen(host, other)), None)
    hint = f": garland up --port {free}" if free else " with --port"
    raise ConflictError(
        f"Port {port} on {host} cannot be used: another program has it, or the address is not "
        f"this machine's. Stop that program, or choose another port{hint}",
    )


def _can_listen(host: str, port: int) -> bool:
    """Tell whether this process could listen on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def _refuse_full_disk(data_dir: Path) -> None:
    """Raise where the disk is too full for a database to work at all."""
    free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE_BYTES:
        raise StartError(
            f"Only {free // 1024**2} MB are free where {data_dir} lies: "
            "make room, or choose another data folder with --data.",
        )


def _greet(settings: Settings, wanted: Wanted) -> None:
    """Print the address, and the demo's sign-ins where there are any."""
    lines = ["", f"  Garland runs at {settings.public_url or wanted.url}", ""]
    demo = settings.data_dir / "demo.json"
    if wanted.demo and demo.exists():
        users = json.loads(demo.read_text(encoding="utf-8"))["users"]
        lines.append("  Sign in as one of these (all of it invented):")
        lines.extend(
            f"    {user['email']:<34} {user['password']:<22} {user['role']} at "
            f"{user['organisation']}"
            for user in users
        )
        lines += [f"  Addresses and tokens for machines are in {demo}", ""]
    lines += ["  Ctrl-C stops everything; the data is kept.", ""]
    print("\n".join(lines), flush=True)  # noqa: T201  the person waits for exactly this
