"""ITU's probable causes are those of the standard."""

from __future__ import annotations

import json
from pathlib import Path

from runtime.alarms.itu import PROBABLE_CAUSES


def test_the_causes_are_those_of_the_standard_in_its_order(shared_data: Path) -> None:
    document = json.loads((shared_data / "snmp/itu_probable_causes.json").read_text())

    assert list(PROBABLE_CAUSES) == list(document["IANAItuProbableCause"])
