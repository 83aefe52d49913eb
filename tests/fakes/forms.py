"""A browser's part in a form: what it would send of the controls in a page."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from typing_extensions import override
from werkzeug.datastructures import MultiDict

from blocks.forms import Field

ROOT = Path(__file__).parents[2]


class _Controls(HTMLParser):
    """Gathers names and values as HTML's form submission does, buttons left out."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[str, list[str]] | None = None

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        name, value = facts.get("name") or "", facts.get("value") or ""
        if tag == "input":
            picked = facts.get("type") not in ("checkbox", "radio") or "checked" in facts
            if picked:
                self.sent.append((name, value.replace("\n", "")))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in facts))
        elif tag == "textarea":
            self._area = (name, [])

    @override
    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = [value for value, picked in self._options if picked]
            self.sent.append((self._select, (chosen or [self._options[0][0]])[-1]))
            self._select = None
        elif tag == "textarea" and self._area:
            name, parts = self._area
            text = "".join(parts).removeprefix("\n")
            self.sent.append((name, text.replace("\n", "\r\n")))
            self._area = None


def render_form(fields: list[Field]) -> str:
    """Draw fields with the real macros, set up as the application sets them up."""
    return _template().render(fields=fields)


def submit(html: str, **changed: str) -> MultiDict[str, str]:
    """Send a page's controls, some of them changed by hand (`__` stands for `/`)."""
    controls = _Controls()
    controls.feed(html)
    form = MultiDict(controls.sent)
    for name, value in changed.items():
        form[name.replace("__", "/")] = value
    return form


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["url_for"] = lambda _endpoint, filename: f"/static/{filename}"
    return environment.from_string(
        '{% from "ui/schema_form.html" import schema_fields %}{{ schema_fields(fields) }}'
    )
