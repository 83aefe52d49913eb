"""Takes pictures of Garland: the tour of docs/tour.md, and every page to look at.

`make screenshots` starts a Garland of its own for each. The tour's pictures are handed on with the
docs; the others land where git does not look. `make screenshots WHAT=states` takes pages that are
empty, loading, refused and full, and very long names and names from right to left.

Nobody has to watch: it says what it does, and ends with 1 when a picture could not be taken.
"""

from __future__ import annotations

import socket
import sys
import tempfile
import time
import traceback
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
USUAL_PORTS = {"GARLAND_LISTENER_SNMP_PORT": 9162, "GARLAND_LISTENER_SYSLOG_PORT": 9514}
"""They are seen on the pages of sources, unless another Garland has them just now."""


def main(asked: list[str]) -> int:
    """Take the pictures of the kinds that are asked for; gives 0 when all could be taken."""
    unknown = [one for one in asked if one not in KINDS]
    if unknown:
        print(f"there are no pictures of {unknown[0]!r}: ask for {', '.join(KINDS)}")
        return 2
    return max([_take(kind) for kind in asked or USUALLY])


def _take(kind: str) -> int:
    """Take one kind; what goes wrong is told, and the next kind is taken all the same."""
    take, folder = KINDS[kind]
    began = time.monotonic()
    print(f"{kind}: starting a Garland of its own, with the demo world", flush=True)
    try:
        with (
            tempfile.TemporaryDirectory() as data,
            running_garland(Path(data), **_ports()) as garland,
            taking(garland, folder) as taker,
        ):
            take(taker)
    except Exception:  # noqa: BLE001  whatever it was: it is told, and the next kind begins
        traceback.print_exc()
        print(f"{kind}: ended before all pictures were taken; why stands above")
        return 1
    print(f"{kind}: {len(taker.taken)} pictures in {folder}, {time.monotonic() - began:.0f} s")
    if taker.failed:
        print(f"{kind}: {len(taker.failed)} FAILED: {', '.join(taker.failed)}")
    return 1 if taker.failed else 0


def _ports() -> dict[str, str]:
    return {name: str(port) for name, port in USUAL_PORTS.items() if _is_free(port)}


def _is_free(port: int) -> bool:
    with socket.socket(type=socket.SOCK_DGRAM) as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
