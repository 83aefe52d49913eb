"""A workflow's step that signs in at a device with a connection, over the real broker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blocks.brokers.ssh import SshBroker
from blocks.sdk import BlockError, NetconfCall, SshCall
from kernel.errors import InvalidError
from runtime.connections.granting import Grants
from runtime.connections.ssh_logins import with_login
from runtime.runs.drain import Drain
from runtime.runs.programs import Programs
from runtime.runs.tasks import StepPool
from tests.factories.flows import step
from tests.integration.runtime.connections.conftest import ANY, Calling
from tests.integration.runtime.engine.bench import Bench
from tests.support.netconf_server import SYSTEM, Device, running_netconf
from tests.support.peers import find_program, running_sshd
from tests.support.ssh_server import PASSWORD, USER, Router, SshServer, new_key, running_ssh

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIbsHJ2qOEb0vVwXg4sXnTMmkVtBCSuWbs0Y9jEBL8d7"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUZkBDM0PQk3ZbSo0HsaVhHlrfX0+2CtmcW7Xt5ZC+h"
GREETINGS = {"show version": "IOS XE 17.3"}


@pytest.fixture
def server() -> Iterator[SshServer]:
    with running_ssh(Router(GREETINGS)) as server:
        yield server


@pytest.fixture
def bench(calling: Calling) -> Bench:
    """Runs steps with the connections of the tenant, over the real broker."""
    bench = Bench(calling.sessions, calling.organisation.id, now=calling.now)
    brokers = replace(
        bench.pool.brokers,
        connections=calling.connections(),
        ssh=SshBroker(allow_private=True),
    )
    bench.pool = StepPool(leased=bench.pool.leased, brokers=brokers)
    bench.drain = Drain(
        sessions=calling.sessions,
        reading=calling.sessions,
        programs=Programs(),
        brokers=brokers,
        wake_next=lambda: None,
    )
    return bench


def make_login(calling: Calling, server: SshServer, **values: str) -> None:
    """Make a connection for the device."""
    given = {"user": USER, "password": PASSWORD, "host_key": server.host_key, **values}
    calling.make("basic", given, hosts=(f"127.0.0.1:{server.port}",), over_http=False)


def look(server: SshServer, **config: Any) -> dict[str, Any]:
    wanted = {"host": "127.0.0.1", "port": server.port, "commands": ["show version"], **config}
    return step("ask-device", config=wanted, connections={"device": "Tickets"})


def granted(calling: Calling, *, pins: bool = False, keeps: bool = True) -> Grants:
    return Grants(
        connections=replace(calling.connections(), pins_first_use=pins),
        tenant_id=calling.organisation.id,
        named={"api": "Tickets"},
        slots=(ANY,),
        keeps=keeps,
    )


def call_to(server: SshServer, **facts: Any) -> SshCall:
    wanted: dict[str, Any] = {"commands": ("show version",), "is_shell": True, **facts}
    return SshCall(host="127.0.0.1", port=server.port, slot="api", timeout_s=10.0, **wanted)


def test_a_run_asks_a_device_and_records_nothing_of_the_password(
    bench: Bench, calling: Calling, server: SshServer
) -> None:
    make_login(calling, server)
    flow_id = bench.publish({"look": look(server)}, ["hand > look", "rule > look"])

    run_id = bench.run(flow_id)

    steps = bench.steps(run_id)
    assert [(one.port, one.output["text"]) for one in steps] == [("done", "IOS XE 17.3")]
    assert PASSWORD not in str(steps) + str(bench.view(run_id))


def test_a_command_that_is_calculated_is_not_published(
    bench: Bench, calling: Calling, server: SshServer
) -> None:
    make_login(calling, server)
    wanted = look(server, commands=["= 'show ' + trigger.alarm.text"])

    with pytest.raises(InvalidError) as caught:
        bench.publish({"look": wanted}, ["hand > look", "rule > look"])

    assert [one.pointer for one in caught.value.problems] == ["/steps/look/config/commands/0"]
    assert "no expression may stand here" in caught.value.problems[0].message


def test_what_an_alarm_says_becomes_no_second_command(
    bench: Bench, calling: Calling, server: SshServer
) -> None:
    make_login(calling, server)
    config = {"commands": ["show interface {port}"], "values": {"port": "= 'a; ' + 'reload'"}}
    flow_id = bench.publish({"look": look(server, **config)}, ["hand > look", "rule > look"])

    run_id = bench.run(flow_id)

    error = bench.steps(run_id)[0].error
    assert error is not None
    assert error["code"] == "ssh.bad_value"
    assert server.connections == 0


@pytest.mark.parametrize("kind", [SshCall, NetconfCall])
def test_a_connection_goes_to_its_own_hosts_alone(calling: Calling, kind: Any) -> None:
    values = {"user": USER, "password": PASSWORD, "host_key": KEY}
    calling.make("basic", values, hosts=("edge-1.example.net",), over_http=False)
    grants = granted(calling)

    assert with_login(kind(host="edge-1.example.net", slot="api"), grants).login is not None
    for elsewhere in ({"host": "edge-2.example.net"}, {"host": "edge-1.example.net", "port": 2222}):
        with pytest.raises(BlockError) as caught:
            with_login(kind(**{"slot": "api", **elsewhere}), grants)
        assert caught.value.code == "connections.wrong_host"


def test_each_host_has_its_own_key_among_the_lines(calling: Calling) -> None:
    lines = f"# ours\nedge-1.example.net,10.0.0.1 {KEY}\n\n[edge-2.example.net]:2222 {OTHER}\n"
    values = {"user": USER, "password": PASSWORD, "host_key": lines}
    calling.make("basic", values, hosts=("*.example.net", "*.example.net:2222"), over_http=False)
    grants = granted(calling)

    def keys_of(host: str, port: int = 22) -> tuple[str, ...]:
        login = with_login(SshCall(host=host, port=port, slot="api"), grants).login
        return login.host_keys if login else ()

    assert keys_of("edge-1.example.net") == (KEY,)
    assert keys_of("edge-2.example.net", 2222) == (OTHER,)
    assert keys_of("edge-2.example.net") == ()


@pytest.mark.parametrize("kind", ["basic", "ssh_key"])
def test_a_line_that_is_no_host_key_is_not_kept(calling: Calling, kind: str) -> None:
    values = {"user": USER, "password": PASSWORD, "host_key": f"{KEY}\nedge-1 nonsense"}
    if kind == "ssh_key":
        values = {**values, "private_key": "x"}
        del values["password"]

    with pytest.raises(InvalidError, match=r"is no key|cannot be read"):
        calling.make(kind, values, over_http=False)


def test_without_the_operators_word_an_unknown_key_is_believed_by_nobody(
    calling: Calling, server: SshServer
) -> None:
    make_login(calling, server, host_key=f"elsewhere.example.net {KEY}")
    broker = SshBroker(allow_private=True)

    with pytest.raises(BlockError) as caught:
        broker.run(with_login(call_to(server), granted(calling)))

    assert caught.value.code == "ssh.host_key_unknown"
    assert server.passwords == []


def test_a_key_that_was_pinned_at_first_use_is_the_known_one_from_then_on(
    calling: Calling, server: SshServer
) -> None:
    make_login(calling, server, host_key=f"elsewhere.example.net {KEY}")
    broker, grants = SshBroker(allow_private=True), granted(calling, pins=True)
    broker.run(with_login(call_to(server), grants))

    with running_ssh(Router(GREETINGS), key=new_key()) as other:
        changed = replace(with_login(call_to(server), grants), port=other.port)
        with pytest.raises(BlockError) as caught:
            broker.run(changed)

    assert caught.value.code == "ssh.host_key_changed"
    assert other.passwords == []


def test_of_two_that_pin_at_the_same_moment_the_second_believes_the_first(
    calling: Calling, server: SshServer
) -> None:
    make_login(calling, server, host_key=f"elsewhere.example.net {KEY}")
    grants = granted(calling, pins=True)
    first, second = (with_login(call_to(server), grants).login for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.pin is not None
    assert second.pin is not None

    first.pin(KEY)
    second.pin(KEY)
    with pytest.raises(BlockError) as caught:
        second.pin(OTHER)

    assert caught.value.code == "ssh.host_key_changed"


def test_inside_somebodys_transaction_nothing_is_pinned(
    calling: Calling, server: SshServer
) -> None:
    make_login(calling, server, host_key=f"elsewhere.example.net {KEY}")

    login = with_login(call_to(server), granted(calling, pins=True, keeps=False)).login

    assert login is not None
    assert login.pin is None


def test_a_login_shows_nothing_of_what_it_holds(calling: Calling, server: SshServer) -> None:
    make_login(calling, server)

    call = with_login(call_to(server), granted(calling))

    assert PASSWORD not in f"{call!r} {call.login!r}"


@pytest.mark.skipif(not find_program("sshd"), reason="sshd is not installed")
def test_a_run_works_on_a_real_server_and_stops_where_it_fails(
    bench: Bench, calling: Calling, tmp_path: Path
) -> None:
    with running_sshd(tmp_path) as sshd:
        values = {"user": sshd.user, "private_key": sshd.private_key, "host_key": sshd.host_key}
        calling.make("ssh_key", values, hosts=(f"127.0.0.1:{sshd.port}",), over_http=False)
        commands = ["touch {file}", "ls {file}.gone", "rm {file}"]
        config = {"host": "127.0.0.1", "port": sshd.port, "device": "server"}
        config |= {"commands": commands, "values": {"file": str(tmp_path / "made")}}
        work = step("run-device-command", config=config, connections={"device": "Tickets"})
        run_id = bench.run(bench.publish({"work": work}, ["hand > work", "rule > work"]))

    (done,) = bench.steps(run_id)
    assert (done.port, done.output["command"]) == ("refused", f"ls {tmp_path}/made.gone")
    assert "No such file" in done.output["text"]
    assert (tmp_path / "made").exists()


def test_a_run_changes_a_device_over_netconf_and_reads_what_it_is(
    bench: Bench, calling: Calling
) -> None:
    device = Device()
    with running_netconf(device) as server:
        make_login(calling, server)
        place = {"host": "127.0.0.1", "port": server.port}
        document = f'<system xmlns="{SYSTEM}"><mtu>{{mtu}}</mtu></system>'
        change = {**place, "config": document, "values": {"mtu": 9000}}
        part = {**place, "what": "running", "filter": f'<system xmlns="{SYSTEM}"><mtu/></system>'}
        slot = {"connections": {"device": "Tickets"}}
        steps = {
            "change": step("netconf-edit", config=change, **slot),
            "read": step("netconf-get", config=part, **slot),
        }
        wires = ["hand > change", "rule > change", "change:done > read"]
        run_id = bench.run(bench.publish(steps, wires))

    found = {one.step: one.output for one in bench.steps(run_id)}
    assert found["change"]["steps"][-1] == "confirmed over a second connection"
    assert found["read"]["data"] == {"system": {"mtu": "9000"}}


def test_a_backup_keeps_what_it_saw_for_the_next_run(bench: Bench, calling: Calling) -> None:
    router = Router({"show running-config": "hostname edge-1\n! Last configuration change at 1"})
    with running_ssh(router) as server:
        make_login(calling, server)
        config = {"host": "127.0.0.1", "port": server.port, "device": "cisco"}
        save = step("back-up-config", config=config, connections={"device": "Tickets"})
        flow_id = bench.publish({"save": save}, ["hand > save", "rule > save"])

        ports = [bench.steps(bench.run(flow_id))[0].port]
        router.answers["show running-config"] = "hostname edge-1\n! Last configuration change at 2"
        ports.append(bench.steps(bench.run(flow_id))[0].port)
        router.answers["show running-config"] = "hostname edge-2"
        ports.append(bench.steps(bench.run(flow_id))[0].port)

    assert ports == ["first", "same", "changed"]
