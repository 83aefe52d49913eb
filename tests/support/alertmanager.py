"""Debian's Alertmanager, with Garland as its one receiver, and amtool to speak to it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.running import free_port, wait_for


@contextmanager
def running_alertmanager(folder: Path, address: str) -> Iterator[str]:
    """Start Debian's Alertmanager with Garland as its one receiver."""
    program = shutil.which("prometheus-alertmanager")
    if program is None:
        raise RuntimeError("prometheus-alertmanager is not installed: `make test` installs it")
    config = folder / "alertmanager.yml"
    config.write_text(
        "route: {receiver: garland, group_by: [alertname], "
        "group_wait: 0s, group_interval: 1s, repeat_interval: 1h}\n"
        "receivers:\n"
        "  - name: garland\n"
        "    webhook_configs:\n"
        f"      - {{url: '{address}', send_resolved: true}}\n"
    )
    port = free_port()
    process = subprocess.Popen(
        [
            program,
            f"--config.file={config}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(url), within_s=30, what="Alertmanager's start")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False


def amtool(url: str, *words: str) -> str:
    """Run amtool against an Alertmanager; give what it said."""
    program = shutil.which("amtool")
    if program is None:
        raise RuntimeError("amtool is not installed: `make test` installs it")
    command = [program, f"--alertmanager.url={url}", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
