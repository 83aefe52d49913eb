"""An OpenAPI document as a pack of blocks, with a word for everything that is not in it.

Nothing is fetched: what a document refers to must be inside it. Each block passes the checks of any
manifest before it is given on; an operation that cannot become one is left out and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.manifest import manifest_problems
from blocks.openapi._document import ForeignReferenceError, Part, PartError
from blocks.openapi._manifests import Api, manifest_of
from blocks.openapi._names import mark, slug, version_of
from blocks.openapi._operations import Operation, operations_of
from blocks.openapi._schemas import shortened
from blocks.openapi.reading import read_document, refused
from kernel.errors import InvalidError, Problem

OPERATIONS_MAX = 400
UNSTATED = "LicenseRef-unstated"
_KNOWN = {"apache 2.0": "Apache-2.0", "apache-2.0": "Apache-2.0", "mit": "MIT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a document.

    Attributes:
        pack: The content of `pack.json`.
        blocks: Manifests by the names of their folders, in the document's order.
        notes: What of a block could not be kept, by the block's name.
        left_out: What is not in the pack: what, and why.
    """

    pack: dict[str, Any]
    blocks: Mapping[str, dict[str, Any]]
    notes: Mapping[str, tuple[str, ...]]
    left_out: tuple[tuple[str, str], ...]


def import_openapi(
    content: bytes, *, publisher: str, select: Sequence[str] = (), licence: str = ""
) -> Imported:
    """Make a pack of a document.

    Args:
        content: The document, JSON or YAML.
        publisher: Who gives the blocks out, as manifests write it.
        select: Tags and ids of operations; empty takes all but those that others call.
        licence: SPDX expression of the blocks; "" takes the document's.

    Raises:
        InvalidError: the document cannot be read, refers to another, or has nothing to call.
    """
    document = read_document(content)
    operations, wrong = operations_of(document)
    api = _api(document, publisher, licence)
    chosen, left_out = _chosen(operations, select)
    left_out += [("a path", one) for one in wrong]
    blocks: dict[str, dict[str, Any]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    for operation in chosen:
        name = _name(operation, api, blocks)
        try:
            blocks[name] = _checked(manifest_of(operation, name, api))
            notes[name] = tuple(operation.notes)
        except ForeignReferenceError as error:
            raise refused(error.pointer, error.message) from None
        except PartError as error:
            left_out.append((operation.id, f"{error.message} ({error.pointer})"))
    if not blocks:
        told = [Problem("/paths", f"{what}: {why}") for what, why in left_out[:20]]
        none = [Problem("/paths", "the document has no operation that could become a block")]
        raise InvalidError("the document cannot be imported", problems=told or none)
    left_out += [(name, "it is not called, but calls others") for name in _calling(document)]
    return Imported(pack=_pack(api), blocks=blocks, notes=notes, left_out=tuple(left_out))


def _api(document: dict[str, Any], publisher: str, licence: str) -> Api:
    info = Part(document, "", document).part("info") if _has_info(document) else None
    title = shortened(info.text("title"), 60) if info else ""
    stated = info.part("license") if info and isinstance(info.fields.get("license"), dict) else None
    named = (stated.text("identifier") or stated.text("name")) if stated else ""
    return Api(
        document=document,
        title=title or "Imported API",
        version=version_of(info.text("version") if info else ""),
        publisher=publisher,
        licence=licence or _KNOWN.get(named.lower(), UNSTATED),
    )


def _has_info(document: dict[str, Any]) -> bool:
    return isinstance(document.get("info"), dict)


def _pack(api: Api) -> dict[str, Any]:
    return {
        "pack": 1,
        "id": f"{api.publisher}.{slug(api.title)}",
        "version": api.version,
        "title": api.title,
        "summary": shortened(f"Blocks that call {api.title}, made from its OpenAPI document", 200),
        "publisher": api.publisher,
        "licence": api.licence,
    }


def _chosen(
    operations: list[Operation], select: Sequence[str]
) -> tuple[list[Operation], list[tuple[str, str]]]:
    """Choose operations; those that others call on us are left out unless they are named."""
    known = {name for one in operations for name in (one.id, *one.part.texts("tags"))}
    unknown = [name for name in select if name not in known]
    if unknown:
        listed = ", ".join(sorted(known)[:20])
        raise refused("/paths", f"{unknown[0]} is no tag or operation: there are {listed}")
    chosen, left_out = [], []
    for one in operations:
        names = {one.id, *one.part.texts("tags")}
        if select:
            if names & set(select):
                chosen.append(one)
        elif _is_listener(one):
            left_out.append((one.id, "others call it: it is an address to serve, not to call"))
        else:
            chosen.append(one)
    left_out += [(one.id, f"over {OPERATIONS_MAX}: select") for one in chosen[OPERATIONS_MAX:]]
    return chosen[:OPERATIONS_MAX], left_out


def _is_listener(operation: Operation) -> bool:
    tags = " ".join(operation.part.texts("tags")).lower()
    return operation.path.startswith(("/listener/", "/listen/")) or "notification listener" in tags


def _name(operation: Operation, api: Api, taken: Mapping[str, Any]) -> str:
    prefix = slug(api.title).removesuffix("-api").removesuffix("-management")
    name = slug(operation.id, prefix=prefix)
    if name in taken:
        name = f"{name[:33].rstrip('-')}-{mark(f'{operation.method} {operation.path}')}"
    return name


def _checked(manifest: dict[str, Any]) -> dict[str, Any]:
    problems = manifest_problems(manifest)
    if problems:
        first = problems[0]
        raise PartError(first.pointer, f"no manifest comes of it: {first.message}")
    return manifest


def _calling(document: dict[str, Any]) -> Iterator[str]:
    webhooks = document.get("webhooks")
    yield from webhooks if isinstance(webhooks, dict) else ()
