"""A process of Garland hides its environment and memory from others of the same user.

Root with its capabilities reads everything; a child of the sandbox has dropped them. Reader and
process drop them here too, which makes of root an ordinary user.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STARTS = "import time; from garland.cli import _settings; _settings(); print('up', flush=True); "
PLAIN = "import time; print('up', flush=True); "


ORDINARY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


def read_as_same_user(path: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*ORDINARY, "cat", path], capture_output=True, check=False)


@pytest.mark.parametrize("what", ["environ", "maps", "mem"])
def test_nobody_of_the_same_user_reads_what_a_process_holds(tmp_path: Path, what: str) -> None:
    environment = {**os.environ, "GARLAND_DATA_DIR": str(tmp_path), "CANARY": "secret"}

    readable = []
    for program in (STARTS, PLAIN):
        with subprocess.Popen(
            [*ORDINARY, sys.executable, "-c", program + "time.sleep(60)"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            done = read_as_same_user(f"/proc/{process.pid}/{what}")
            readable.append(b"Permission denied" not in done.stderr)
            process.kill()

    assert readable == [False, True]
