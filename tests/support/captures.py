"""What real peers sent, as captured beside the project."""

from __future__ import annotations

import json
from pathlib import Path

SNMP = "net-snmp-5.9.3-datagrams.json"
LOGGER = "logger-util-linux-2.38-datagrams.json"


def captured(data: Path, file: str) -> dict[str, bytes]:
    """Give the datagrams of a file by name."""
    found = json.loads((data / "captures" / file).read_text(encoding="utf-8"))
    return {one["name"]: bytes.fromhex(one["hex"]) for one in found}
