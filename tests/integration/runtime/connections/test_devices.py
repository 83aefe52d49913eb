"""Steps that speak to devices and MQTT brokers with the connections of their tenant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from blocks.brokers.mail import MailBroker
from blocks.brokers.mqtt import MqttBroker
from blocks.brokers.snmp import SnmpBroker
from blocks.permissions.mqtt import MqttRequest
from blocks.sdk import BlockError
from runtime.connections.devices import for_broker
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.tasks import StepPool
from tests.factories.flows import step
from tests.integration.runtime.connections.conftest import Calling
from tests.integration.runtime.engine.bench import Bench
from tests.support.mosquitto import PASSWORD, USER, Mosquitto, has_mosquitto
from tests.support.peers import find_program, free_port, running_snmpd

SECRET = "canary-of-the-user"  # noqa: S105  of a test
V3 = {"user": "garland", "auth_secret": SECRET, "priv_secret": SECRET}
READING = {"version": "2c", "community": "public"}
WRITING = {"version": "2c", "community": "private"}
needs_snmpd = pytest.mark.skipif(not find_program("snmpd"), reason="snmpd is not installed")
needs_mosquitto = pytest.mark.skipif(not has_mosquitto(), reason="mosquitto is not installed")


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_snmpd(tmp_path_factory.mktemp("snmpd"), secret=SECRET) as port:
        yield port


@pytest.fixture
def bench(calling: Calling) -> Bench:
    """Runs steps with the connections of the tenant, over real brokers."""
    bench = Bench(calling.sessions, calling.organisation.id, now=calling.now)
    brokers = Brokers(
        http=calling.broker,
        mail=MailBroker(),
        connections=calling.connections(),
        snmp=SnmpBroker(allow_private=True),
        mqtt=MqttBroker(allow_private=True),
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


@pytest.fixture
def performed(bench: Bench) -> Callable[..., Any]:
    """Give what performs one step in a run of its own, and gives its record."""

    def perform(block: str, config: Any, slot: str = "device", **more: Any) -> Any:
        document = step(block, config=config, connections={slot: "Tickets"}, **more)
        run_id = bench.run(bench.publish({"call": document}, ["hand > call", "rule > call"]))
        [found] = bench.steps(run_id)
        assert SECRET not in str(found) + str(bench.view(run_id))
        return found

    return perform


@needs_snmpd
@pytest.mark.parametrize("values", [V3, READING], ids=["v3", "v2c"])
def test_a_device_is_asked_by_the_connection_of_the_step(
    performed: Callable[..., Any], calling: Calling, agent: int, values: dict[str, str]
) -> None:
    calling.make("snmp_v3", values, hosts=(f"127.0.0.1:{agent}",))

    found = performed("snmp-get", {"host": "127.0.0.1", "port": agent, "objects": ["sysName.0"]})

    assert (found.port, found.output["values"]) == ("done", {"sysName.0": "probe-7"})


@needs_snmpd
def test_the_interfaces_of_this_machine_are_told_in_words(
    performed: Callable[..., Any], calling: Calling, agent: int
) -> None:
    calling.make("snmp_v3", V3, hosts=(f"127.0.0.1:{agent}",))

    found = performed("interface-status", {"host": "127.0.0.1", "port": agent, "names": ["lo"]})

    assert found.port == "up"
    [loopback] = found.output["interfaces"]
    assert (loopback["admin"], loopback["state"], loopback["is_down"]) == ("up", "up", False)
    assert loopback["errors_in"] == 0


@needs_snmpd
def test_a_table_is_read_in_rows(
    performed: Callable[..., Any], calling: Calling, agent: int
) -> None:
    calling.make("snmp_v3", READING, hosts=(f"127.0.0.1:{agent}",))
    columns = ["ifDescr", "ifType"]

    found = performed("snmp-table", {"host": "127.0.0.1", "port": agent, "columns": columns})

    assert {"lo": 24}.items() <= {
        row["ifDescr"]: row["ifType"] for row in found.output["rows"]
    }.items()
    assert found.output["count"] == len(found.output["rows"])


@needs_snmpd
def test_a_device_is_changed_and_the_value_before_is_kept(
    performed: Callable[..., Any], calling: Calling, agent: int
) -> None:
    calling.make("snmp_v3", WRITING, hosts=(f"127.0.0.1:{agent}",))
    config: dict[str, Any] = {"host": "127.0.0.1", "port": agent}

    def change(text: str) -> Any:
        row = {"object": "sysLocation.0", "kind": "text", "value": text}
        return performed("snmp-set", {**config, "changes": [row]}).output

    change("Bern")

    assert change("Basel") == {
        "before": {"sysLocation.0": "Bern"},
        "values": {"sysLocation.0": "Basel"},
    }


@needs_snmpd
def test_who_may_only_read_changes_nothing(
    performed: Callable[..., Any], calling: Calling, agent: int
) -> None:
    calling.make("snmp_v3", READING, hosts=(f"127.0.0.1:{agent}",))
    changes = [{"object": "sysContact.0", "kind": "text", "value": "somebody else"}]

    found = performed("snmp-set", {"host": "127.0.0.1", "port": agent, "changes": changes})

    assert found.error["code"] == "snmp.not_allowed"


@pytest.mark.parametrize(
    ("kind", "values", "hosts", "code"),
    [
        pytest.param("snmp_v3", V3, ("r1.example",), "connections.wrong_host", id="host"),
        pytest.param("snmp_v3", V3, ("127.0.0.1",), "connections.wrong_host", id="port"),
    ],
)
def test_a_secret_goes_to_no_other_device(
    performed: Callable[..., Any],
    calling: Calling,
    kind: str,
    values: dict[str, str],
    hosts: tuple[str, ...],
    code: str,
) -> None:
    calling.make(kind, values, hosts=hosts)

    found = performed("snmp-get", {"host": "127.0.0.1", "port": 9, "objects": ["sysName.0"]})

    assert found.error["code"] == code


@needs_mosquitto
def test_a_message_is_published_by_the_connection_of_the_step(
    performed: Callable[..., Any], calling: Calling, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broker = Mosquitto(tmp_path_factory.mktemp("mosquitto"), free_port())
    broker.start()
    place = {"host": "127.0.0.1", "port": broker.port, "encrypted": False}
    calling.make("basic", {"user": USER, "password": PASSWORD}, hosts=(f"127.0.0.1:{broker.port}",))
    try:
        config = {**place, "topic": "noc/alarms", "retain": True}
        found = performed("mqtt-publish", config, "broker", input={"message": {"up": False}})
        kept = MqttBroker(allow_private=True).carry(
            for_broker(
                MqttRequest(
                    do="read",
                    host="127.0.0.1",
                    port=broker.port,
                    topic="noc/alarms",
                    tls=False,
                    slot="broker",
                ),
                calling.connections().open(calling.organisation.id, "Tickets"),
            )
        )
    finally:
        broker.stop()

    assert (found.port, found.output) == ("done", {"topic": "noc/alarms", "size_bytes": 13})
    assert kept is not None
    assert json.loads(kept.text) == {"up": False}


def test_a_password_is_not_sent_readable_unless_its_connection_allows_that(
    performed: Callable[..., Any], calling: Calling
) -> None:
    calling.make(
        "basic", {"user": USER, "password": PASSWORD}, hosts=("127.0.0.1:9",), over_http=False
    )
    config = {"host": "127.0.0.1", "port": 9, "encrypted": False, "topic": "noc/alarms"}

    found = performed("mqtt-publish", config, "broker", input={"message": "x"})

    assert found.error["code"] == "connections.wrong_host"
    assert "not encrypted" in found.error["message"]


def test_a_connection_of_another_kind_is_refused(calling: Calling) -> None:
    calling.make()
    opened = calling.connections().open(calling.organisation.id, "Tickets")
    request = MqttRequest(do="publish", host="127.0.0.1", port=9, topic="t", slot="broker")

    with pytest.raises(BlockError) as told:
        for_broker(request, opened)

    assert told.value.code == "connections.wrong_kind"
