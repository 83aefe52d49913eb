"""Fills Acme with what is seldom there: hundreds of rows, names very long or from right to left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from tests.factories.flows import chain_document, flow_document, step
from tests.support.running import Running

LONG = (
    "Glasfaserhauptverteileranschlusskastenüberwachungssteuerungsmodul"
    "austauschbenachrichtigungsverfahren"
)
LONG_KEY = "node-" + "0123456789abcdef" * 5
RIGHT_TO_LEFT = "انقطاع الألياف — حيفا (1/2): عاجل!"
HEBREW = "ניתוק סיב (צפון) -> תיקון, דחוף!"
NAMES = {"long": LONG, "rtl": RIGHT_TO_LEFT}
ROWS, ALARMS = 120, 300


def fill_with_names(garland: Running) -> None:
    """Give one of everything a very long name, and one a name from right to left."""
    for kind, name in NAMES.items():
        key = LONG_KEY if kind == "long" else HEBREW
        garland.send(_alarm(key, name)).raise_for_status()
        document = _small(name, name if kind == "long" else HEBREW)
        garland.post("/flows", {"name": name, "document": document}).raise_for_status()
        garland.post("/rules", _rule(name, key)).raise_for_status()
        garland.put(f"/resources/{kind}-{key[:60]}", {"kind": "node", "name": name, "site": name})
        service = {"key": f"{kind}-1", "name": name, "zone": "Europe/Zurich"}
        garland.post("/services", service).raise_for_status()


def fill_with_rows(garland: Running) -> None:
    """Add hundreds of rows, and workflows of 50 and of 500 steps."""
    for start in range(0, ALARMS, 100):
        numbers = range(start, start + 100)
        garland.send(*(_alarm(f"port-{one:04}", f"Port {one} is down") for one in numbers))
    for length in (50, 500):
        document = chain_document(length, name=f"Chain of {length}")
        garland.post("/flows", {"name": document["name"], "document": document})
    for number in range(ROWS):
        name = f"Row {number:03}"
        garland.post("/flows", {"name": name, "document": _small(name, name)}).raise_for_status()
        garland.post("/rules", _rule(name, f"port-{number:04}")).raise_for_status()
        garland.put(f"/resources/row-{number:03}", {"kind": "node", "name": name, "site": "ZRH"})


def rename_everybody(garland: Running, name: str) -> dict[str, str]:
    """Call Acme and its people so, past Garland; gives what they were called."""
    with sqlite3.connect(garland.data_dir / "garland.db", timeout=30) as database:
        before = dict(_called(database))
        database.execute("UPDATE organisation SET name = ? WHERE slug = 'acme'", [name])
        database.execute("UPDATE person SET name = ? WHERE email LIKE '%@acme.example'", [name])
    return before


def name_back(garland: Running, before: dict[str, str]) -> None:
    """Call Acme and its people as they were called."""
    with sqlite3.connect(garland.data_dir / "garland.db", timeout=30) as database:
        for who, name in before.items():
            database.execute("UPDATE organisation SET name = ? WHERE slug = ?", [name, who])
            database.execute("UPDATE person SET name = ? WHERE email = ?", [name, who])


def _called(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    yield from database.execute("SELECT slug, name FROM organisation WHERE slug = 'acme'")
    yield from database.execute("SELECT email, name FROM person WHERE email LIKE '%@acme.example'")


def _alarm(managed_object: str, text: str) -> dict[str, Any]:
    return {
        "managed_object": managed_object,
        "perceived_severity": "warning",
        "specific_problem": text,
        "text": text,
    }


def _small(name: str, title: str) -> dict[str, Any]:
    steps = {
        "note": step("set-data", config={"values": {"told": title}}, title=title),
        "log": step("write-log", config={"message": title}, title=title),
    }
    return flow_document(steps, ["rule > note", "note:done > log"], name=name)


def _rule(name: str, value: str) -> dict[str, Any]:
    return {
        "rule": 1,
        "name": name,
        "when": {"all": [{"field": "managed_object", "op": "is", "value": value}]},
        "pattern": {"kind": "each"},
        "then": [{"do": "acknowledge"}],
    }
