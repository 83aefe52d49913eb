"""durable_rules alone on the benchmark's rules and events: a ceiling that keeps nothing.

Run as a process of its own, which may crash or hang: `_raw_durable.py RULES EVENTS` prints events
a second. A part of a text is a pattern to it (`--values` leaves such rules out), and it counts
nothing in a window: those rules fire for each event here.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from _alarms import BY_TEXT, new_alarms, rule_document
from durable.engine import Host, MessageNotHandledException

SEVERITY = {"cleared": 0, "warning": 2, "minor": 3, "major": 4, "critical": 5}


def main() -> int:
    """Post every event and take every action."""
    rules, events = int(sys.argv[1]), int(sys.argv[2])
    host = _QuietHost()
    fired: list[Any] = []
    definition = {
        f"r{number}": {
            "all": [{"m": _pattern(rule_document(number))}],
            "run": lambda c: fired.append(c),  # noqa: PLW0108  it looks at how many arguments
        }
        for number in range(rules)
        if "--values" not in sys.argv or number % 10 not in BY_TEXT
    }
    host.set_rulesets({"bench": definition})
    messages = [_message(number, one) for number, one in enumerate(new_alarms(events, rules))]
    began = time.perf_counter()
    for message in messages:
        with suppress(MessageNotHandledException):  # its word for "no rule wanted it"
            host.post("bench", message)
    spent = time.perf_counter() - began
    print(json.dumps({"rate": events / spent, "fired": len(fired)}))
    return 0


class _QuietHost(Host):
    """A host whose background threads never start."""

    def _run(self) -> None:
        return


def _pattern(document: dict[str, Any]) -> dict[str, Any]:
    code = document["when"]["all"][2]
    last = {"code": code["value"]}
    if code["op"] == "contains":
        last = {"$mt": {"text": f".*{code['value']}.*"}}
    return {"$and": [{"event_type": "communicationsAlarm"}, {"$gte": {"severity": 4}}, last]}


def _message(number: int, event: dict[str, Any]) -> dict[str, Any]:
    flat = {**event, **event["attributes"], "id": number + 1}
    del flat["attributes"]
    return {**flat, "severity": SEVERITY[event["perceived_severity"]]}


if __name__ == "__main__":
    sys.exit(main())
