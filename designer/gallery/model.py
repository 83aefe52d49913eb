"""A template: a workflow with what belongs to it, and the few things a person has to say.

A template holds whole documents as they would be saved, filled with its defaults. What a person
fills in is put at places, JSON Pointers into the template; text is never pasted into text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocks.forms import can_show
from kernel.errors import InvalidError, Problem
from kernel.schema import Schema, path_of

TEMPLATE_FILE = "template.json"
CATEGORIES: Mapping[str, str] = {
    "resource-trouble": "Resource trouble management",
    "resource-performance": "Resource performance management",
    "resource-provisioning": "Resource provisioning",
    "service-problem": "Service problem management",
    "service-quality": "Service quality management",
    "service-activation": "Service configuration and activation",
    "order-handling": "Order handling",
    "problem-handling": "Customer problem handling",
    "security": "Security management",
    "other": "Other",
}
"""Processes of TM Forum's business process framework (GB921), in its words."""
PARTS = ("flow", "rules", "tables", "calendars")
_text = {"type": "string", "minLength": 1}
_documents = {"type": "array", "maxItems": 20, "items": {"type": "object"}}
TEMPLATE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Template of a workflow",
    "type": "object",
    "required": ["template", "title", "summary", "category", "parameters", "places", "flow"],
    "additionalProperties": False,
    "properties": {
        "template": {"const": 1},
        "title": {**_text, "maxLength": 80},
        "summary": {**_text, "maxLength": 300},
        "helps": {"type": "string", "maxLength": 300},
        "category": {"enum": list(CATEGORIES)},
        "event_type": {"type": "string", "maxLength": 60},
        "keywords": {"type": "array", "maxItems": 30, "items": {**_text, "maxLength": 60}},
        "story": {"type": "array", "maxItems": 30, "items": {**_text, "maxLength": 400}},
        "parameters": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"const": "object"}},
        },
        "places": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "maxItems": 50,
                "items": {"type": "string", "pattern": f"^/({'|'.join(PARTS)})/"},
            },
        },
        "flow": {"type": "object"},
        "rules": _documents,
        "tables": _documents,
        "calendars": _documents,
        "trials": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "required": ["title"],
                "additionalProperties": False,
                "properties": {
                    "title": {**_text, "maxLength": 120},
                    "sample": {"type": "string", "maxLength": 60},
                    "trigger": {"type": "string", "maxLength": 60},
                    "given": {"type": "object"},
                    "answers": {"type": "object"},
                    "path": {"type": "array", "items": {"type": "string"}},
                    "state": {"enum": ["succeeded", "failed"]},
                },
            },
        },
    },
}
_SCHEMA = Schema(TEMPLATE_SCHEMA)


class TemplateError(InvalidError):
    """The document is no template; `problems` say where and why."""

    code = "template.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A way through the workflow that can be shown before anything is made.

    Attributes:
        sample: Which made-up alarm starts it.
        trigger: Which trigger; "" is the first.
        given: What a trigger that is no rule gives: `input`, `body` and so on.
        answers: What steps come to where others answer; see `runtime.rehearsal.answers`.
        path: Each step and the port it leaves by, as a test finds it.
    """

    title: str
    sample: str = ""
    trigger: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    path: Sequence[str] = ()
    state: str = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template.

    Attributes:
        key: How its page is addressed.
        origin: Where it is from: "" comes with Garland, else what people are told.
        pack: The pack that brings it, "" for none.
        helps: Who it helps, and with what.
        event_type: Which of X.733's kinds of alarm it is about, "" for none.
        story: What happens, step by step.
        places: By parameter, where its value is put.
    """

    key: str
    document: Mapping[str, Any]
    title: str
    summary: str
    category: str
    helps: str = ""
    event_type: str = ""
    keywords: Sequence[str] = ()
    story: Sequence[str] = ()
    parameters: Mapping[str, Any]
    places: Mapping[str, Sequence[str]]
    trials: Sequence[Trial] = ()
    origin: str = ""
    pack: str = ""

    @property
    def flow(self) -> Mapping[str, Any]:
        """Give the workflow, filled with the defaults."""
        flow: Mapping[str, Any] = self.document["flow"]
        return flow

    def parts(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Give its `rules`, `tables` or `calendars`."""
        found: Sequence[Mapping[str, Any]] = self.document.get(name, ())
        return found

    @property
    def category_title(self) -> str:
        """Give the category in words."""
        return CATEGORIES[self.category]

    def is_about(self, q: str) -> bool:
        """Tell whether each word of a search stands somewhere in what is said of it."""
        said = [self.title, self.summary, self.helps, self.category_title, self.event_type]
        text = " ".join([*said, *self.keywords, *self.story, self.origin]).lower()
        return all(word in text for word in q.lower().split())


def parse_template(document: Any, *, key: str, origin: str = "", pack: str = "") -> Template:
    """Read a template.

    Raises:
        TemplateError: it is none; what the workflow in it says is checked when it is used.
    """
    problems = _SCHEMA.problems(document) or _problems(document)
    if problems:
        raise TemplateError("this is no template that can be used", problems=problems)
    known = ("title", "summary", "category", "helps", "event_type", "keywords", "story")
    return Template(
        key=key,
        document={part: document[part] for part in PARTS if part in document},
        parameters=document["parameters"],
        places=document["places"],
        trials=tuple(Trial(**one) for one in document.get("trials", ())),
        origin=origin,
        pack=pack,
        **{name: document[name] for name in known if name in document},
    )


def _problems(document: Mapping[str, Any]) -> list[Problem]:
    """List what the schema cannot say: each parameter has a place and is one a form can show."""
    parameters = document["parameters"]
    names = parameters.get("properties", {})
    if names and not can_show(parameters):
        return [Problem("/parameters", "parameters: use only what a form can show")]
    found = []
    for name in sorted({*names, *document["places"]}):
        if name not in names:
            told = f"{name} has places and is no parameter"
            found.append(Problem(f"/places/{name}", told))
        elif name not in document["places"]:
            told = f"{name} is put nowhere: give it a place"
            found.append(Problem(f"/parameters/properties/{name}", told))
    for name, pointers in document["places"].items():
        for at, pointer in enumerate(pointers):
            if not _leads_somewhere(document, path_of(pointer)[:-1]):
                told = f"{name}: there is nothing at {pointer}"
                found.append(Problem(f"/places/{name}/{at}", told))
    return found


def _leads_somewhere(held: Any, path: Sequence[str]) -> bool:
    """Tell whether a path leads to something a value can be put into; connections may be new."""
    for at, part in enumerate(path):
        if isinstance(held, Mapping) and part in held:
            held = held[part]
        elif isinstance(held, list) and part.isdecimal() and int(part) < len(held):
            held = held[int(part)]
        else:
            return part == "connections" and at == len(path) - 1 and isinstance(held, Mapping)
    return isinstance(held, dict | list)
