"""Real agents, loggers and brokers send to a whole Garland, and alarms come of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from garland.settings import ENCRYPTION_KEY_FILE
from kernel.clock import utc_now
from kernel.secrets import Vault
from runtime.alarms.sources.listened.kinds import MQTT
from runtime.alarms.sources.listened.settings import config_from_form
from runtime.alarms.sources.listened.store import set_listening
from runtime.alarms.sources.store import create_source
from tests.support.mosquitto import PASSWORD, USER, Mosquitto, has_mosquitto
from tests.support.running import Running, free_port, running_garland, wait_for
from tests.support.tickets import as_acme

pytestmark = pytest.mark.journey

LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
WITHIN_S = 20


@pytest.fixture(scope="module")
def garland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One Garland for all of them, with ports of its own."""
    ports = {
        "GARLAND_LISTENER_SNMP_PORT": str(free_port()),
        "GARLAND_LISTENER_SYSLOG_PORT": str(free_port()),
        "GARLAND_ALLOW_PRIVATE_NETWORK": "true",
    }
    with running_garland(tmp_path_factory.mktemp("garland"), **ports) as running:
        wait_for(lambda: _takes_connections(running), within_s=30, what="the listener's start")
        yield running


def _takes_connections(garland: Running) -> bool:
    host, _, port = garland.demo["sources"]["syslog"].rpartition(":")
    with socket.socket() as trial:
        return trial.connect_ex((host, int(port))) == 0


def need(*programs: str) -> None:
    missing = [one for one in programs if shutil.which(one) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed: `make test` installs it")


def send(garland: Running, program: str, access: list[str], *said: str) -> int:
    """Send a trap or an inform with net-snmp; give its exit code."""
    need(program)
    command = [program, *access, "-m", "", garland.demo["sources"]["snmp"], *said]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode


def access_v3(garland: Running, **changes: str) -> list[str]:
    snmp = {**garland.demo["snmp"], **changes}
    return [
        "-v", "3", "-u", snmp["user"], "-l", "authPriv",
        "-a", "SHA", "-A", snmp["auth_secret"], "-x", "AES", "-X", snmp["priv_secret"],
    ]  # fmt: skip


def alarm(garland: Running, q: str, state: str = "active") -> Any:
    return wait_for(
        lambda: garland.api("/alarms", q=q, state=state)["items"],
        within_s=WITHIN_S,
        what=f"the alarm of {q}",
    )[0]


def varbind(port: int) -> list[str]:
    return [f"{IF_INDEX}.{port}", "i", str(port)]


V2C = ["-v", "2c", "-c", "public"]
ONCE = ["-r", "0", "-t", "3"]


def test_a_trap_of_v2c_raises_and_clears(garland: Running) -> None:
    send(garland, "snmptrap", V2C, "5", LINK_DOWN, *varbind(101))
    raised = alarm(garland, "127.0.0.1/101")
    send(garland, "snmptrap", V2C, "5", LINK_UP, *varbind(101))
    cleared = alarm(garland, "127.0.0.1/101", "cleared")

    assert raised["perceived_severity"] == "major"
    assert raised["specific_problem"] == "Link down"
    assert cleared["id"] == raised["id"]


def test_a_trap_of_v1_is_known_by_its_name_in_v2(garland: Running) -> None:
    said = ["1.3.6.1.4.1.8072.3.2.10", "192.0.2.7", "2", "0", "55", *varbind(102)]
    send(garland, "snmptrap", ["-v", "1", "-c", "public"], *said)

    assert alarm(garland, "192.0.2.7/102")["specific_problem"] == "Link down"


def test_a_trap_that_nobody_knows_is_an_alarm_too(garland: Running) -> None:
    said = ["1.3.6.1.4.1.32473.9", "192.0.2.8", "6", "3", "55", "1.3.6.1.4.1.32473.9.1", "s", "oh"]
    send(garland, "snmptrap", ["-v", "1", "-c", "public"], *said)

    found = alarm(garland, "1.3.6.1.4.1.32473.9.0.3")
    assert found["perceived_severity"] == "indeterminate"
    assert found["attributes"]["variables"] == {"1.3.6.1.4.1.32473.9.1": "oh"}


def test_an_inform_of_v2c_is_answered(garland: Running) -> None:
    code = send(garland, "snmpinform", [*V2C, *ONCE], "5", LINK_DOWN, *varbind(103))

    assert code == 0
    assert alarm(garland, "127.0.0.1/103")["count"] == 1


def test_an_inform_with_another_community_is_not_answered(garland: Running) -> None:
    access = ["-v", "2c", "-c", "private", "-r", "0", "-t", "1"]

    assert send(garland, "snmpinform", access, "5", LINK_DOWN, *varbind(104)) == 1


def test_an_encrypted_trap_of_v3_is_read(garland: Running) -> None:
    access = [*access_v3(garland), "-e", "0x8000000001020304"]
    send(garland, "snmptrap", access, "5", LINK_DOWN, *varbind(105))

    assert alarm(garland, "127.0.0.1/105")["attributes"]["snmp"] == "v3"


def test_an_encrypted_inform_of_v3_finds_our_engine_and_is_answered(garland: Running) -> None:
    code = send(garland, "snmpinform", [*access_v3(garland), *ONCE], "5", LINK_DOWN, *varbind(106))

    assert code == 0
    assert alarm(garland, "127.0.0.1/106")["attributes"]["snmp"] == "v3"


def test_an_inform_of_v3_with_another_key_is_not_answered(garland: Running) -> None:
    access = [*access_v3(garland, auth_secret="another-pass"), "-r", "0", "-t", "1"]

    assert send(garland, "snmpinform", access, "5", LINK_DOWN, *varbind(107)) != 0


@pytest.mark.parametrize(
    ("options", "host"),
    [
        pytest.param(["-d", "--rfc5424"], "udp5424", id="datagrams of RFC 5424"),
        pytest.param(["-d", "--rfc3164"], "udp3164", id="datagrams of RFC 3164"),
        pytest.param(["-T", "--rfc5424"], "lines", id="lines over TCP"),
        pytest.param(["-T", "--rfc5424", "--octet-count"], "counted", id="counted, over TCP"),
    ],
)
def test_what_logger_sends_is_an_alarm(garland: Running, options: list[str], host: str) -> None:
    need("logger")
    address, _, port = garland.demo["sources"]["syslog"].rpartition(":")
    command = ["logger", "-n", address, "-P", port, *options, "-p", "daemon.err", "-t", host]

    subprocess.run([*command, "--", f"fan of {host} failed"], check=True)

    assert alarm(garland, f"fan of {host} failed")["specific_problem"] == host


def test_every_inform_that_was_answered_is_an_alarm_though_the_listener_is_killed(
    garland: Running,
) -> None:
    answered: list[int] = []
    for port in range(200, 230):
        if port in (208, 219):
            os.kill(garland.child("listener"), signal.SIGKILL)
        access = [*V2C, "-r", "0", "-t", "1"]
        if send(garland, "snmpinform", access, "5", LINK_DOWN, *varbind(port)) == 0:
            answered.append(port)

    assert len(answered) >= 10
    for port in answered:
        alarm(garland, f"127.0.0.1/{port}")


def _subscribe(garland: Running, broker: Mosquitto, name: str, **more: str) -> None:
    """Let Acme listen to the broker."""
    vault = Vault([(garland.data_dir / ENCRYPTION_KEY_FILE).read_text().strip()])
    mapping = {"managed_object": "{device}", "perceived_severity": "{level}", "text": "{topic}"}
    form = {
        "host": "localhost",
        "port": str(broker.port),
        "user": USER,
        "password": PASSWORD,
        "topics": "plant/#",
        "mapping": json.dumps(mapping),
        **more,
    }
    config = config_from_form(MQTT, form, before={}, vault=vault)
    with as_acme(garland.data_dir) as (session, tenant_id):
        source, _ = create_source(
            session, tenant_id, kind=MQTT, name=name, vault=vault, now=utc_now()
        )
        set_listening(session, tenant_id, source.id, kind=MQTT, config=config)


def test_a_broker_that_restarts_loses_nothing(garland: Running, tmp_path: Path) -> None:
    if not has_mosquitto():
        pytest.skip("mosquitto is not installed: `make test` installs it")
    broker = Mosquitto(tmp_path, free_port())
    broker.start()
    try:
        _subscribe(garland, broker, "Plant")
        wait_for(lambda: _heard(garland, broker), within_s=WITHIN_S, what="the subscription")
        broker.stop()
        broker.start()
        broker.publish("plant/pumps", json.dumps({"device": "pump-after", "level": "critical"}))
        os.kill(garland.child("listener"), signal.SIGKILL)
        broker.publish("plant/pumps", json.dumps({"device": "pump-away", "level": "critical"}))

        after, away = alarm(garland, "pump-after"), alarm(garland, "pump-away")
    finally:
        broker.stop()

    assert (after["perceived_severity"], away["text"]) == ("critical", "plant/pumps")


def test_a_broker_is_listened_to_over_tls(garland: Running, tmp_path: Path) -> None:
    if not has_mosquitto():
        pytest.skip("mosquitto is not installed: `make test` installs it")
    broker = Mosquitto(tmp_path, free_port(), tls=True)
    broker.start()
    try:
        _subscribe(garland, broker, "Plant, TLS", tls="true", authority=broker.authority)

        wait_for(lambda: _heard(garland, broker, "pump-tls"), within_s=WITHIN_S, what="the message")
    finally:
        broker.stop()


def _heard(garland: Running, broker: Mosquitto, device: str = "pump-first") -> bool:
    """Publish until something is heard: nobody keeps what comes before a subscription."""
    broker.publish("plant/pumps", json.dumps({"device": device, "level": "major"}))
    return bool(garland.api("/alarms", q=device)["items"])
