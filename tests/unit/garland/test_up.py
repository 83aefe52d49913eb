"""What `garland up` refuses before it starts anything."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from garland.data_folder import hold_data_folder
from garland.up import Wanted


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def up(data_dir: Path, port: int, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "garland", "up", "--data", str(data_dir), "--port", str(port)]
    environment = {**os.environ, **settings}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_a_taken_port_is_said_with_one_that_is_free(tmp_path: Path, taken_port: int) -> None:
    done = up(tmp_path, taken_port)

    assert done.returncode == 1
    assert f"Port {taken_port} on 127.0.0.1 cannot be used" in done.stderr
    assert "garland up --port" in done.stderr


def test_a_data_folder_in_use_is_said_with_who_uses_it(tmp_path: Path, taken_port: int) -> None:
    with hold_data_folder(tmp_path, purpose="http://127.0.0.1:8000"):
        done = up(tmp_path, taken_port)

    assert done.returncode == 1
    assert f"is in use by process {os.getpid()} (http://127.0.0.1:8000)" in done.stderr


def test_a_wrong_setting_is_named_without_a_traceback(tmp_path: Path, taken_port: int) -> None:
    done = up(tmp_path, taken_port, GARLAND_LOG_FORMAT="xml")

    assert done.returncode == 1
    assert "LOG_FORMAT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("host", "url"),
    [
        pytest.param("127.0.0.1", "http://127.0.0.1:8000", id="this machine"),
        pytest.param("::", "http://[::1]:8000", id="all addresses"),
        pytest.param("::1", "http://[::1]:8000", id="version 6"),
    ],
)
def test_the_address_to_open_is_one_that_a_browser_takes(host: str, url: str) -> None:
    assert Wanted(host=host, port=8000, workers=1, demo=False).url == url
