"""What is checked without running Garland: format, lint, types, contracts, words, schema."""

# ruff: noqa: S603  it runs the commands written here and nothing from outside

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PACKAGES = ("garland", "designer", "marketplace", "runtime", "blocks", "tenancy", "kernel")
PYTHON = (*PACKAGES, "tests", "tools", "migrations")
SIDE_BY_SIDE = 2  # processes; what a laptop or a CI machine has at least


def main() -> int:
    """Run every check, tell how each went; exit code 1 when one failed."""
    checks = {name: partial(_passes, name, command) for name, command in _checks().items()}
    checks["migrations"] = _migrations_pass
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        passed = list(threads.map(lambda check: check(), checks.values()))
    failed = [name for name, is_good in zip(checks, passed, strict=True) if not is_good]
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
        return 1
    print("\nall checks passed")
    return 0


def _checks() -> dict[str, list[str]]:
    def tool(name: str) -> str:
        return str(BIN / name)

    return {
        "types": [tool("mypy"), *PACKAGES, "tests"],  # takes longest: the others run beside it
        "format": [tool("ruff"), "format", "--check", "--quiet", *PYTHON],
        "lint": [tool("ruff"), "check", "--quiet", *PYTHON],
        "contracts": [tool("lint-imports")],
        "templates": [tool("djlint"), "templates", "--lint", "--quiet"],
        "spelling": [tool("codespell"), *PACKAGES, "tests", "docs", "templates", "README.md"],
        "javascript and styles": ["npm", "run", "--silent", "check"],
    }


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    said = f"\n{done.stdout}{done.stderr}" if done.returncode != 0 else ""
    print(f"{'FAILED' if said else 'ok    '} {name} ({took:.1f} s){said}", flush=True)
    return not said


def _migrations_pass() -> bool:
    """Up, compare, down, up again, on a database of its own."""
    garland = str(BIN / "garland")
    steps = (["upgrade"], ["check"], ["downgrade", "base"], ["upgrade"], ["check"])
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GARLAND_DATA_DIR": folder, "GARLAND_DATABASE_URL": ""}
        for step in steps:
            done = subprocess.run(
                [garland, "db", *step],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                print(f"FAILED migrations ({' '.join(step)})\n{done.stdout}{done.stderr}")
                return False
    print("ok     migrations up, compared, down, up")
    return True


if __name__ == "__main__":
    sys.exit(main())
