"""CSV files of resources and of relations, told apart by their first line.

Resources: `key`, and where wanted `kind`, `name`, `type`, `site`; every other column is an
attribute. Relations: `from`, `to`, and where wanted `relation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.imports.reading import refused
from runtime.imports.sheets import sheet_rows, unguarded
from runtime.inventory.model import Gathered

OWN = ("key", "kind", "name", "type", "site")


def read_sheets(texts: Sequence[str], prefix: str = "") -> Gathered:
    """Read CSV files.

    Raises:
        InvalidError: a first line names neither `key` nor `from` and `to`.
    """
    found = Gathered("CSV")
    for number, text in enumerate(texts, start=1):
        file = f"file {number}, " if len(texts) > 1 else ""
        rows = sheet_rows(text)
        _, columns = next(rows, (0, []))
        names = [name.strip() for name in columns]
        low = [name.lower() for name in names]
        if len(set(low)) < len(low):
            raise refused(f"{file}line 1 names a column twice: give each a name of its own")
        if "from" in low and "to" in low:
            _read_relations(found, rows, low, file, prefix)
        elif "key" in low:
            _read_resources(found, rows, names, file, prefix)
        else:
            raise refused(
                f"{file}line 1 must name the columns: key (and kind, name, type, site) for "
                "resources, or from and to for relations"
            )
    return found


def _read_resources(
    found: Gathered, rows: Iterator[tuple[int, list[str]]], names: list[str], *place: str
) -> None:
    file, prefix = place
    for line, cells in rows:
        if len(cells) > len(names):
            found.refuse(f"{file}line {line}", f"has {len(cells)} cells, line 1 has {len(names)}")
            continue
        row = dict(zip(names, map(unguarded, cells), strict=False))
        own = {name.lower(): value for name, value in row.items() if name.lower() in OWN}
        rest = {
            name: text for name, text in row.items() if name.lower() not in OWN and name and text
        }
        key = own.get("key", "").strip()
        said = {**own, "key": f"{prefix}{key}" if key else "", "attributes": rest}
        said["kind"] = own.get("kind", "").strip().lower()
        found.add(f"{file}line {line}", said)


def _read_relations(
    found: Gathered, rows: Iterator[tuple[int, list[str]]], low: list[str], *place: str
) -> None:
    file, prefix = place
    for line, cells in rows:
        row = dict(zip(low, (unguarded(cell).strip() for cell in cells), strict=False))
        start, end = row.get("from", ""), row.get("to", "")
        kind = (row.get("relation") or row.get("kind") or "connects").lower().replace(" ", "_")
        if not (start and end):
            found.refuse(f"{file}line {line}", "from and to must both name a resource")
        else:
            found.relate(f"{file}line {line}", f"{prefix}{start}", f"{prefix}{end}", kind)
