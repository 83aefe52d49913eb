"""What docs/sources.md shows is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

from runtime.alarms.sources.kinds import KINDS
from runtime.alarms.sources.mapped import read_mapped
from runtime.alarms.sources.mapping import check_mapping, warnings_of

PAGE = (Path(__file__).parents[5] / "docs" / "sources.md").read_text()


def test_the_mapping_that_is_shown_reads_an_alarm() -> None:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    mapping = json.loads(found[1])
    alert = {"host": {"name": "pe1"}, "level": 5, "rule": "r", "port": 1, "at": "2026-11-24 12:00"}
    body = {"title": "Down", "alerts": [{**alert, "tags": {"info.site": "ZRH"}, "state": "bad"}]}

    check_mapping(mapping)
    (event,) = read_mapped(body, source="s", mapping=mapping).events

    assert warnings_of(mapping) == []
    assert (event.managed_object, event.specific_problem) == ("pe1", "r/1")
    assert (event.text, event.attributes) == ("Down", {"site": "ZRH"})
    assert event.perceived_severity == "critical"


def test_every_kind_is_listed() -> None:
    assert set(KINDS) <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
