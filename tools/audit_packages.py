"""Compares the locked packages with known vulnerabilities: from PyPI, or from a file without net.

    python tools/audit_packages.py                      # asks PyPI of each locked version
    python tools/audit_packages.py --advisories FILE    # {"name": {"version": ["ID", …]}} as JSON

Exit 0: none is known. 1: some are. 2: it could not be found out, which is never told as "none".
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
PYPI = "https://pypi.org/pypi/{name}/{version}/json"
WAIT_S = 20
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)

Known = Mapping[str, Mapping[str, list[str]]]


def pinned(text: str) -> list[tuple[str, str]]:
    r"""List the packages of a lock file as (name, version), in its order.

    >>> pinned("flask==3.1.0 --hash=x\\n# via a==1")
    [('flask', '3.1.0')]
    """
    return [(name.lower().replace("_", "-"), version) for name, version in _PINNED.findall(text)]


def found_in(packages: Iterable[tuple[str, str]], known: Known) -> list[str]:
    """Name each package of which something is known, and what.

    >>> found_in([("flask", "0.1"), ("rq", "3")], {"flask": {"0.1": ["CVE-1"]}})
    ['flask 0.1: CVE-1']
    """
    return [
        f"{name} {version}: {', '.join(ids)}"
        for name, version in packages
        if (ids := known.get(name, {}).get(version))
    ]


def asked_of_pypi(packages: Iterable[tuple[str, str]]) -> dict[str, dict[str, list[str]]]:
    """Ask PyPI of each package what is known of this version.

    Raises:
        OSError: it did not answer.
    """
    known: dict[str, dict[str, list[str]]] = {}
    for name, version in packages:
        address = PYPI.format(name=name, version=version)
        with urllib.request.urlopen(address, timeout=WAIT_S) as answer:  # noqa: S310  https
            told: dict[str, Any] = json.load(answer)
        found = [one["id"] for one in told["vulnerabilities"] if not one.get("withdrawn")]
        known.setdefault(name, {})[version] = found
    return known


def main() -> int:
    """Compare, tell, and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--advisories", type=Path, help="a file to compare with, without net")
    chosen = parser.parse_args().advisories
    packages = sorted({one for lock in LOCKS for one in pinned((ROOT / lock).read_text())})
    try:
        known = json.loads(chosen.read_text()) if chosen else asked_of_pypi(packages)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"Not checked: {error}. Without net, give --advisories FILE.\n")
        return 2
    found = found_in(packages, known)
    sys.stdout.write("\n".join([*found, f"{len(packages)} packages, {len(found)} with advisories"]))
    sys.stdout.write("\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
