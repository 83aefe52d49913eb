"""What is checked without running Garland: format, lint, types, contracts, words, schema."""

# ruff: noqa: S603  it runs the commands written here and nothing from outside

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PACKAGES = ("garland", "designer", "marketplace", "runtime", "blocks", "tenancy", "kernel")
PYTHON = (*PACKAGES, "tests", "tools", "migrations")


def main() -> int:
    """Run every check, tell how each went; exit code 1 when one failed."""
    failed = [name for name, command in _checks().items() if not _passes(name, command)]
    if not _migrations_pass():
        failed.append("migrations")
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
        return 1
    print("\nall checks passed")
    return 0


def _checks() -> dict[str, list[str]]:
    def tool(name: str) -> str:
        return str(BIN / name)

    return {
        "format": [tool("ruff"), "format", "--check", "--quiet", *PYTHON],
        "lint": [tool("ruff"), "check", "--quiet", *PYTHON],
        "types": [tool("mypy"), *PACKAGES, "tests"],
        "contracts": [tool("lint-imports")],
        "templates": [tool("djlint"), "templates", "--lint", "--quiet"],
        "spelling": [tool("codespell"), *PACKAGES, "tests", "docs", "templates", "README.md"],
        "javascript and styles": ["npm", "run", "--silent", "check"],
    }


def _passes(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name} ({took:.1f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
    return done.returncode == 0


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
