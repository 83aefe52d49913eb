"""Which format a file has, by what it begins with; then its reader. Pure: bytes in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.errors import MalformedError
from kernel.json_text import read_json
from runtime.imports.reading import FILE_MAX_BYTES, refused
from runtime.inventory.model import Gathered
from runtime.inventory.reading.graphml import read_graphml
from runtime.inventory.reading.node_link import is_node_link, read_node_link
from runtime.inventory.reading.sheets import read_sheets
from runtime.inventory.reading.tmf639 import read_tmf639

FILES_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How a file's own names become keys.

    Attributes:
        by_name: Take what things are called instead of their ids.
        prefix: What every key begins with, so that two networks can count from 0.
    """

    by_name: bool = False
    prefix: str = ""

    def key(self, own_id: str, name: str) -> str:
        """Give the key of a thing with this id and name."""
        own = (name if self.by_name else own_id) or name or own_id
        return f"{self.prefix}{own.strip()}" if own.strip() else ""


def read_files(files: Sequence[bytes], naming: Naming) -> Gathered:
    """Read one file, or CSV files of resources and of relations together.

    Raises:
        InvalidError: the files are empty, too large, or of no known format; the message says
            which are known.
    """
    said = [one for one in files if one.strip()]
    if not said:
        raise refused("the file is empty: choose one with resources in it")
    if sum(map(len, said)) > FILE_MAX_BYTES:
        raise refused(
            f"the file is larger than {FILE_MAX_BYTES // 1024 // 1024} MB: import it in parts"
        )
    begins = said[0].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begins in (b"<", b"{", b"["):
        if len(said) > 1:
            raise refused("choose one file; only CSV files of nodes and links go together")
        return read_graphml(said[0], naming.key) if begins == b"<" else _read_json(said[0], naming)
    return read_sheets([_text_of(one) for one in said[:FILES_MAX]], naming.prefix)


def _read_json(content: bytes, naming: Naming) -> Gathered:
    try:
        document = read_json(content, what="the file")
    except MalformedError as error:
        raise refused(error.message) from None
    if is_node_link(document):
        return read_node_link(document, naming.key)
    return read_tmf639(document, naming.key)


def _text_of(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refused(f"line {line} is no UTF-8 text: save the file as CSV UTF-8") from None
    if "\0" in text:
        raise refused("the file is no text: choose GraphML, JSON or CSV")
    return text
