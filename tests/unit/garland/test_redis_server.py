"""The bundled Redis: where it is, who may use it, and what it keeps."""

import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from garland import redis_server
from kernel.errors import UnavailableError


@pytest.fixture
def runtime_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a path shorter than pytest's own, for sockets."""
    with tempfile.TemporaryDirectory(prefix="garland-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@contextmanager
def running(data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(redis_server.prepare_server(data_dir))
    try:
        ends = time.monotonic() + 20
        while not redis_server.is_answering(redis_server.socket_path(data_dir)):
            assert time.monotonic() < ends
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_killed_server_still_knows_what_it_acknowledged(tmp_path: Path) -> None:
    with running(tmp_path), Redis.from_url(redis_server.server_url(tmp_path)) as client:
        client.set("wake", "1")

    with running(tmp_path), Redis.from_url(redis_server.server_url(tmp_path)) as client:
        assert client.get("wake") == b"1"


def test_nobody_else_may_use_it_and_it_has_no_port(tmp_path: Path) -> None:
    with running(tmp_path), Redis.from_url(redis_server.server_url(tmp_path)) as client:
        port = client.config_get("port")

    folder = redis_server.socket_path(tmp_path).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert port == {"port": "0"}


def test_a_long_data_folder_still_has_a_socket(runtime_dir: Path) -> None:
    deep = runtime_dir / ("long" * 30)
    deep.mkdir()

    with running(deep):
        listening = redis_server.socket_path(deep)

    assert len(os.fsencode(listening)) <= redis_server.LONGEST_SOCKET_PATH
    assert listening.is_relative_to(runtime_dir)
    assert listening != redis_server.socket_path(deep / "other")


def test_a_long_runtime_folder_is_passed_over(
    runtime_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = runtime_dir / ("long" * 30)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))

    assert len(os.fsencode(redis_server.socket_path(deep))) <= redis_server.LONGEST_SOCKET_PATH


def test_a_socket_folder_that_is_a_link_is_refused(runtime_dir: Path) -> None:
    deep = runtime_dir / ("long" * 30)
    deep.mkdir()
    elsewhere = runtime_dir / "elsewhere"
    elsewhere.mkdir()
    redis_server.socket_path(deep).parent.symlink_to(elsewhere)

    with pytest.raises(UnavailableError, match="somebody else"):
        redis_server.prepare_server(deep)


def test_nothing_answers_where_no_server_is(tmp_path: Path) -> None:
    assert not redis_server.is_answering(tmp_path / "redis.sock")


def test_the_record_is_set_aside_once(tmp_path: Path) -> None:
    redis_server.prepare_server(tmp_path)
    record = redis_server.server_folder(tmp_path) / "appendonly.aof"
    record.write_text("rubbish")

    moved = redis_server.set_log_aside(tmp_path)

    assert moved is not None
    assert moved.read_text() == "rubbish"
    assert redis_server.set_log_aside(tmp_path) is None
