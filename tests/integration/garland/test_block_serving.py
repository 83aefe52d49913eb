"""`garland block dev` and `publish`, against a real server and a real folder that is worked on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.packages.package import read_package
from tests.factories.blocks import change_code, change_manifest, make_block_folder
from tests.support.taking_server import TakingServer, taking_server

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server() -> Iterator[TakingServer]:
    """A server that takes installs and releases."""
    with taking_server() as made:
        made.answers["/api/v1/installs"] = (201, {"id": "1"})
        made.answers["/api/v1/marketplace/releases"] = (201, {"state": "in review"})
        yield made


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The surroundings of a person without settings."""
    kept = {name: os.environ[name] for name in ("PATH",)}
    return {**kept, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}


class Tool:
    """The tool in a process of its own, as somebody runs it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Begin a command that goes on."""
        command = [sys.executable, "-m", "garland", "block", *map(str, words)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str | Path) -> tuple[int, str]:
        """Run a command; give its exit code and what it printed."""
        child = self.start(*words)
        told, _ = child.communicate(timeout=60)
        return child.returncode, told


@pytest.fixture
def tool(tmp_path: Path, environment: dict[str, str]) -> Tool:
    """The tool, in a folder of its own."""
    return Tool(tmp_path, environment)


def signed_package(tool: Tool, folder: Path) -> Path:
    file = tool.folder / "a.gblk"
    assert tool.run("pack", folder, "--out", file)[0] == 0
    assert tool.run("key", "new", "key")[0] == 0
    assert tool.run("sign", file, "--key", "key")[0] == 0
    return file


def await_line(child: subprocess.Popen[str], text: str) -> str:
    assert child.stdout is not None
    told = ""
    for line in child.stdout:
        told += line
        if text in line:
            return told
    raise AssertionError(f"{text!r} never came:\n{told}")


def test_each_save_is_sent_and_what_is_wrong_is_told(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    folder = make_block_folder(tmp_path)
    child = tool.start("dev", folder, "--server", server.url, "--token", "t")
    try:
        await_line(child, "is in your palette")
        change_code(folder, "def run(", "def walk(")
        assert "block.py: it has no function run" in await_line(child, "not sent")
        change_code(folder, "def walk(", "def run(")
        told = await_line(child, "is in your palette")
        assert "4 of 4 examples passed" in told
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=30) == 0
    finally:
        child.kill()
        child.communicate()

    assert [one.path for one in server.sent] == ["/api/v1/installs?development=1"] * 2
    assert server.sent[0].headers["Authorization"] == "Bearer t"
    assert read_package(server.sent[1].body).envelope is None


def test_a_failing_example_is_shown_and_the_block_is_sent_all_the_same(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    folder = make_block_folder(tmp_path)
    change_code(folder, '"found",', '"missing",')

    status, told = tool.run("dev", folder, "--once", "--server", server.url, "--token", "t")

    assert status == 0
    assert 'expected  "found"' in told
    assert len(server.sent) == 1


def test_a_server_that_refuses_is_quoted(tmp_path: Path, tool: Tool, server: TakingServer) -> None:
    problem = {"pointer": "/licence", "message": "no such licence here"}
    said = {"title": "Invalid", "detail": "it cannot be installed", "errors": [problem]}
    server.answers["/api/v1/installs"] = (422, said)

    folder = make_block_folder(tmp_path)
    status, told = tool.run("dev", folder, "--once", "--server", server.url, "--token", "t")

    assert status == 1
    assert "refused it with 422: it cannot be installed" in told
    assert "/licence  no such licence here" in told


def test_publish_hands_in_the_signed_package(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    file = signed_package(tool, make_block_folder(tmp_path))

    status, told = tool.run("publish", file, "--server", server.url, "--token", "t")

    assert status == 0, told
    assert told.startswith("acme.circuit-state 0.1.0: in review at http://127.0.0.1")
    (sent,) = server.sent
    assert sent.body == file.read_bytes()
    assert sent.headers["Idempotency-Key"] == read_package(sent.body).digest


def test_what_is_not_signed_is_not_published(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    tool.run("pack", make_block_folder(tmp_path), "--out", "a.gblk")

    status, told = tool.run("publish", "a.gblk", "--server", server.url, "--token", "t")

    assert (status, server.sent) == (1, [])
    assert "run `garland block sign a.gblk` first" in told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        pytest.param(401, "does not accept the token", id="token unknown"),
        pytest.param(403, "The token may not do this", id="role too small"),
        pytest.param(404, "does not offer /api/v1/marketplace/releases", id="no marketplace"),
        pytest.param(500, "refused it with 500", id="broken"),
    ],
)
def test_publish_says_why_it_could_not(
    tmp_path: Path, tool: Tool, server: TakingServer, status: int, told: str
) -> None:
    server.answers["/api/v1/marketplace/releases"] = (status, {})
    file = signed_package(tool, make_block_folder(tmp_path))

    code, said = tool.run("publish", file, "--server", server.url, "--token", "secret-token")

    assert code == 1
    assert told in said
    assert "secret-token" not in said


def test_a_server_that_is_not_there_is_told(tmp_path: Path, tool: Tool) -> None:
    folder = make_block_folder(tmp_path)

    status, told = tool.run(
        "dev", folder, "--once", "--server", "http://127.0.0.1:1", "--token", "t"
    )

    assert status == 1
    assert "http://127.0.0.1:1 cannot be reached" in told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("http://garland.example.net", "for anybody to read", id="token in the clear"),
        pytest.param("ftp://x", "is no address of a Garland", id="other scheme"),
        pytest.param("garland", "is no address of a Garland", id="no scheme"),
        pytest.param("http://[", "is no address of a Garland", id="broken"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(
    tmp_path: Path, tool: Tool, url: str, told: str
) -> None:
    folder = make_block_folder(tmp_path)

    status, said = tool.run("dev", folder, "--once", "--server", url, "--token", "t")

    assert (status, told in said) == (1, True), said


def test_address_and_token_may_lie_in_a_file_of_ones_own(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    file = tmp_path / ".config" / "garland" / "server.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"server": server.url, "token": "kept"}))
    folder = make_block_folder(tmp_path)

    file.chmod(0o644)
    refused = tool.run("dev", folder, "--once")
    file.chmod(0o600)
    taken = tool.run("dev", folder, "--once")

    assert (refused[0], "Others can read" in refused[1]) == (1, True)
    assert taken[0] == 0
    assert server.sent[0].headers["Authorization"] == "Bearer kept"


def test_without_an_address_the_remedy_is_told(tmp_path: Path, tool: Tool) -> None:
    status, told = tool.run("dev", make_block_folder(tmp_path), "--once")

    assert status == 1
    assert "say --server and --token, set GARLAND_SERVER and GARLAND_TOKEN" in told


def test_a_manifest_that_becomes_wrong_does_not_end_the_watch(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    folder = make_block_folder(tmp_path)
    child = tool.start("dev", folder, "--server", server.url, "--token", "t")
    try:
        await_line(child, "is in your palette")
        manifest = (folder / "block.json").read_text()
        (folder / "block.json").write_text("{")
        await_line(child, "not sent")
        (folder / "block.json").write_text(manifest)
        change_manifest(folder, version="0.1.1")
        await_line(child, "acme.circuit-state 0.1.1 is in your palette")
        child.send_signal(signal.SIGINT)
        child.wait(timeout=30)
    finally:
        child.kill()
        child.communicate()


def test_each_save_is_an_order_of_its_own_even_of_the_same_package(
    tmp_path: Path, tool: Tool, server: TakingServer
) -> None:
    folder = make_block_folder(tmp_path)

    for _ in range(2):
        assert tool.run("dev", folder, "--once", "--server", server.url, "--token", "t")[0] == 0

    first, second = server.sent
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]
