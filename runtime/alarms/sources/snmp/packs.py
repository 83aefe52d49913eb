"""Trap entries that packs bring along: read once when a process starts, a pack whole or not at all.

A pack's `traps/*.json` hold entries in the very form of a tenant's own. They stand over Garland's
and under the tenant's. A pack that cannot be used leaves the others and the catalogue as they are:
the log and `garland doctor` say what is wrong with it, and in which file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from blocks.packs import DataFile, Pack, PackError, data_files, pack_folders, read_pack, refused_in
from kernel.errors import InvalidError, Problem
from kernel.json_text import kept_text
from runtime.alarms.sources.snmp.catalogue import check_kept, check_meeting, parse_entry
from runtime.alarms.sources.snmp.layers import Catalogue, Given, RefusedPack, garlands

log = structlog.get_logger(__name__)

TRAP_PACKS = "garland.trap_packs"
KIND = "traps"
ENTRIES_MAX = 5_000
Documents = dict[str, Mapping[str, Any]]
Places = dict[str, tuple[str, int]]


def given_in(session: Session) -> Given:
    """Give what the packs of this installation make of the catalogue.

    The composition root puts into a session's `info` how to have it; where it did not, it is
    Garland's entries alone.
    """
    given: Callable[[], Given] = session.info.get(TRAP_PACKS, garlands)
    return given()


def read_packs(folder: Path) -> Given:
    """Put the entries of each pack in a folder over Garland's; a bad pack is left out whole."""
    given = garlands()
    try:
        folders = pack_folders(folder)
    except PackError as error:
        return _without(given, folder.name, error)
    for one in folders:
        try:
            given = with_pack(given, one)
        except PackError as error:
            given = _without(given, one.name, error)
    return given


def with_pack(given: Given, folder: Path) -> Given:
    """Put the entries of one pack over what is given so far.

    Raises:
        PackError: something in it does not fit; each problem names the file, the entry, the field.
    """
    pack = read_pack(folder)
    if any(one.id == pack.id for one in given.used):
        told = f"id: another pack is {pack.id} already: keep one of the two"
        raise refused_in("pack.json", [Problem("/id", told)])
    documents, places, problems = _entries(pack)
    problems += [] if problems else list(_unmet(documents, places, given))
    if len(documents) > ENTRIES_MAX:
        told = f"a pack may have {ENTRIES_MAX:,} entries: part it in two"
        problems.append(Problem(f"/{KIND}", f"{KIND}: {told}"))
    if problems:
        raise PackError("the pack cannot be used so", problems=problems)
    return replace(
        given,
        documents={**given.documents, **documents},
        packs={**given.packs, **dict.fromkeys(documents, pack)},
        used=(*given.used, pack),
    )


def _entries(pack: Pack) -> tuple[Documents, Places, list[Problem]]:
    """Read a pack's entries by the trap, where each stands, and what is wrong with them."""
    documents: Documents = {}
    places: Places = {}
    problems: list[Problem] = []
    for file in data_files(pack, KIND):
        for index, document in _listed(file):
            try:
                entry = parse_entry(document)
            except InvalidError as error:
                problems += _told(file.name, index, document, error)
                continue
            if entry.oid in places:
                first, number = places[entry.oid]
                told = f"oid: {first} has this trap already, entry {number + 1}: keep one"
                wrong = InvalidError(told, problems=[Problem("/oid", told)])
                problems += _told(file.name, index, document, wrong)
                continue
            documents[entry.oid], places[entry.oid] = document, (file.name, index)
    return documents, places, problems


def _listed(file: DataFile) -> Iterator[tuple[int, Any]]:
    """Give the entries of a file: one, a list of them, or `{"entries": [...]}`."""
    found = file.document
    if isinstance(found, Mapping) and "entries" in found:
        found = found["entries"]
    yield from enumerate(found if isinstance(found, list) else [found])


def _unmet(documents: Documents, places: Places, given: Given) -> Iterator[Problem]:
    """Tell what could never meet, and what another pack has already."""
    after = Catalogue(documents, given)
    for oid, document in documents.items():
        try:
            _refuse_taken(oid, given)
            check_meeting(parse_entry(document), after.document)
            check_kept(given.documents, {oid: document}, after.document, besides=documents)
        except InvalidError as error:
            file, index = places[oid]
            yield from _told(file, index, document, error)


def _refuse_taken(oid: str, given: Given) -> None:
    if oid in given.packs:
        told = f"oid: the pack {given.giver(oid)} has this trap already: leave it out of one"
        raise InvalidError(told, problems=[Problem("/oid", told)])


def _told(file: str, index: int, document: Any, error: InvalidError) -> list[Problem]:
    name = document.get("name", "") if isinstance(document, Mapping) else ""
    which = f"entry {index + 1}"
    if isinstance(name, str) and name:
        which += f" ({kept_text(name[:100])})"
    return [
        Problem(f"/{file}/{index}{one.pointer}", f"{file}, {which}: {one.message}")
        for one in error.problems
    ]


def _without(given: Given, name: str, error: PackError) -> Given:
    told = [one.message for one in error.problems]
    log.warning("pack_refused", pack=name, problems=told[:10], number=len(told))
    return replace(given, refused=(*given.refused, RefusedPack(name=name, problems=error.problems)))
