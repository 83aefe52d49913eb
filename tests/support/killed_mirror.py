"""An import of the marketplace whose process is killed once one package came in.

Called with the folder and the fingerprint of its root, in the environment of an installation.
"""

from __future__ import annotations

import os
import signal
from itertools import count
from typing import Any

from marketplace.mirror import importing, reading


def main(folder: str, fingerprint: str) -> None:
    """Import until the second package is looked at."""
    from garland.cli import main as garland

    check, number = reading.check_release, count(1)

    def die(*given: Any) -> Any:
        if next(number) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return check(*given)

    vars(importing)["check_release"] = die
    garland(["market", "import", folder, "--trust", fingerprint])
