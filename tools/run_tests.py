"""Every test: SQLite and PostgreSQL, a real browser, killed processes, and JavaScript."""

# ruff: noqa: S603  it runs the commands written here and nothing from outside

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pytest", "-q"]
SIDE_BY_SIDE = ["-n", "2", "--max-worker-restart=0"]
"""Two processes: the cores a laptop or a CI machine has at least. A test that hangs ends its
process (`timeout` in pyproject.toml); it is not tried again, for it would hang again."""
FILE_BY_FILE = ["--dist", "loadfile", "--no-loadscope-reorder"]
"""The tests of a file share an installation; in the order of the folders the storm comes early."""
SLOW = "journey or fault"
SLOW_FOLDERS = ["tests/faults", "tests/journeys"]


def main() -> int:
    """Run the parts one after the other; exit code 1 when one failed.

    With the argument `quick`, only what opens no database and no browser.
    """
    quick = {
        "unit": [*PYTEST, *SIDE_BY_SIDE, "tests/unit", "tests/architecture"],
        "JavaScript": ["npm", "test", "--silent"],
    }
    parts = quick if sys.argv[1:] == ["quick"] else every_part()
    failed = [name for name, command in parts.items() if not _passes(name, command)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall tests passed")
    return 1 if failed else 0


def every_part() -> dict[str, list[str]]:
    """Give the command of each part by its name."""
    return {
        "unit and integration, SQLite": [*PYTEST, *SIDE_BY_SIDE, "-m", f"not ({SLOW})"],
        "integration, PostgreSQL": [
            *PYTEST,
            *SIDE_BY_SIDE,
            "--database=postgresql",
            "-m",
            f"not ({SLOW})",
            "tests/integration",
        ],
        "journeys and faults": [*PYTEST, *SIDE_BY_SIDE, *FILE_BY_FILE, "-m", SLOW, *SLOW_FOLDERS],
        "JavaScript": ["npm", "test", "--silent"],
    }


def _passes(name: str, command: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    print(f"== {name}: {'passed' if code == 0 else 'FAILED'}, {time.monotonic() - began:.0f} s")
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
