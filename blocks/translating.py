"""A manifest in another language: which of its texts may be translated, and how it then reads.

A translation is a mapping from JSON Pointers into the manifest to texts. It may stand in the
manifest under `i18n`, or in a file `i18n/<language>.json` beside it. Names, codes and values are
never translated: workflows and code hold on to them.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from blocks._profile import subschemas
from kernel.errors import InvalidError, Problem
from kernel.schema import path_of, pointer_to

Texts = Mapping[str, str]

_LIMITS = {"title": 60, "summary": 200, "reason": 200, "text": 300, "description": 400}
_LONGER = 1.5
"""A translation may be half as long again as the original may: German and French are."""


def texts_of(document: Mapping[str, Any]) -> dict[str, str]:
    """List the texts of a manifest that people read, by JSON Pointer.

    >>> texts_of({"title": "Probe", "config": {"properties": {"a": {"title": "A"}}}})
    {'/title': 'Probe', '/config/properties/a/title': 'A'}
    """
    found = dict(_texts(document, (), ("title", "summary")))
    for name in ("config", "input"):
        found |= dict(_schema_texts(document.get(name, {}), (name,)))
    for name, fields in _LISTS.items():
        for index, entry in enumerate(document.get(name, ())):
            found |= dict(_texts(entry, (name, index), fields))
    found |= {f"/breaking/{at}": text for at, text in enumerate(document.get("breaking", ()))}
    return found


def translation_problems(document: Mapping[str, Any], texts: Texts) -> list[Problem]:
    """List what keeps texts from being a translation of a manifest; pointers are into `texts`."""
    known = texts_of(document)
    return [
        Problem(pointer_to([pointer]), message)
        for pointer, text in texts.items()
        for message in _text_problems(known, pointer, text)
    ]


def untranslated(document: Mapping[str, Any], texts: Texts) -> list[str]:
    """List the pointers of a manifest's texts that a translation leaves out."""
    return [pointer for pointer in texts_of(document) if pointer not in texts]


def translated(document: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    """Return the manifest with the texts put in; what is not translated stays as it is."""
    made: dict[str, Any] = copy.deepcopy(dict(document))
    known = texts_of(document)
    for pointer, text in texts.items():
        if pointer in known:
            *path, last = path_of(pointer)
            holder: Any = made
            for part in path:
                holder = holder[int(part)] if isinstance(holder, list) else holder[part]
            holder[int(last) if isinstance(holder, list) else last] = text
    return made


def files_in(folder: Path) -> dict[str, bytes]:
    """Read the translations that lie beside a manifest, by the names they have in a package."""
    return {f"i18n/{file.name}": file.read_bytes() for file in (folder / "i18n").glob("*.json")}


def with_files(document: Any, files: Mapping[str, bytes]) -> Any:
    """Put the files `i18n/<language>.json` into the manifest, where they are checked with it.

    Raises:
        InvalidError: a file is no JSON, or a language is in the manifest as well.
    """
    named = {found[1]: name for name in sorted(files) if (found := _FILE.fullmatch(name))}
    if not named or not isinstance(document, dict):
        return document
    texts = {language: _read_texts(name, files[name]) for language, name in named.items()}
    inside = document.get("i18n")
    twice = sorted(texts.keys() & inside.keys()) if isinstance(inside, dict) else []
    if twice:
        problems = [Problem(f"/i18n/{name}", f"{name} has a file too: keep one") for name in twice]
        raise InvalidError("a translation is there twice", problems=problems)
    return {**document, "i18n": {**(inside or {}), **texts}}


def choose_language(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """Choose the best language offered; "" when the original is, or none fits.

    Args:
        wanted: Tags (BCP 47) in order of preference, as of Accept-Language.
        offered: Of the translations there are. The original is English.

    >>> choose_language(["de-CH", "en"], ["fr", "de"]), choose_language(["en", "de"], ["de"])
    ('de', '')
    """
    by_tag = {tag.casefold(): tag for tag in offered}
    for tag in (tag.casefold() for tag in wanted):
        if tag in by_tag:
            return by_tag[tag]
        base = tag.split("-")[0]
        if base in by_tag:
            return by_tag[base]
        if base == "en":
            return ""
    return ""


_FILE = re.compile(r"i18n/([^/]+)\.json")
_LISTS = {
    "outputs": ("title",),
    "permissions": ("reason",),
    "secrets": ("title", "reason"),
    "errors": ("text",),
    "examples": ("title",),
}


def _texts(
    holder: Mapping[str, Any], path: tuple[str | int, ...], names: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for name in names:
        if isinstance(holder.get(name), str):
            yield pointer_to((*path, name)), holder[name]


def _schema_texts(schema: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    if not isinstance(schema, Mapping):
        return
    yield from _texts(schema, path, ("title", "description"))
    for index, choice in enumerate(schema.get("oneOf") or ()):
        yield from _texts(choice, (*path, "oneOf", index), ("title", "description"))
    for step, part in subschemas(schema):
        yield from _schema_texts(part, (*path, *step))


def _text_problems(known: Texts, pointer: str, text: str) -> Iterator[str]:
    if pointer not in known:
        yield f"{pointer} is no text that people read: name one, such as /title"
        return
    if not text.strip():
        yield f"{pointer} is blank: translate it or leave it out"
    limit = int(max(_LIMITS.get(path_of(pointer)[-1], 0), len(known[pointer])) * _LONGER)
    if len(text) > limit:
        yield f"{pointer} has {len(text)} characters: at most {limit}, as the page has room for"


def _read_texts(name: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        problems = [Problem(f"/{name.removesuffix('.json')}", f"{name} is not JSON: {error}")]
        raise InvalidError("a translation cannot be read", problems=problems) from None
