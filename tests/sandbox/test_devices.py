"""What a sandboxed block asks of devices and brokers goes through Garland, as it was asked."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from typing_extensions import override

from blocks.sdk import MqttMessage, MqttRequest, SnmpRequest, SnmpValue
from tests.fakes.blocks import FakeServices
from tests.support.zoo import Zoo


@dataclass
class Answering(FakeServices):
    """Has a device with one interface, and a broker that keeps a message which is no text."""

    @override
    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Remember the errand and give one value of each shape."""
        super().snmp(request)
        return [
            SnmpValue(oid="1.3.6.1.2.1.2.2.1.10.1", kind="counter64", value=2**63),
            SnmpValue(oid="1.3.6.1.2.1.2.2.1.6.1", kind="octets", value="0a:1b"),
            SnmpValue(oid="1.3.6.1.2.1.2.2.1.2.1", kind="missing"),
        ]

    @override
    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Remember the errand and give what is kept."""
        super().mqtt(request)
        return (
            MqttMessage(topic=request.topic, payload=b"\xff\x00") if request.do == "read" else None
        )


def test_every_errand_arrives_as_the_block_wrote_it(zoo: Zoo) -> None:
    zoo.services = services = Answering()
    code = """
from blocks.sdk import SnmpValue, read_oid
def run(ctx):
    one = SnmpValue(oid="sysName.0", kind="text", value="r1")
    got = ctx.snmp.get("r1.example", ["sysName.0"], connection="", port=1161, retries=4)
    walked = ctx.snmp.walk("r1.example", "ifTable", connection="", values_max=7)
    ctx.snmp.set("r1.example", [one], connection="")
    ctx.snmp.notify("r1.example", "linkUp", [one], connection="", inform=True)
    ctx.mqtt.publish("b.example", "a/b", b"\\xff", qos=2, retain=True, tls=False)
    kept = ctx.mqtt.read("b.example", "a/b", wait_s=0.5)
    return ctx.emit("done", {
        "got": [[v.oid, v.kind, v.value] for v in got], "same": got == walked,
        "kept": kept.payload.hex(), "oid": read_oid("sysName.0"),
    })
"""

    output = zoo.output(code, effects="write")

    assert output == {
        "got": [
            ["1.3.6.1.2.1.2.2.1.10.1", "counter64", 2**63],
            ["1.3.6.1.2.1.2.2.1.6.1", "octets", "0a:1b"],
            ["1.3.6.1.2.1.2.2.1.2.1", "missing", None],
        ],
        "same": True,
        "kept": "ff00",
        "oid": "1.3.6.1.2.1.1.5.0",
    }
    get, walk, put, told = services.snmp_requests
    assert (get.do, get.port, get.retries) == ("get", 1161, 4)
    assert (walk.oids, walk.values_max) == (("1.3.6.1.2.1.2.2",), 7)
    sent = (SnmpValue(oid="1.3.6.1.2.1.1.5.0", kind="text", value="r1"),)
    assert (put.values, told.values) == (sent, sent)
    assert (told.do, told.oids) == ("inform", ("1.3.6.1.6.3.1.1.5.4",))
    publish, read = services.mqtt_requests
    assert (publish.payload, publish.qos, publish.retain) == (b"\xff", 2, True)
    assert (publish.port, read.port, read.wait_s) == (1883, 8883, 0.5)


@pytest.mark.parametrize(
    "value",
    [
        '{"oid": "1.3.6.1", "kind": "integer"}',
        '{"oid": "1.3.6.1", "kind": "integer", "value": 1, "more": 1}',
        '{"oid": "1.3.6.1", "kind": "float", "value": 1}',
        '{"oid": "1.3.6.1", "kind": "integer", "value": [1]}',
        '"1.3.6.1"',
    ],
)
def test_a_forged_variable_ends_the_call_and_reaches_no_device(zoo: Zoo, value: str) -> None:
    code = f"""
def run(ctx):
    given = {{"host": "r1.example", "connection": "", "values": [{value}]}}
    ctx.snmp._asking.ask("snmp.set", **given)
    return ctx.emit("done")
"""

    error = zoo.error(code, effects="write")

    assert error.code.startswith("block.")
    assert zoo.services.snmp_requests == []
