"""The SSH broker against servers that mean no good: each is told by its own error, in time."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from blocks.brokers.ssh import SshBroker
from blocks.permissions.ssh import SshLogin
from blocks.sdk import BlockError, SshAnswer, SshCall
from tests.support.ssh_server import (
    PASSWORD,
    USER,
    Router,
    SshServer,
    new_key,
    raw_ssh,
    running_ssh,
)

OPEN = SshBroker(allow_private=True)


def refusal(port: int, host_key: str, **facts: Any) -> BlockError:
    """Ask a server that must not get away with it; give what it was told."""
    login = SshLogin(user=USER, password=PASSWORD, host_keys=(host_key,))
    wanted: dict[str, Any] = {"commands": ("show version",), "timeout_s": 3.0, **facts}
    with pytest.raises(BlockError) as caught:
        OPEN.run(SshCall(host="127.0.0.1", port=port, login=login, **wanted))
    assert PASSWORD not in f"{caught.value} {caught.value.detail}"
    return caught.value


def asked(server: SshServer, **facts: Any) -> SshAnswer:
    login = SshLogin(user=USER, password=PASSWORD, host_keys=(server.host_key,))
    wanted: dict[str, Any] = {"commands": ("show version",), "timeout_s": 5.0, **facts}
    return OPEN.run(SshCall(host="127.0.0.1", port=server.port, login=login, **wanted))[0]


def flood(channel: Any) -> None:
    while True:
        channel.sendall(b"x" * 65_536)


def hang(channel: Any) -> None:
    channel.sendall(b"router#")
    while not channel.closed:
        time.sleep(0.05)


def test_a_server_whose_key_changed_gets_no_password() -> None:
    with running_ssh(Router({})) as before:
        known = before.host_key
    with running_ssh(Router({}), key=new_key()) as server:
        error = refusal(server.port, known)

    assert error.code == "ssh.host_key_changed"
    assert server.passwords == []


def test_a_server_with_another_kind_of_key_than_the_known_one_gets_no_password() -> None:
    known = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIbsHJ2qOEb0vVwXg4sXnTMmkVtBCSuWbs0Y9jEBL8d7"
    with running_ssh(Router({})) as server:
        error = refusal(server.port, known)

    assert error.code == "ssh.host_key_changed"
    assert server.passwords == []


@pytest.mark.parametrize("is_shell", [False, True], ids=["command", "session"])
def test_a_flood_is_ended(is_shell: bool) -> None:
    with running_ssh(flood) as server:
        error = refusal(server.port, server.host_key, is_shell=is_shell, timeout_s=20.0)

    assert error.code == "ssh.too_large"


@pytest.mark.parametrize(
    ("is_shell", "code"),
    [
        pytest.param(False, "ssh.timeout", id="command"),
        pytest.param(True, "ssh.no_prompt", id="session"),
    ],
)
def test_a_silence_is_ended(is_shell: bool, code: str) -> None:
    with running_ssh(hang) as server:
        error = refusal(server.port, server.host_key, is_shell=is_shell, timeout_s=1.2)

    assert error.code == code


@pytest.mark.parametrize(
    "prompts",
    [
        pytest.param(("Password: ", "And the one of your mail: "), id="two questions"),
        pytest.param(("Password: ", "Code: ", "Town you were born in: "), id="three questions"),
    ],
)
def test_a_dialogue_that_asks_for_more_than_a_password_gets_nothing(
    prompts: tuple[str, ...],
) -> None:
    with running_ssh(Router({}), prompts=prompts) as server:
        error = refusal(server.port, server.host_key)

    assert error.code == "ssh.refused"
    assert server.answers == []


def test_a_greeting_without_end_is_ended() -> None:
    def greet(line: socket.socket) -> None:
        while True:
            line.sendall(b"SSH is a fine thing " * 1_000)

    with raw_ssh(greet) as port:
        began = time.monotonic()
        error = refusal(port, "ssh-ed25519 AAAA", timeout_s=10.0)

    assert error.code == "ssh.too_large"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", "ssh.bad_answer", id="another protocol"),
        pytest.param(b"", "ssh.bad_answer", id="nothing, then the end"),
        pytest.param(b"SSH-2.0-x\r\n" + b"\xff" * 64, "ssh.bad_answer", id="broken packet"),
        pytest.param(b"SSH-1.5-old\r\n", "ssh.bad_answer", id="old version"),
    ],
)
def test_what_is_not_ssh_is_told(said: bytes, code: str) -> None:
    with raw_ssh(lambda line: line.sendall(said)) as port:
        error = refusal(port, "ssh-ed25519 AAAA")

    assert (error.code, error.retryable) == (code, True)


@pytest.mark.parametrize("is_shell", [False, True], ids=["command", "session"])
def test_what_breaks_off_after_the_sign_in_is_not_done_again(is_shell: bool) -> None:
    def reboot(channel: Any) -> None:
        if is_shell:
            channel.sendall(b"edge-1#")
            channel.recv(100)
        channel.get_transport().close()

    with running_ssh(reboot) as server:
        error = refusal(server.port, server.host_key, is_shell=is_shell, commands=("a", "b"))

    assert not error.retryable


def test_a_server_that_never_greets_is_ended_in_time() -> None:
    with raw_ssh(lambda line: bool(line.recv(100) and line.recv(100))) as port:
        began = time.monotonic()
        error = refusal(port, "ssh-ed25519 AAAA", timeout_s=0.5)

    assert error.code == "ssh.timeout"
    assert time.monotonic() - began < 1.5


def test_a_pager_without_end_is_ended() -> None:
    def page(channel: Any) -> None:
        channel.sendall(b"router#")
        while channel.recv(100):
            channel.sendall(b" --More-- ")

    with running_ssh(page) as server:
        error = refusal(server.port, server.host_key, is_shell=True, timeout_s=2.0)

    assert error.code in ("ssh.no_prompt", "ssh.timeout")


def test_a_question_that_comes_again_and_again_is_ended() -> None:
    def question(channel: Any) -> None:
        channel.sendall(b"router#")
        while channel.recv(100):
            channel.sendall(b"\r\nSure? [y/n]")

    with running_ssh(question) as server:
        facts = {"is_shell": True, "answers": {"Sure": "y"}, "timeout_s": 6.0}
        error = refusal(server.port, server.host_key, **facts)

    assert error.code == "ssh.no_prompt"


def test_what_steers_a_screen_does_not_reach_the_output() -> None:
    def colour(channel: Any) -> None:
        channel.sendall(b"\x1b[31mdown\x1b[0m\x07 \x1b]0;title\x07now\x00\r\n")
        channel.send_exit_status(0)

    with running_ssh(colour) as server:
        assert asked(server).output == "down now"


def test_bytes_that_are_no_text_are_replaced() -> None:
    def noise(channel: Any) -> None:
        channel.sendall(b"\xff\xfeok")
        channel.send_exit_status(0)

    with running_ssh(noise) as server:
        assert asked(server).output == "\ufffd\ufffdok"


def test_a_server_that_breaks_off_is_told() -> None:
    def break_off(channel: Any) -> None:
        channel.sendall(b"half of")
        channel.get_transport().close()

    with running_ssh(break_off) as server:
        assert refusal(server.port, server.host_key).code == "ssh.bad_answer"
