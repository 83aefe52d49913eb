"""The rules a new syslog source begins with: what routers say of links and neighbours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

STARTER = Path(__file__).with_name("starter.json")


def starter_rules() -> list[dict[str, Any]]:
    """Give the rules as documents."""
    rules: list[dict[str, Any]] = json.loads(STARTER.read_text(encoding="utf-8"))
    return rules
