"""The parts of an overlay as JSON: read with a problem for each field, and written again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from blocks.licences import licence_problem
from blocks.presets import Hold, Preset
from blocks.quality import Level
from kernel.errors import InvalidError, Problem
from marketplace.catalogue.documents import (
    BUNDLE,
    ENTRY,
    HOLDS,
    KEY_MAX,
    KEY_SCHEMA,
    LISTING_ID_SCHEMA,
    PRIVATE,
    RULE,
)
from marketplace.catalogue.overlay import About, Audience, Bundle, Effect, Entry, Rule, Whom


def require_key(key: str) -> None:
    """Refuse a name of a rule or bundle that makes no address; raises InvalidError."""
    if not KEY_SCHEMA.accepts(key):
        message = f"key: up to {KEY_MAX} small letters, digits and hyphens, as no-ssh"
        raise InvalidError(message, problems=[Problem("/key", message)])


def require_listing_id(listing_id: str) -> None:
    """Refuse what cannot be the id of a listing; raises InvalidError."""
    if not LISTING_ID_SCHEMA.accepts(listing_id):
        message = "listing: the id of a block or pack, as acme.lamp"
        raise InvalidError(message, problems=[Problem("/listing", message)])


def read_rule(key: str, document: Any) -> Rule:
    """Read a rule; raises InvalidError naming each field that cannot be taken."""
    require_key(key)
    RULE.require(document, "this rule cannot be kept so")
    about = About(document["about"])
    values = frozenset(document["values"])
    _refuse("this rule cannot be kept so", _value_problems(about, values))
    return Rule(
        key=key,
        effect=Effect(document["effect"]),
        about=about,
        values=values,
        note=document.get("note", "").strip(),
    )


def read_entry(listing_id: str, document: Any) -> Entry:
    """Read what is said of one listing; raises InvalidError as `read_rule`."""
    require_listing_id(listing_id)
    refusal = "this offer cannot be kept so"
    ENTRY.require(document, refusal)
    presets = tuple(_preset(one) for one in document.get("presets", ()))
    problems = _audience_problems(document.get("audience"))
    _refuse(refusal, [*problems, *_preset_problems(presets), *_version_problems(document)])
    return Entry(
        listing_id=listing_id,
        title=document.get("title", "").strip(),
        summary=document.get("summary", "").strip(),
        pin=document.get("pin", ""),
        ceiling=document.get("ceiling", ""),
        takes_beta=document.get("takes_beta"),
        presets=tuple(sorted(presets, key=lambda one: one.name)),
        audience=_audience(document.get("audience")),
    )


def read_bundle(key: str, document: Any) -> Bundle:
    """Read a bundle; raises InvalidError as `read_rule`."""
    require_key(key)
    refusal = "this bundle cannot be kept so"
    BUNDLE.require(document, refusal)
    title = document["title"].strip()
    problems = [] if title else [Problem("/title", "title: say what the bundle is called")]
    _refuse(refusal, [*problems, *_audience_problems(document.get("audience"))])
    return Bundle(
        key=key,
        title=title,
        words=document.get("words", "").strip(),
        members=frozenset(document["members"]),
        audience=_audience(document.get("audience")),
    )


def read_private(listing_id: str, document: Any) -> frozenset[str]:
    """Read of which packages a private block is made; raises InvalidError as `read_rule`."""
    require_listing_id(listing_id)
    PRIVATE.require(document, "this block cannot be offered so")
    return frozenset(document["digests"])


def rule_document(rule: Rule) -> dict[str, Any]:
    """Write a rule as `read_rule` reads it."""
    return {
        "effect": rule.effect.value,
        "about": rule.about.value,
        "values": sorted(rule.values),
        "note": rule.note,
    }


def entry_document(entry: Entry) -> dict[str, Any]:
    """Write an entry as `read_entry` reads it."""
    return {
        "title": entry.title,
        "summary": entry.summary,
        "pin": entry.pin,
        "ceiling": entry.ceiling,
        "takes_beta": entry.takes_beta,
        "presets": [preset_document(one) for one in entry.presets],
        "audience": audience_document(entry.audience),
    }


def bundle_document(bundle: Bundle) -> dict[str, Any]:
    """Write a bundle as `read_bundle` reads it."""
    return {
        "title": bundle.title,
        "words": bundle.words,
        "members": sorted(bundle.members),
        "audience": audience_document(bundle.audience),
    }


def preset_document(preset: Preset) -> dict[str, Any]:
    """Write a preset; `value` is left out where there is none."""
    said = {"name": preset.name, "hold": preset.hold.name.lower()}
    return {**said, "value": preset.value} if preset.has_value else said


def audience_document(audience: Audience) -> dict[str, Any]:
    """Write to whom something is offered."""
    return {
        "whom": audience.whom.value,
        "plan_ids": sorted(map(str, audience.plans)),
        "customer_ids": sorted(map(str, audience.customers)),
    }


def _preset(document: Mapping[str, Any]) -> Preset:
    return Preset(
        name=document["name"],
        hold=HOLDS[document["hold"]],
        has_value="value" in document,
        value=document.get("value"),
    )


def _audience(document: Mapping[str, Any] | None) -> Audience:
    if document is None:
        return Audience()
    return Audience(
        whom=Whom(document["whom"]),
        plans=frozenset(UUID(one) for one in document.get("plan_ids", ())),
        customers=frozenset(UUID(one) for one in document.get("customer_ids", ())),
    )


def _value_problems(about: About, values: Iterable[str]) -> list[Problem]:
    """Name the values that a rule of that kind could never meet."""
    ordered = sorted(values)
    if about is About.QUALITY:
        words = [one.word for one in Level if one]
        fits = len(ordered) == 1 and ordered[0] in words
        told = f"values: one of {', '.join(words)}"
        return [] if fits else [Problem("/values", told)]
    if about is About.BLOCK:
        wrong = [one for one in ordered if not LISTING_ID_SCHEMA.accepts(one)]
        return [Problem("/values", f"values: {one} is no id, as acme.lamp is") for one in wrong]
    if about is About.LICENCE:
        told_of = [licence_problem(one) for one in ordered]
        return [Problem("/values", f"values: {told}") for told in told_of if told]
    return []


def _preset_problems(presets: Iterable[Preset]) -> list[Problem]:
    found, names = [], set()
    for index, one in enumerate(presets):
        if one.name in names:
            told = f"name: {one.name} is there twice: keep one"
            found.append(Problem(f"/presets/{index}/name", told))
        if one.hold is Hold.SUGGESTED and not one.has_value:
            told = "value: say what is suggested"
            found.append(Problem(f"/presets/{index}/value", told))
        names.add(one.name)
    return found


def _version_problems(document: Mapping[str, Any]) -> list[Problem]:
    if document.get("pin") and document.get("ceiling"):
        return [Problem("/ceiling", "ceiling: a version is pinned already: keep one of the two")]
    return []


def _audience_problems(document: Mapping[str, Any] | None) -> list[Problem]:
    wanted: dict[Enum, tuple[str, str]] = {
        Whom.PLAN: ("plan_ids", "name at least one plan"),
        Whom.NAMED: ("customer_ids", "name at least one customer"),
    }
    whom = Whom(document["whom"]) if document is not None else Whom.ALL
    if document is None or whom not in wanted or document.get(wanted[whom][0]):
        return []
    field, told = wanted[whom]
    return [Problem(f"/audience/{field}", f"{field}: {told}")]


def _refuse(message: str, problems: list[Problem]) -> None:
    if problems:
        raise InvalidError(message, problems=problems)
