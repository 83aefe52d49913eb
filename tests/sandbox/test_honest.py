"""What honest authors do runs in the sandbox as it does without."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime

import pytest

from blocks.sdk import HttpResponse
from tests.sandbox.lines import LINE
from tests.support.zoo import Zoo

HONEST = {
    "asyncio": (
        "import asyncio\nasync def two():\n    await asyncio.sleep(0.001); return 2\n",
        "asyncio.run(two())",
        2,
    ),
    "a database in memory": (
        "import sqlite3\n",
        "sqlite3.connect(':memory:').execute('select 2').fetchone()[0]",
        2,
    ),
    "time zones": (
        "from datetime import datetime\nfrom zoneinfo import ZoneInfo\n",
        "datetime(2026, 7, 1, tzinfo=ZoneInfo('Europe/Vienna')).utcoffset().seconds",
        7200,
    ),
    "decimals": ("from decimal import Decimal\n", "str(Decimal('0.1') + Decimal('0.2'))", "0.3"),
    "JSON": ("import json\n", "json.loads(json.dumps({'a': [1]}))['a'][0]", 1),
    "a context of TLS": (
        "import ssl\n",
        "ssl.create_default_context().verify_mode.name",
        "CERT_REQUIRED",
    ),
    "dataclasses": (
        "from dataclasses import asdict, dataclass\n@dataclass\nclass P:\n    x: int\n",
        "asdict(P(2))['x']",
        2,
    ),
    "regular expressions": ("import re\n", "re.sub('a', 'b', 'aa')", "bb"),
    "random, hashes and ids": (
        "import hashlib, random, secrets, uuid\n",
        "len(str(uuid.uuid4())) + len(hashlib.sha256(secrets.token_bytes(8)).hexdigest())",
        100,
    ),
    "XML and CSV": (
        "import csv, io\nimport xml.etree.ElementTree as ET\n",
        "ET.fromstring('<a b=\"2\"/>').get('b') + next(csv.reader(io.StringIO('x,y')))[1]",
        "2y",
    ),
    "quiet output": (
        "import contextlib, os\n",
        "open(os.devnull, 'w').write('12')",
        2,
    ),
    "its folder": ("import os\n", "len(os.listdir(os.path.dirname(__file__))) > 0", True),
    "where it stands": ("import os\n", "len(os.getcwd()) > 0", True),
}


@pytest.mark.parametrize("case", HONEST)
def test_it_runs(zoo: Zoo, case: str) -> None:
    before, expression, expected = HONEST[case]
    code = f"{before}def run(ctx):\n    return ctx.emit('done', {{'is': {expression}}})\n"

    assert zoo.output(code) == {"is": expected}


def test_run_may_be_asynchronous(zoo: Zoo) -> None:
    code = "async def run(ctx):\n    return ctx.emit('done', {'is': 2})\n"

    assert zoo.output(code) == {"is": 2}


def test_a_pure_wheel_on_its_path_is_imported(zoo: Zoo) -> None:
    code = "import greeting\ndef run(ctx):\n    return ctx.emit('done', {'is': greeting.TEXT})\n"
    zoo.block(code)
    (folder,) = zoo.folder.iterdir()
    (folder / "wheels").mkdir()
    with zipfile.ZipFile(folder / "wheels" / "greeting-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("greeting.py", "TEXT = 'hello'")

    assert zoo.output(code) == {"is": "hello"}


def test_it_waits_until_an_instant(zoo: Zoo) -> None:
    outcome = zoo.perform(zoo.block("def run(ctx):\n    return ctx.wait(for_s=60)\n")).outcome

    assert getattr(outcome, "until", None) == datetime(2026, 11, 27, 12, 1, tzinfo=UTC)


def test_an_error_of_its_own_comes_as_it_was_raised(zoo: Zoo) -> None:
    code = (
        "from blocks.sdk import BlockError\n"
        "def run(ctx):\n    raise BlockError('a.busy', 'Later.', 7.5, retryable=True)\n"
    )

    error = zoo.error(code)

    assert (error.code, error.message, error.retry_after_s) == ("a.busy", "Later.", 7.5)


def test_every_ability_reaches_what_serves_it(zoo: Zoo) -> None:
    zoo.services.alarms["a"] = {"id": "a"}
    zoo.services.rows["t", "k"] = {"v": 1}
    code = """
from datetime import UTC, datetime
def run(ctx):
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    response = ctx.http.request("POST", "https://a.example/x", json={"b": 1}, headers={"X": "y"})
    ctx.mail.send(to=["a@b.example"], subject="s", body="b")
    ctx.alarms.set("a", {"text": "x"})
    ctx.alarms.acknowledge("a", comment="c")
    ctx.alarms.shelve("a", for_s=60, reason="r")
    ctx.alarms.group("a", ["b"])
    ctx.alarms.raise_alarm({"managed_object": "m"})
    ctx.alarms.resync("s", [{"a": 1}], allow_empty=True)
    ctx.log.warning("careful")
    return ctx.emit("done", {
        "status": response.status, "alarm": ctx.alarms.get("a"), "none": ctx.alarms.get("b"),
        "found": ctx.alarms.find({"state": "all"}, limit=1)["count"],
        "row": ctx.tables.look_up("t", "k"), "port": ctx.tables.decide("d", {"x": 1}).port,
        "same": ctx.calendars.next_open("c", noon) == noon,
        "after": ctx.calendars.add_open_time("c", noon, 5).isoformat(),
        "key": ctx.run.idempotency_key,
        "resources": ctx.inventory.find("r1", attributes={"a": 1}),
        "near": ctx.inventory.neighbours("r1"),
        "causes": ctx.inventory.common_causes(["r1"])["unknown"],
        "served": ctx.inventory.services_over(["r1"])["services"],
    })
"""
    done = zoo.perform(zoo.block(code, effects="write"))

    assert getattr(done.outcome, "output", None) == {
        "status": HttpResponse(status=200).status,
        "alarm": {"id": "a"},
        "none": None,
        "found": 1,
        "row": {"v": 1},
        "port": "none",
        "same": True,
        "after": "2026-01-01T12:00:00+00:00",
        "key": "key",
        "resources": {"resources": [], "more": False},
        "near": None,
        "causes": ["r1"],
        "served": [],
    }
    assert zoo.services.requests[0].body == b'{"b": 1}'
    assert [mail.subject for mail in zoo.services.mails] == ["s"]
    wished = [effect.kind.partition(".")[2] for effect in done.effects]
    assert wished == ["set", "acknowledge", "shelve", "group", "raise", "resync"]
    assert [line.message for line in done.logs] == ["careful"]


def test_a_blocks_line_has_a_low_number_however_many_files_garland_has_open(zoo: Zoo) -> None:
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(200)]
    try:
        code = LINE + "def run(ctx):\n    return ctx.emit('done', {'found': line() is not None})\n"
        assert zoo.output(code) == {"found": True}
    finally:
        for descriptor in held:
            os.close(descriptor)


def test_devices_are_reached_by_what_serves_them(zoo: Zoo) -> None:
    code = """
def run(ctx):
    one = ctx.ssh.run("Edge-1", "show interface {port}", values={"port": "ge-0/0/1"})
    more = ctx.ssh.shell("edge-1", ["terminal length 0", "show clock"], answers={"ok": "y"})
    read = ctx.netconf.get_config("edge-1", "<a>{b}</a>", values={"b": "<c>"}, source="startup")
    made = ctx.netconf.edit_config("edge-1", "<a/>", confirm_s=60)
    return ctx.emit("done", [one.command, [a.command for a in more], read.xml, list(made.steps)])
"""
    done = zoo.perform(zoo.block(code, effects="write"))

    assert getattr(done.outcome, "output", None) == [
        "show interface ge-0/0/1", ["terminal length 0", "show clock"], "", []
    ]  # fmt: skip
    calls = zoo.services.device_calls
    assert [call.host for call in calls] == ["edge-1"] * 4
    assert [getattr(call, "document", "") for call in calls[2:]] == ["<a>&lt;c&gt;</a>", "<a/>"]


def test_a_second_command_in_a_value_is_refused_outside_of_the_sandbox(zoo: Zoo) -> None:
    code = "def run(ctx):\n    ctx.ssh.run('r1', 'show {a}', values={'a': 'x; reload'})\n"

    assert zoo.error(code, effects="write").code == "ssh.bad_value"
    assert zoo.services.device_calls == []
