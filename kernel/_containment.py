"""Does one JSON Schema take whatever another takes? A module, and the program of a helper process.

The library decides some pairs in a time that grows with the square of what they list. Who asks
about schemas of others runs this as a program, which can be ended: two schemas as JSON on standard
input, `yes` on standard output where the first covers the second for sure.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

_MEMORY_MAX_BYTES = 1 << 30


def is_covered(wider: Mapping[str, Any], narrower: Mapping[str, Any]) -> bool:
    """Tell whether every document that fits `narrower` fits `wider` for sure."""
    found = jsonschema_rs.canonical
    try:
        answer = _canonical(wider).covers(_canonical(narrower))
    except (found.CanonicalizationError, found.UnsupportedOperand, found.IncompatibleOperands):
        return False
    return answer is found.Containment.YES


def main() -> None:
    """Answer for the pair on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX_BYTES, _MEMORY_MAX_BYTES))
    wider, narrower = json.load(sys.stdin)
    sys.stdout.write("yes" if is_covered(wider, narrower) else "no")


def _canonical(document: Mapping[str, Any]) -> Any:
    return jsonschema_rs.canonicalize(dict(document), offline=True, validate_formats=True)


if __name__ == "__main__":
    main()
