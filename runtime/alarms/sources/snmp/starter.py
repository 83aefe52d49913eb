"""The catalogue that comes with Garland: the standard notifications of IETF's MIBs.

`starter.json` names where its facts come from. A tenant's own entries stand over these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

STARTER = Path(__file__).with_name("starter.json")


@cache
def starter_entries() -> Mapping[str, Mapping[str, Any]]:
    """Give the entries by the trap's object identifier."""
    found = json.loads(STARTER.read_text(encoding="utf-8"))["entries"]
    return MappingProxyType({one["oid"]: MappingProxyType(one) for one in found})
