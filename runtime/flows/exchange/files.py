"""Files as people bring them: JSON, BPMN, or a zip of such. Bounded before anything is unpacked."""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json
from runtime.flows.bpmn.reading import read_bpmn
from runtime.flows.exchange.carried import Carried
from runtime.flows.exchange.envelope import MOST, read_envelope

FILE_MAX_BYTES = 5 * 1024 * 1024
UNPACKED_MAX_BYTES = 20 * 1024 * 1024
TAGS_MAX = 400_000
"""Tags in all the XML of a zip: about those that 20 MB of Garland's own diagrams have."""
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip: none, so that the same workflows give the same bytes."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


def read_file(content: bytes, *, name: str = "the file") -> list[Carried]:
    """Read the workflows in a file of any kind that is taken; what kind it is, its content tells.

    Raises:
        InvalidError: nothing can be taken, or two workflows have one short name; it says why.
    """
    if len(content) > FILE_MAX_BYTES:
        raise _refusal(f"{name} has over {FILE_MAX_BYTES // 1024 // 1024} MB: part it")
    if not content.strip():
        raise _refusal("choose a file, or paste what is in one")
    if content.startswith(b"PK\x03\x04"):
        inner = list(_unpacked(content))
        if sum(text.count(b"<") for _, text in inner if _is_xml(text)) > TAGS_MAX:
            raise _refusal("the diagrams in the zip are too large together: part it")
        found = [one for each in inner for one in _read_one(*each)]
    else:
        found = _read_one(name, content)
    if not 0 < len(found) <= MOST:
        raise _refusal(f"{name} has {len(found)} workflows: 1 to {MOST} are taken at a time")
    slugs = [one.slug for one in found]
    twice = next((slug for slug in slugs if slugs.count(slug) > 1), "")
    if twice:
        raise _refusal(f"{name} has two workflows of the short name {twice}: keep one")
    return found


def zip_of(files: Mapping[str, str]) -> bytes:
    """Pack texts by their names; the same texts give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), files[name].encode())
    return packed.getvalue()


def _read_one(name: str, content: bytes) -> list[Carried]:
    if _is_xml(content):
        return read_bpmn(content, what=name)
    try:
        return read_envelope(read_json(content.removeprefix(codecs.BOM_UTF8), what=name))
    except MalformedError as error:
        raise _refusal(error.message) from None


def _is_xml(content: bytes) -> bool:
    return content.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a zip that may be workflows, by name."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if _is_wanted(one.filename)]
            if len(entries) > MOST:
                raise _refusal(f"the zip has over {MOST} files: part it")
            left = UNPACKED_MAX_BYTES
            for entry in sorted(entries, key=lambda one: one.filename):
                with archive.open(entry) as file:
                    text = file.read(left + 1)
                left -= len(text)
                if left < 0:
                    most = UNPACKED_MAX_BYTES // 1024 // 1024
                    raise _refusal(f"the zip unpacks to over {most} MB: part it")
                yield entry.filename, text
    except _DAMAGED:
        raise _refusal("the zip is damaged or encrypted: pack the files anew") from None


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not is_hidden and path.suffix.lower() in (".json", ".bpmn", ".xml")


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/file", message)])
