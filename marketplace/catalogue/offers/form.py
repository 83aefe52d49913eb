"""The form of an offer: what stands in it, and the document that it comes to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from blocks.forms import Field, form_fields, plain_fields, read_form
from blocks.forms.reading import Submitted
from blocks.presets import Hold, can_be_set
from kernel.errors import Problem
from kernel.schema import path_of, pointer_to
from marketplace.catalogue.choosing import Chosen, chosen_of, read_chosen
from marketplace.catalogue.overlay import Entry

AT = "/settings"
LEAVE = "leave"
NEWEST, PIN, CEILING = "newest", "pin", "ceiling"
BETAS: Mapping[bool | None, str] = {None: "", True: "yes", False: "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the form of an offer holds, whether or not it fits.

    Attributes:
        follows: Which version is offered: `NEWEST`, `PIN` or `CEILING`.
        version: The version for the last two.
        betas: `yes`, `no`, or "" as above.
        holds: How each setting is held, by name; what is left alone is not among them.
        values: The settings' values, by name.
    """

    title: str = ""
    summary: str = ""
    follows: str = NEWEST
    version: str = ""
    betas: str = ""
    holds: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    audience: Chosen = field(default_factory=Chosen)

    def document(self) -> dict[str, Any]:
        """Write it as `marketplace.catalogue.documents.ENTRY` takes it, settings by name."""
        presets = []
        for name, hold in sorted(self.holds.items()):
            value = {"value": self.values[name]} if name in self.values else {}
            presets.append({"name": name, "hold": hold, **value})
        return {
            "title": self.title,
            "summary": self.summary,
            "pin": self.version if self.follows == PIN else "",
            "ceiling": self.version if self.follows == CEILING else "",
            "takes_beta": {word: one for one, word in BETAS.items()}.get(self.betas),
            "presets": presets,
            "audience": self.audience.document(),
        }


def missing_version(sent: Sent) -> tuple[Problem, ...]:
    """Say that a version is wanted where one is to be pinned or held at, and none is named.

    >>> missing_version(Sent(follows=PIN))[0].pointer, missing_version(Sent(follows=NEWEST))
    ('/pin', ())
    """
    if sent.follows not in (PIN, CEILING) or sent.version:
        return ()
    told = "Choose a version here, or above that the highest is offered"
    return (Problem(pointer_to([sent.follows]), told),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as the form shows it.

    Attributes:
        hold: `leave`, or how it is held here.
        holds: What may be chosen of that; () where nothing may.
        field: Its control; None where the value is not this catalogue's to give.
        note: What else is to be known of it; "" for nothing.
        error: What is wrong that the control itself does not show.
    """

    name: str
    label: str
    hold: str
    holds: tuple[str, ...]
    field: Field | None
    note: str = ""
    error: str = ""


def sent_of(entry: Entry) -> Sent:
    """Fill the form with what is kept."""
    follows = PIN if entry.pin else CEILING if entry.ceiling else NEWEST
    return Sent(
        title=entry.title,
        summary=entry.summary,
        follows=follows,
        version=entry.pin or entry.ceiling,
        betas=BETAS[entry.takes_beta],
        holds={one.name: one.hold.name.lower() for one in entry.presets},
        values={one.name: one.value for one in entry.presets if one.has_value},
        audience=chosen_of(entry.audience),
    )


def read_sent(
    form: Submitted, config: Mapping[str, Any], kept: Entry, above: Mapping[str, Hold]
) -> Sent:
    """Read what was sent.

    Args:
        form: The form.
        config: The schema of the settings of the version that the form was made for.
        kept: What is kept of the listing: a setting that the schema no longer has keeps its value.
        above: Settings that were decided on above, which take no value from here.
    """
    schema = settings_schema(config, above)
    values = read_form(schema, form, at=AT)
    names = {*config.get("properties", {}), *(one.name for one in kept.presets)}
    holds = {name: _text(form, f"hold:{name}") for name in sorted(names)}
    for one in kept.presets:
        if one.name not in config.get("properties", {}) and one.has_value:
            values[one.name] = one.value
    return Sent(
        title=_text(form, "title"),
        summary=_text(form, "summary"),
        follows=_text(form, "follows") or NEWEST,
        version=_text(form, "version"),
        betas=_text(form, "betas"),
        holds={name: hold for name, hold in holds.items() if hold not in ("", LEAVE)},
        values=values,
        audience=read_chosen(form),
    )


def settings_schema(config: Mapping[str, Any], above: Collection[str] = ()) -> dict[str, Any]:
    """Give the schema of the settings that may be given a value: no secret, none of those above.

    None has to be given: what is left alone is the customer's.
    """
    found = {
        name: part
        for name, part in (config.get("properties") or {}).items()
        if name not in above and can_be_set(part)
    }
    schema = {**config, "properties": found}
    schema.pop("required", None)
    names = config.get("propertyNames") or {}
    if "enum" in names:
        order = [name for name in names["enum"] if name in found]
        schema["propertyNames"] = {**names, "enum": order}
    return schema


def shown_settings(
    config: Mapping[str, Any],
    sent: Sent,
    problems: Iterable[Problem],
    above: Mapping[str, Hold],
) -> list[Setting]:
    """List the settings with their controls, in the order of the block's own form.

    `problems` point into the settings by name: `/host`.
    """
    told = list(problems)
    fields = plain_fields(
        form_fields(settings_schema(config, above), sent.values, told, at=AT)
    )  # fmt: skip
    by_name = {path_of(one.pointer)[0]: one for one in fields}
    ordered = [*by_name, *(one for one in config.get("properties", {}) if one not in by_name)]
    ordered += [one for one in sorted(sent.holds) if one not in ordered]
    by_pointer = {one.pointer: one.message for one in told}
    return [
        Setting(
            name=name,
            label=by_name[name].label if name in by_name else _label(config, name),
            hold=sent.holds.get(name, LEAVE),
            holds=_holds(sent.holds.get(name, LEAVE), name in by_name, name in above),
            field=by_name.get(name),
            note=_note(name, config, above),
            error="" if name in by_name else by_pointer.get(pointer_to([name]), ""),
        )
        for name in ordered
    ]


def by_setting(problems: Iterable[Problem], document: Mapping[str, Any]) -> list[Problem]:
    """Point problems of presets at the settings that they are about: `/settings/host`.

    >>> by_setting([Problem("/presets/0/value", "x")], {"presets": [{"name": "host"}]})[0].pointer
    '/settings/host'
    """
    found = []
    for one in problems:
        path = path_of(one.pointer)
        if path[:1] == ["presets"] and path[1:2] and path[1].isdecimal():
            name = document["presets"][int(path[1])]["name"]
            inner = path[3:] if path[2:3] == ["value"] else []
            found.append(replace(one, pointer=AT + pointer_to([name, *inner])))
        else:
            found.append(one)
    return found


def _holds(hold: str, has_field: bool, is_above: bool) -> tuple[str, ...]:  # noqa: FBT001  two facts
    """Say how a setting may be held: without a value of one's own it can only be hidden."""
    if has_field:
        return (LEAVE, *(one.name.lower() for one in Hold))
    if is_above:
        return tuple(dict.fromkeys((LEAVE, Hold.HIDDEN.name.lower(), hold)))
    return (LEAVE, hold) if hold != LEAVE else ()


def _note(name: str, config: Mapping[str, Any], above: Mapping[str, Hold]) -> str:
    if name in above:
        return f"It was decided on above you, and is {above[name].name.lower()} already."
    part = config.get("properties", {}).get(name)
    if part is None:
        return "This version has no such setting: leave it to the customer, and it is gone."
    return "" if can_be_set(part) else "It is a secret: it belongs into a connection."


def _label(config: Mapping[str, Any], name: str) -> str:
    part = config.get("properties", {}).get(name) or {}
    return str(part.get("title") or name.replace("_", " ").capitalize())


def _text(form: Submitted, name: str) -> str:
    return (form.getlist(name) or [""])[-1].strip()
