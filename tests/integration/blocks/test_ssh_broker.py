"""The SSH broker against a real sshd, and against a device with a prompt."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blocks.brokers.ssh import SshBroker
from blocks.permissions.ssh import SshLogin
from blocks.permits import Permit
from blocks.sdk import BlockError, SshAnswer, SshCall
from tests.support.peers import Sshd, find_program, running_sshd
from tests.support.ssh_server import PASSWORD, USER, Router, SshServer, running_ssh

OPEN = SshBroker(allow_private=True)
needs_sshd = pytest.mark.skipif(not find_program("sshd"), reason="sshd is not installed")
CONFIG = "\n".join(f"interface ge-0/0/{number}" for number in range(10))
ELSEWHERE = Permit(hosts=("a.example",))
ROUTER = {"show version": "IOS XE 17.3", "show running-config": CONFIG}


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    folder: Path = tmp_path_factory.mktemp("sshd")
    with running_sshd(folder) as server:
        yield server


def run(sshd: Sshd, *commands: str, broker: SshBroker = OPEN, **facts: Any) -> list[SshAnswer]:
    """Run commands at the real server."""
    login = SshLogin(
        user=sshd.user, private_key=sshd.private_key, host_keys=(sshd.host_key,)
    )  # fmt: skip
    wanted: dict[str, Any] = {"login": login, "timeout_s": 20.0, **facts}
    call = SshCall(host="127.0.0.1", port=sshd.port, commands=commands, **wanted)
    return list(broker.run(call))


def ask(server: SshServer, *commands: str, **facts: Any) -> list[SshAnswer]:
    """Ask a device that has a prompt."""
    login = SshLogin(user=USER, password=PASSWORD, host_keys=(server.host_key,))
    wanted: dict[str, Any] = {"login": login, "timeout_s": 20.0, "is_shell": True, **facts}
    call = SshCall(host="127.0.0.1", port=server.port, commands=commands, **wanted)
    return list(OPEN.run(call))


@needs_sshd
def test_a_real_server_tells_output_errors_and_status_apart(sshd: Sshd) -> None:
    found = run(sshd, "echo up; echo late >&2; exit 3")

    assert found == [
        SshAnswer(command="echo up; echo late >&2; exit 3", output="up", errors="late", status=3)
    ]


@needs_sshd
def test_of_a_long_output_the_end_is_kept_and_that_is_said(sshd: Sshd) -> None:
    found = run(sshd, "seq 1 300000")[0]

    assert found.is_cut
    assert found.output.endswith("\n299999\n300000")
    assert len(found.output) <= 1024 * 1024


@needs_sshd
def test_output_without_end_is_ended(sshd: Sshd) -> None:
    with pytest.raises(BlockError) as caught:
        run(sshd, "yes")

    assert caught.value.code == "ssh.too_large"


@needs_sshd
def test_a_command_that_hangs_is_ended_in_time(sshd: Sshd) -> None:
    with pytest.raises(BlockError) as caught:
        run(sshd, "sleep 60", timeout_s=0.8)

    assert (caught.value.code, caught.value.retryable) == ("ssh.timeout", True)


@needs_sshd
def test_nothing_of_this_machine_is_handed_on(sshd: Sshd, monkeypatch: Any) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/tmp/somebody's agent")  # noqa: S108  is never opened

    found = run(sshd, "echo agent=$SSH_AUTH_SOCK")[0]

    assert found.output == "agent="


@needs_sshd
def test_a_shell_of_a_real_server_is_typed_into(sshd: Sshd) -> None:
    found = run(sshd, "cd /etc", "pwd", is_shell=True)

    assert [one.output for one in found] == ["", "/etc"]


@needs_sshd
def test_another_host_key_than_the_known_one_is_told_and_nothing_is_sent(sshd: Sshd) -> None:
    other = SshLogin(user=sshd.user, private_key=sshd.private_key, host_keys=(OTHER_KEY,))

    with pytest.raises(BlockError, match=r"SHA256:.*put the new key into the connection") as caught:
        run(sshd, "true", login=other)

    assert (caught.value.code, caught.value.retryable) == ("ssh.host_key_changed", False)


OTHER_KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIbsHJ2qOEb0vVwXg4sXnTMmkVtBCSuWbs0Y9jEBL8d7"
)  # fmt: skip


@needs_sshd
def test_an_unknown_host_key_is_told_with_the_line_to_add(sshd: Sshd) -> None:
    unknown = SshLogin(user=sshd.user, private_key=sshd.private_key)

    with pytest.raises(BlockError) as caught:
        run(sshd, "true", login=unknown)

    assert caught.value.code == "ssh.host_key_unknown"
    assert f"[127.0.0.1]:{sshd.port} {sshd.host_key}" in caught.value.message


@needs_sshd
def test_a_key_is_pinned_where_that_is_allowed(sshd: Sshd) -> None:
    pinned: list[str] = []
    login = SshLogin(user=sshd.user, private_key=sshd.private_key, pin=pinned.append)

    run(sshd, "true", login=login)

    assert pinned == [sshd.host_key]


@needs_sshd
def test_a_key_that_may_not_sign_in_is_told(sshd: Sshd) -> None:
    with pytest.raises(BlockError, match="refused to let nobody in") as caught:
        run(
            sshd,
            "true",
            login=SshLogin(user="nobody", private_key=sshd.private_key, host_keys=(sshd.host_key,)),
        )

    assert caught.value.code == "ssh.refused"
    assert "PRIVATE KEY" not in str(caught.value)


@pytest.mark.parametrize(
    ("broker", "facts", "code"),
    [
        pytest.param(SshBroker(), {}, "ssh.forbidden_address", id="private"),
        pytest.param(OPEN, {"permit": ELSEWHERE}, "block.not_permitted", id="host"),
        pytest.param(OPEN, {"permit": Permit(ports=(22,))}, "block.not_permitted", id="port"),
        pytest.param(OPEN, {"login": None}, "connections.missing", id="no connection"),
    ],
)  # fmt: skip
def test_what_may_not_be_reached_is_not(broker: SshBroker, facts: Any, code: str) -> None:
    with running_ssh(Router(ROUTER)) as server:
        login = SshLogin(user=USER, password=PASSWORD, host_keys=(server.host_key,))
        wanted = {"login": login, "commands": ("true",), **facts}
        with pytest.raises(BlockError) as caught:
            broker.run(SshCall(host="127.0.0.1", port=server.port, timeout_s=5.0, **wanted))

    assert caught.value.code == code
    assert server.passwords == []


def test_a_name_is_looked_up_once_and_its_address_called() -> None:
    answers = iter([["127.0.0.1"], ["10.9.9.9"]])
    broker = SshBroker(allow_private=True, resolver=lambda _host, _port: next(answers))
    with running_ssh(Router(ROUTER)) as server:
        login = SshLogin(user=USER, password=PASSWORD, host_keys=(server.host_key,))
        call = SshCall(
            host="edge.example", port=server.port, commands=("show version",), is_shell=True,
            login=login, timeout_s=10.0,
        )  # fmt: skip

        assert broker.run(call)[0].output == "IOS XE 17.3"


def test_a_device_is_asked_in_one_session_and_its_pages_are_turned() -> None:
    router = Router(ROUTER)
    with running_ssh(router) as server:
        found = ask(server, "show version", "show running-config")

    assert [one.output for one in found] == ["IOS XE 17.3", CONFIG]
    assert router.told == ["show version", "show running-config"]
    assert server.connections == 1


def test_paging_is_switched_off_where_the_first_command_says_so() -> None:
    router = Router(ROUTER)
    with running_ssh(router) as server:
        found = ask(server, "terminal length 0", "show running-config")

    assert found[1].output == CONFIG
    assert not router.is_paging


def test_the_prompt_is_known_in_every_mode_of_the_device() -> None:
    with running_ssh(Router({**ROUTER, "mtu 9000": ""})) as server:
        found = ask(server, "configure terminal", "mtu 9000", "end", "show version")

    assert found[-1].output == "IOS XE 17.3"


def test_a_question_is_answered_as_it_was_said() -> None:
    router = Router(ROUTER)
    with running_ssh(router) as server:
        ask(server, "reload", answers={r"\[confirm\]": "y"})

    assert router.told == ["reload", "answered: 'y'"]


def test_a_question_without_an_answer_is_told() -> None:
    with (
        running_ssh(Router(ROUTER)) as server,
        pytest.raises(BlockError, match=r"Proceed with reload\? \[confirm\]") as caught,
    ):
        ask(server, "reload", prompt="#$", timeout_s=0.8)

    assert caught.value.code == "ssh.no_prompt"


def test_after_a_refusal_nothing_further_is_sent() -> None:
    router = Router(ROUTER)
    with running_ssh(router) as server:
        found = ask(server, "interface ge-9/9/9", "shutdown", stops_at="^% Invalid")

    assert [one.command for one in found] == ["interface ge-9/9/9"]
    assert router.told == ["interface ge-9/9/9"]


def test_a_prompt_like_no_other_is_described() -> None:
    with running_ssh(Router(ROUTER, name="edge 1 ready\r\n~", page=99)) as server:
        found = ask(server, "show version", prompt="^~#$")

    assert found[0].output.startswith("IOS XE 17.3")


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        pytest.param(("show version", "exit"), "", id="at the end it may"),
        pytest.param(("exit", "show version"), "ssh.closed", id="before it is told"),
    ],
)
def test_a_device_that_ends_the_session(commands: tuple[str, ...], code: str) -> None:
    with running_ssh(Router(ROUTER)) as server:
        if not code:
            assert ask(server, *commands)[0].output == "IOS XE 17.3"
            return
        with pytest.raises(BlockError) as caught:
            ask(server, *commands)

    assert caught.value.code == code


def test_a_password_is_given_to_a_device_that_asks_for_it_in_a_dialogue() -> None:
    with running_ssh(Router(ROUTER), prompts=("Password: ",)) as server:
        assert ask(server, "show version")[0].output == "IOS XE 17.3"


def test_without_the_extra_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    login = SshLogin(user=USER, password=PASSWORD)
    call = SshCall(host="127.0.0.1", port=9, commands=("true",), login=login, timeout_s=5.0)

    with pytest.raises(BlockError, match=r"pip install garland\[ssh\]") as caught:
        OPEN.run(call)

    assert caught.value.code == "ssh.not_installed"
