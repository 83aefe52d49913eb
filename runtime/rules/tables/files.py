"""Files of a table: read as DMN or CSV by what they begin with, written as either. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.rules.tables.csv_text import read_csv, write_csv
from runtime.rules.tables.dmn import write_dmn
from runtime.rules.tables.dmn_import import Imported, read_dmn

NEW = {"table": 1, "name": "", "hit": "first"}


def read_file(body: bytes, before: Mapping[str, Any] | None) -> Imported:
    """Read a file; what CSV does not say stays as it was in the table it is read into.

    Raises:
        InvalidError: it is neither DMN nor CSV that can be read, and why.
    """
    if body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return read_dmn(body)
    return Imported(document={**(before or NEW), **read_csv(body)})


def write_file(document: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Write a good document as `table.dmn` or `table.csv`; give its text and content type."""
    if name == "table.dmn":
        return write_dmn(document), "application/xml; charset=utf-8"
    return write_csv(document), "text/csv; charset=utf-8"
