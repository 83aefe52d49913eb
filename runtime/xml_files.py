"""XML read without any of its dangers: no document type, no entities, all of it bounded.

Expat reads it; a document type is refused where it begins, so that nothing can be declared, and
nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from kernel.errors import InvalidError, Problem

SIZE_MAX_BYTES = 2_000_000
DEPTH_MAX = 40
ELEMENTS_MAX = 100_000
_ESCAPED = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Element:
    """One element: names are `namespace name`, or the bare name where it has none."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        """Give the name without its namespace."""
        return self.name.rpartition(" ")[2]

    @property
    def namespace(self) -> str:
        """Give the namespace, "" where it has none."""
        return self.name.rpartition(" ")[0]

    def all(self, local: str) -> Iterator[Element]:
        """Give the children of a name, in any namespace."""
        return (one for one in self.children if one.local == local)

    def first(self, local: str) -> Element | None:
        """Give the first child of a name."""
        return next(self.all(local), None)

    def said(self, local: str) -> str:
        """Give the text of the child of a name, trimmed; "" where there is none."""
        child = self.first(local)
        return child.text.strip() if child is not None else ""

    def walk(self) -> Iterator[Element]:
        """Give the element and everything below it."""
        yield self
        for one in self.children:
            yield from one.walk()


def read_xml(body: bytes, *, what: str, most: int = SIZE_MAX_BYTES) -> Element:
    """Read a document of at most so many bytes.

    Raises:
        InvalidError: it is too large or too deep, has too many elements, is no XML (with line
            and column), or has a document type.
    """
    if len(body) > most:
        raise _refusal(f"{what} is larger than {most:,} bytes: part it")
    reader = _Reader(what)
    try:
        reader.parser.Parse(body, True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise _refusal(
            f"{what} is no XML: {words}, line {error.lineno}, column {error.offset + 1}"
        ) from None
    except (ValueError, LookupError):
        raise _refusal(f"{what} is in an unknown encoding: save it as UTF-8") from None
    return reader.root


class _Reader:
    """Builds elements as expat meets them."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._open = [Element("", {}, 0)]
        self._texts: list[list[str]] = [[]]
        self._made = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take

    @property
    def root(self) -> Element:
        """Give the outermost element."""
        return self._open[0].children[0]

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEPTH_MAX:
            raise _refusal(f"{self._what} is nested more than {DEPTH_MAX} deep")
        self._made += 1
        if self._made > ELEMENTS_MAX:
            raise _refusal(f"{self._what} has more than {ELEMENTS_MAX:,} elements: part it")
        made = Element(name, attributes, self.parser.CurrentLineNumber)
        self._open[-1].children.append(made)
        self._open.append(made)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def _take(self, text: str) -> None:
        self._texts[-1].append(text)

    def _refuse(self, *_facts: object) -> None:
        raise _refusal(
            f"{self._what} has a document type (<!DOCTYPE …>), which is never read: take it away"
        )


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("", message)])


def write_element(
    name: str,
    attributes: Mapping[str, str] | None = None,
    *,
    text: str = "",
    children: tuple[str, ...] = (),
) -> str:
    """Write an element with text or children; what XML cannot hold becomes U+FFFD.

    >>> write_element("a", {"b": "<"}, text="x & y")
    '<a b="&lt;">x &amp; y</a>'
    """
    said = "".join(
        f" {key}={quoteattr(_writable(value), _ESCAPED)}"
        for key, value in (attributes or {}).items()
    )
    inner = escape(_writable(text), _ESCAPED)  # so that every line break is one between elements
    if children:
        inner = "\n" + "".join(f"{_indented(one)}\n" for one in children)
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _indented(element: str) -> str:
    return "\n".join(f"  {line}" for line in element.split("\n"))
