"""`ctx.snmp`, `ctx.mqtt`, `ctx.ssh` and `ctx.netconf`: what a block may ask, before anybody is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blocks.host import perform
from blocks.installs.model import asks_of, new_asks
from blocks.sdk import BlockError, Context, SnmpValue
from tests.fakes.blocks import FakeServices
from tests.unit.blocks.test_desk import FACTS, make_block

PAGE = (Path(__file__).parents[3] / "docs" / "devices.md").read_text(encoding="utf-8")
SLOT = {"slot": "device", "title": "Device", "reason": "Asks", "accepts": ["snmp_v3"]}
LINE = {"slot": "broker", "title": "Broker", "reason": "Signs in", "accepts": ["basic"]}
HOSTS = ["*.core.example"]
ASKS: dict[str, Any] = {
    "permissions": [
        {"name": "snmp", "reason": "Asks.", "hosts": HOSTS},
        {"name": "mqtt", "reason": "Tells.", "hosts": HOSTS, "ports": [8883]},
        {"name": "ssh", "reason": "Signs in.", "hosts": HOSTS},
    ],
    "secrets": [SLOT, LINE],
    "behaviour": {"effects": "write"},
}
ONE = [SnmpValue(oid="sysLocation.0", kind="text", value="Bern")]


def asked(deed: Callable[[Context], Any], **changes: Any) -> FakeServices:
    services = FakeServices()

    def run(ctx: Context) -> Any:
        deed(ctx)
        return ctx.emit("done")

    block = make_block(run, **{**ASKS, **changes})
    perform(block, config={}, input={}, services=services, facts=FACTS)
    return services


def refusal(deed: Callable[[Context], Any], **changes: Any) -> str:
    with pytest.raises(BlockError) as told:
        asked(deed, **changes)
    return told.value.code


def get(ctx: Context, host: str = "r1.core.example", **more: Any) -> Any:
    return ctx.snmp.get(host, ["sysName.0"], **{"connection": "device", **more})


def publish(ctx: Context, host: str = "b1.core.example", **more: Any) -> Any:
    return ctx.mqtt.publish(host, "noc/alarms", "x", **more)


def test_an_errand_is_asked_in_numbers_and_within_the_steps_time() -> None:
    request = asked(lambda ctx: get(ctx, "R1.Core.Example.", timeout_s=60)).snmp_requests[0]

    assert (request.host, request.oids) == ("r1.core.example", ("1.3.6.1.2.1.1.5.0",))
    assert 19 < request.timeout_s <= 20
    assert (request.slot, request.credential) == ("device", None)


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(lambda ctx: get(ctx, "r1.edge.example"), id="another host"),
        pytest.param(lambda ctx: get(ctx, "core.example"), id="the name itself"),
        pytest.param(lambda ctx: get(ctx, "10.0.0.1"), id="an address"),
        pytest.param(lambda ctx: get(ctx, port=22), id="another port"),
        pytest.param(lambda ctx: get(ctx, connection="other"), id="another slot"),
        pytest.param(lambda ctx: publish(ctx, "b1.example"), id="another broker"),
        pytest.param(lambda ctx: publish(ctx, tls=False), id="the port without encryption"),
    ],
)
def test_what_the_manifest_does_not_name_is_refused(deed: Callable[[Context], Any]) -> None:
    assert refusal(deed) == "block.not_permitted"


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(
            lambda ctx: ctx.snmp.set("a.core.example", ONE, connection="device"), id="set"
        ),
        pytest.param(
            lambda ctx: ctx.snmp.notify("a.core.example", "linkUp", [], connection="device"),
            id="trap",
        ),
        pytest.param(publish, id="publish"),
        pytest.param(lambda ctx: ctx.ssh.run("a.core.example", "reboot"), id="command"),
        pytest.param(lambda ctx: ctx.ssh.shell("a.core.example", ["show clock"]), id="session"),
        pytest.param(lambda ctx: ctx.netconf.edit_config("a.core.example", "<a/>"), id="edit"),
    ],
)
def test_only_a_block_that_says_so_changes_anything(deed: Callable[[Context], Any]) -> None:
    for effects in ("none", "read"):
        assert refusal(deed, behaviour={"effects": effects}) == "block.not_permitted"
    services = asked(deed)
    assert len([*services.snmp_requests, *services.mqtt_requests, *services.device_calls]) == 1


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(lambda ctx: ctx.netconf.get("a.core.example"), id="state"),
        pytest.param(lambda ctx: ctx.netconf.get_config("a.core.example"), id="configuration"),
        pytest.param(
            lambda ctx: ctx.netconf.edit_config("a.core.example", "<a/>", checks_only=True),
            id="check",
        ),
    ],
)
def test_a_block_that_only_reads_reads_and_checks_over_netconf(
    deed: Callable[[Context], Any],
) -> None:
    assert len(asked(deed, behaviour={"effects": "read"}).device_calls) == 1


def test_a_reader_that_comes_with_garland_sends_commands() -> None:
    ours = {"id": "garland.probe", "publisher": "garland", "behaviour": {"effects": "read"}}

    assert len(asked(lambda ctx: ctx.ssh.run("a.core.example", "uptime"), **ours).device_calls) == 1


@pytest.mark.parametrize("name", ["alarms", "mqtt", "snmp", "ssh"])
def test_a_version_that_begins_to_change_things_asks_for_it_anew(name: str) -> None:
    asks = [{"name": name, "reason": "For tests."}]
    reads, writes = (
        asks_of({"permissions": asks, "behaviour": {"effects": effects}})
        for effects in ("read", "write")
    )

    assert new_asks(writes, [reads]) == writes
    assert new_asks(reads, [writes]) == ()


def test_without_the_permission_nothing_is_asked() -> None:
    assert refusal(get, permissions=[], secrets=[]) == "block.not_permitted"
    assert refusal(publish, permissions=[], secrets=[]) == "block.not_permitted"


@pytest.mark.parametrize("host", ["a b.core.example", "r1.core.example/x", "u@r1.core.example", ""])
def test_what_is_no_host_is_refused(host: str) -> None:
    assert refusal(lambda ctx: get(ctx, host)) == "snmp.bad_address"
    assert refusal(lambda ctx: publish(ctx, host)) == "mqtt.bad_address"


@pytest.mark.parametrize(
    "value",
    [
        SnmpValue(oid="ifIndex.1", kind="integer", value=2**31),
        SnmpValue(oid="ifIndex.1", kind="integer", value=True),
        SnmpValue(oid="ifIndex.1", kind="integer", value="2"),
        SnmpValue(oid="ifSpeed.1", kind="gauge32", value=-1),
        SnmpValue(oid="sysName.0", kind="text", value=7),
        SnmpValue(oid="sysName.0", kind="text", value="a" * 20_000),
        SnmpValue(oid="sysName.0", kind="octets", value="0x"),
        SnmpValue(oid="sysName.0", kind="ip", value="10.0.0.256"),
        SnmpValue(oid="sysName.0", kind="missing"),
        SnmpValue(oid="sysName.0", kind="opaque", value="00"),
    ],
    ids=lambda one: f"{one.kind} {str(one.value)[:10]}",
)
def test_a_value_that_is_none_of_its_type_is_never_sent(value: SnmpValue) -> None:
    code = refusal(lambda ctx: ctx.snmp.set("a.core.example", [value], connection="device"))

    assert code == "snmp.bad_value"


@pytest.mark.parametrize("topic", ["", "noc/#", "noc/+/x", "a\0b", "a" * 70_000])
def test_a_topic_that_stands_for_many_is_refused(topic: str) -> None:
    assert refusal(lambda ctx: ctx.mqtt.publish("a.core.example", topic, "x")) == "mqtt.bad_topic"


def test_a_message_is_at_most_a_megabyte() -> None:
    large = b"a" * (1024 * 1024 + 1)

    code = refusal(lambda ctx: ctx.mqtt.publish("a.core.example", "t", large))

    assert code == "mqtt.too_large"


def test_the_block_of_the_page_runs() -> None:
    names: dict[str, Any] = {}
    [snippet] = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(compile(snippet, "docs/devices.md", "exec"), names)  # noqa: S102  our own page

    def deed(ctx: Context) -> None:
        object.__setattr__(ctx, "config", {"host": "r1.core.example"})
        assert names["run"](ctx).output == {"up_s": None}

    assert asked(deed).snmp_requests[0].oids == ("1.3.6.1.2.1.1.3.0",)
