"""Where the vendor's name can be read in an answer: in shown text, in attributes, in files.

What counts is whatever a person reads or hears. What does not: identifiers that stand for
something and are shown under its title, such as `garland.wait` in an address, in the value of a
choice, in the data of a script, and in what another installation must read: files, and documents
that a page shows as source (`pre`, `code`, `textarea`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from typing_extensions import override

VENDOR = re.compile(r"garland", re.IGNORECASE)
IDENTIFIER = re.compile(
    r"garland\.[a-z0-9][a-z0-9._-]*"  # a block or a pack
    r"|\"garland\": ?\"[^\"]*\""  # what kind of file it is
    r"|\"garland\"(?=[,:])"  # the same, as a schema names it
    r"|\"publisher\": ?\"garland\""
    r"|(?:xmlns:)?garland[:=]"  # names of an XML namespace
    r"|urn:garland:[a-z0-9:.-]+"
)
READ = ("alt", "title", "placeholder", "label", "content", "data-label", "download")
"""Attributes that people read; and all that begin with `aria-`, but those that name an id."""
NAMES_IDS = ("aria-controls", "aria-labelledby", "aria-describedby", "aria-owns", "aria-details")
SOURCE = ("pre", "code", "textarea")
SCRIPTS_DATA = "application/json"


class _Reader(HTMLParser):
    """Gathers what can be read of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []
        self._inside: list[str] = []
        self._source = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in ("script", "style"):
            self._inside.append(facts.get("type") or tag)
        self._source += tag in SOURCE
        for name, value in attrs:
            spoken = name.startswith("aria-") and name not in NAMES_IDS
            typed = name == "value" and tag == "input" and facts.get("type") in (None, "text")
            if value and (name in READ or spoken or typed):
                self.read.append(value)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style") and self._inside:
            self._inside.pop()
        self._source -= tag in SOURCE

    @override
    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.read.append(IDENTIFIER.sub("", data) if self._source else data)
        elif self._inside[-1] == SCRIPTS_DATA:
            self.read += (IDENTIFIER.sub("", one) for one in _texts(json.loads(data)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str) and value != "garland":
        yield value


def words_in_page(html: str) -> list[str]:
    """List what says the vendor's name on a page, each with a little of what stands round it."""
    reader = _Reader()
    reader.feed(html)
    return _found(reader.read)


def words_in_file(text: str) -> list[str]:
    """List what says it in a file, an answer for programs, a mail or a header."""
    return _found([IDENTIFIER.sub("", text)])


def _found(texts: list[str]) -> list[str]:
    return [
        " ".join(text[max(0, one.start() - 60) : one.end() + 60].split())
        for text in texts
        for one in VENDOR.finditer(text)
    ]
