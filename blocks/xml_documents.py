"""Reading XML that others wrote: no document type, so no entities; bounded in depth and number.

For the messages of NETCONF, which may hold no document type (RFC 6241, 3). Names are local: the
prefix is a matter between the document and its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

DEPTH_MAX = 100
ELEMENTS_MAX = 200_000


class XmlError(Exception):
    """It is no XML that is taken; the message says why."""


@dataclass(slots=True)
class Element:
    """One element.

    Attributes:
        name: Without prefix.
        attributes: As they are written, namespaces among them.
        text: Of its own, without that of what lies inside.
        inside: Where its content begins and ends, in bytes.
    """

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)
    inside: tuple[int, int] = (0, 0)

    def all(self, name: str) -> Iterator[Element]:
        """Give the children of a name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Element | None:
        """Give the first child of a name, None when there is none."""
        return next(self.all(name), None)

    def said(self, name: str) -> str:
        """Give the text of a child; "" when there is none."""
        found = self.first(name)
        return " ".join(found.text.split()) if found is not None else ""


def read_xml(document: bytes) -> Element:
    """Read a document.

    Raises:
        XmlError: it is none, or holds a document type or a processing instruction, or is too deep.

    >>> read_xml(b"<a x='1'><b>c</b></a>").said("b")
    'c'
    """
    reader = _Reader(document)
    try:
        reader.parser.Parse(document, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise XmlError(f"{reason}, in line {error.lineno}") from None
    return reader.root


def plain(element: Element) -> Any:
    """Give an element as plain data: a text, or an object; what is repeated is a list.

    >>> plain(read_xml(b"<a><b>1</b><b>2</b><c/></a>"))
    {'b': ['1', '2'], 'c': ''}
    """
    if not element.children:
        return element.text.strip()
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for child in element.children:
        value = plain(child)
        if child.name not in found:
            found[child.name] = value
        elif child.name in repeated:
            found[child.name].append(value)
        else:
            repeated.add(child.name)
            found[child.name] = [found[child.name], value]
    return found


class _Reader:
    """Builds elements as expat meets them."""

    def __init__(self, document: bytes) -> None:
        self.root = Element("")
        self._document = document
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_type
        self.parser.ProcessingInstructionHandler = self._refuse_instruction

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEPTH_MAX or self._count > ELEMENTS_MAX:
            raise XmlError(f"it is over {DEPTH_MAX} deep, or has over {ELEMENTS_MAX:,} elements")
        begins = self._document.find(b">", self._tag_end()) + 1
        made = Element(name.rpartition(":")[2], attributes, inside=(begins, begins))
        if self._open:
            self._open[-1].children.append(made)
        else:
            self.root = made
        self._open.append(made)
        self._texts.append([])

    def _tag_end(self) -> int:
        """Give a place inside the tag that begins here, behind its last attribute's value."""
        at, quote = self.parser.CurrentByteIndex, 0
        while at < len(self._document):
            sign = self._document[at]
            if quote:
                quote = 0 if sign == quote else quote
            elif sign in b"\"'":
                quote = sign
            elif sign == ord(">"):
                break
            at += 1
        return at

    def _end(self, _name: str) -> None:
        made = self._open.pop()
        made.text = "".join(self._texts.pop())
        ends = self.parser.CurrentByteIndex
        made.inside = (made.inside[0], max(ends, made.inside[0]))

    def _text(self, text: str) -> None:
        self._texts[-1].append(text)

    def _refuse_type(self, *_facts: Any) -> None:
        raise XmlError("it has a document type (<!DOCTYPE …>): remove that")

    def _refuse_instruction(self, *_facts: Any) -> None:
        raise XmlError("it has a processing instruction (<? … ?>): remove that")
