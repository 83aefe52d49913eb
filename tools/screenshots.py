"""Takes pictures of Garland: the tour of docs/tour.md, and every page to look at.

`make screenshots` starts a Garland of its own for each. The tour's pictures are handed on with the
docs; the others land where git does not look. `make screenshots WHAT=states` takes pages that are
empty, loading, refused and full, and very long names and names from right to left.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # it is run by its path

from tests.support.running import running_garland  # noqa: E402
from tools.pictures.every_page import take_every_page  # noqa: E402
from tools.pictures.states import take_states  # noqa: E402
from tools.pictures.taking import Taker, taking  # noqa: E402
from tools.pictures.tour import take_tour  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
KINDS: dict[str, tuple[Callable[[Taker], None], Path]] = {
    "tour": (take_tour, PICTURES / "tour"),
    "pages": (take_every_page, PICTURES),
    "states": (take_states, PICTURES / "states"),
}
USUALLY = ("tour", "pages")
USUAL_PORTS = {"GARLAND_LISTENER_SNMP_PORT": "9162", "GARLAND_LISTENER_SYSLOG_PORT": "9514"}
"""They are seen on the pages of sources."""


def main(asked: list[str]) -> int:
    """Take the pictures of the kinds that are asked for."""
    unknown = [one for one in asked if one not in KINDS]
    if unknown:
        print(f"there are no pictures of {unknown[0]!r}: ask for {', '.join(KINDS)}")
        return 2
    for kind in asked or USUALLY:
        _take(kind)
    return 0


def _take(kind: str) -> None:
    take, folder = KINDS[kind]
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as data,
        running_garland(Path(data), **USUAL_PORTS) as garland,
        taking(garland, folder) as taker,
    ):
        take(taker)
    print(f"{kind}: {len(taker.taken)} pictures in {folder}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
