"""To a newer release without a pause: the one before and this one serve together, none fails.

The release before is taken from git: the last commit that has a migration fewer.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from garland.redis_server import server_url
from tests.faults.conftest import Installation
from tests.support.redis import running_redis
from tests.support.releases import ROOT, last_with_fewer_migrations
from tests.support.running import LISTENER_PORTS, free_port, wait_for

pytestmark = pytest.mark.fault

_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
BEHIND = ("correlator", "worker", "scheduler")
READS = ("/api/v1/alarms", "/api/v1/runs", "/api/v1/flows", "/api/v1/rules")
PAGES = ("/t/acme/", "/t/acme/alarms", "/t/acme/workflows", "/t/acme/runs", "/account")


@dataclass(kw_only=True)
class Balancer:
    """What stands in front of the webs: sends to each in turn, and notes what failed."""

    demo: dict[str, Any]
    webs: list[str]
    stopped: Event = field(default_factory=Event)
    failed: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)

    def send(self) -> None:
        """Ask for pages and operations, and send alarms, until told to stop."""
        with httpx.Client(timeout=30) as client:
            self._sign_in(client)
            bearer = {"Authorization": f"Bearer {self.demo['tokens']['acme']}"}
            for number in count():
                if self.stopped.is_set():
                    return
                web = self.webs[number % len(self.webs)]
                self._note(web, client.get(web + READS[number % len(READS)], headers=bearer))
                self._note(web, client.get(web + PAGES[number // 2 % len(PAGES)]))
                event = {"managed_object": f"upgrade-{number}", "perceived_severity": "critical"}
                event |= {"event_type": "communicationsAlarm", "specific_problem": "Upgrade test"}
                answer = client.post(web + "/api/v1/alarms", headers=bearer, json=event)
                if self._note(web, answer):
                    self.sent.append(event["managed_object"])

    def _sign_in(self, client: httpx.Client) -> None:
        """Sign in at the first web; the session's cookie is good at the others."""
        user = next(one for one in self.demo["users"] if one["organisation"] == "acme")
        form = _CSRF.search(client.get(self.webs[0] + "/sign-in").text)
        assert form is not None
        data = {"email": user["email"], "password": user["password"], "csrf_token": form[1]}
        assert client.post(self.webs[0] + "/sign-in", data=data).status_code == 303

    def _note(self, web: str, answer: httpx.Response) -> bool:
        self.answered[web] = self.answered.get(web, 0) + 1
        if answer.status_code not in (200, 202):
            self.failed.append(f"{answer.status_code} {answer.request.method} {answer.url.path}")
        return answer.status_code == 202

    def has_answered(self, web: str, more: int) -> None:
        """Wait until a web answered so many requests more, or sending ended."""
        wanted = self.answered.get(web, 0) + more
        wait_for(lambda: self.answered.get(web, 0) >= wanted, within_s=90, what=f"{more} answers")


@contextmanager
def _balancing(demo: dict[str, Any], web: str) -> Iterator[Balancer]:
    balancer = Balancer(demo=demo, webs=[web])
    ended = list[BaseException]()

    def run() -> None:
        try:
            balancer.send()
        except BaseException as error:  # noqa: BLE001  told below: a thread's own goes nowhere
            ended.append(error)

    sender = Thread(target=run)
    sender.start()
    try:
        yield balancer
    finally:
        balancer.stopped.set()
        sender.join()
    assert ended == []


class _Release:
    """The programs of one release, run from its folder."""

    def __init__(self, folder: Path, environment: dict[str, str], log: Path) -> None:
        self._folder, self._log = folder, log
        self._environment = {**environment, "PYTHONPATH": str(folder)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def do(self, *command: str) -> None:
        """Run a command to its end."""
        process = self._start(command)
        assert process.wait(180) == 0, self._log.read_text()[-3_000:]

    def start(self, *command: str) -> None:
        """Start a program."""
        self._running[command[0]] = self._start(command)

    def web(self) -> str:
        """Start a web, and give its address once it is ready."""
        port = free_port()
        self.start("web", "--port", str(port))
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _status(f"{url}/readyz") == 200, within_s=90, what="the web's start")
        return url

    def stop(self, *names: str) -> None:
        """Stop programs as whatever keeps them running does, and wait for their end."""
        wanted = [self._running.pop(name) for name in names or tuple(self._running)]
        for process in wanted:
            process.send_signal(signal.SIGTERM)
        for process in wanted:
            process.wait(40)

    def _start(self, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "garland", *command],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )


@pytest.fixture
def releases(installation: Installation, tmp_path: Path) -> Iterator[tuple[_Release, _Release]]:
    """The release before, with an invented world and its programs but the web, and this one."""
    before = last_with_fewer_migrations()
    if before is None:
        pytest.skip("no commit here has the beginning of these migrations")
    data_dir, old_folder = tmp_path / "data", tmp_path / "old"
    data_dir.mkdir()
    old_folder.mkdir()
    before.unpack(old_folder)
    with ExitStack() as open_till_the_end:
        open_till_the_end.enter_context(running_redis(data_dir))
        environment = {
            **os.environ,
            **installation.settings,
            "GARLAND_DATA_DIR": str(data_dir),
            "GARLAND_REDIS_URL": server_url(data_dir),
            **{name: str(free_port()) for name in LISTENER_PORTS},
        }
        old = _Release(old_folder, environment, tmp_path / "old.log")
        new = _Release(ROOT, environment, tmp_path / "new.log")
        for release in (old, new):
            open_till_the_end.callback(release.stop)
        old.do("prepare", "--demo")
        for name in BEHIND:
            old.start(name)
        yield old, new


def test_the_release_before_and_this_one_serve_together_and_no_request_fails(
    releases: tuple[_Release, _Release], tmp_path: Path
) -> None:
    old, new = releases
    demo = json.loads((tmp_path / "data" / "demo.json").read_text())
    old_web = old.web()

    with _balancing(demo, old_web) as balancer:
        balancer.has_answered(old_web, 30)
        new.do("db", "upgrade")  # while the release before serves
        balancer.has_answered(old_web, 30)
        new_web = new.web()
        balancer.webs = [old_web, new_web]
        balancer.has_answered(old_web, 60)
        balancer.has_answered(new_web, 60)
        balancer.webs = [new_web]
        balancer.has_answered(new_web, 6)  # nothing is under way at the old one any more
        old.stop("web")
        for name in BEHIND:
            new.start(name)
        old.stop()
        balancer.has_answered(new_web, 60)

    assert set(balancer.failed) == set()
    bearer = {"Authorization": f"Bearer {demo['tokens']['acme']}"}
    sent = set(balancer.sent)
    wait_for(lambda: _found(new_web, bearer) >= sent, within_s=90, what="every alarm")


def _found(web: str, bearer: dict[str, str]) -> set[str]:
    time.sleep(0.2)
    found, cursor = set[str](), ""
    while True:
        query = {"q": "upgrade-", "limit": "500", **({"cursor": cursor} if cursor else {})}
        answer = httpx.get(f"{web}/api/v1/alarms", headers=bearer, params=query, timeout=30).json()
        found |= {one["managed_object"] for one in answer["items"]}
        cursor = answer.get("next_cursor") or ""
        if not cursor:
            return found


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=2).status_code
    except httpx.HTTPError:
        return 0
