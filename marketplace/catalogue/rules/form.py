"""The form of a rule: what stands in it, its document, and a rule in words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from blocks.forms.reading import Submitted
from blocks.quality import Level
from kernel.errors import InvalidError, Problem
from kernel.ids import slugify
from marketplace.catalogue.documents import KEY_MAX
from marketplace.catalogue.overlay import CONNECTION, About, Effect, Rule
from marketplace.search.entries import ABILITIES

LEVELS = tuple(one.word for one in Level if one)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "permission": "What it asks for",
        "quality": "Its quality level",
        "licence": "Its licence",
        "publisher": "Its publisher",
        "block": "Single blocks",
    }
)
HELP: Mapping[str, str] = MappingProxyType(
    {
        "permission": "A rule that refuses is about what asks for one of these, one that allows "
        "about what asks for nothing else.",
        "quality": "One level. A rule that refuses is about what is below it, one that allows "
        "about what has it or a higher one.",
        "licence": "One a line, as SPDX writes them: GPL-3.0-only. Of a choice of licences one "
        "that fits is enough.",
        "publisher": "One a line: what their blocks' ids begin with, as acme.",
        "block": "One id a line, as acme.lamp. Such a rule goes before all others.",
    }
)
PERMISSIONS: Mapping[str, str] = MappingProxyType({**ABILITIES, CONNECTION: "Use a connection"})
_SAID: Mapping[tuple[About, Effect], str] = MappingProxyType(
    {
        (About.PERMISSION, Effect.REFUSE): "Refuses what asks for {any}",
        (About.PERMISSION, Effect.ALLOW): "Allows what asks for nothing but {all}",
        (About.QUALITY, Effect.REFUSE): "Refuses what is below {all}",
        (About.QUALITY, Effect.ALLOW): "Allows what is {all} or better",
        (About.LICENCE, Effect.REFUSE): "Refuses what cannot be used without {any}",
        (About.LICENCE, Effect.ALLOW): "Allows what can be used under {any}",
        (About.PUBLISHER, Effect.REFUSE): "Refuses what is by {any}",
        (About.PUBLISHER, Effect.ALLOW): "Allows what is by {any}",
        (About.BLOCK, Effect.REFUSE): "Refuses {all}, whatever other rules say",
        (About.BLOCK, Effect.ALLOW): "Allows {all}, whatever other rules say",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the form of a rule holds.

    Attributes:
        was: The key of the rule that is changed; "" for a new one.
        permissions: Of a rule on what is asked for, words of `PERMISSIONS`.
        lines: Of other rules what they are about, one a line; of a level of quality the one word.
    """

    was: str = ""
    key: str = ""
    effect: str = Effect.REFUSE.value
    about: str = About.PERMISSION.value
    permissions: tuple[str, ...] = ()
    lines: str = ""
    level: str = LEVELS[0]
    note: str = ""

    @property
    def values(self) -> list[str]:
        """List what it is about, each once."""
        if self.about == About.QUALITY.value:
            return [self.level]
        if self.about == About.PERMISSION.value:
            return list(dict.fromkeys(self.permissions))
        found = (one.strip() for one in self.lines.replace(",", "\n").splitlines())
        return list(dict.fromkeys(one for one in found if one))

    @property
    def name(self) -> str:
        """Give the key; where none is given, one of what the rule says."""
        if self.was or self.key:
            return self.was or self.key
        said = slugify(f"{self.effect} {self.about} {' '.join(self.values[:3])}")
        return said[:KEY_MAX].strip("-")

    def document(self) -> dict[str, Any]:
        """Write it as `marketplace.catalogue.documents.RULE` takes it."""
        said = {"effect": self.effect, "about": self.about, "note": self.note}
        return {**said, "values": self.values}

    def looked_at(self) -> str:
        """Give what tells this rule from any other, to know whether it was looked at before."""
        told = json.dumps([self.name, self.document()], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:32]


def require_values(sent: Sent) -> None:
    """Refuse a rule that is about nothing; raises InvalidError that points at `/values`."""
    if not sent.values:
        is_ticked = sent.about == About.PERMISSION.value
        told = "Tick at least one" if is_ticked else "Write at least one, one a line"
        raise InvalidError("Say which blocks it is about", problems=[Problem("/values", told)])


def sent_of(rule: Rule) -> Sent:
    """Fill the form with a rule that is kept."""
    is_level = rule.about is About.QUALITY
    is_asked = rule.about is About.PERMISSION
    return Sent(
        was=rule.key,
        key=rule.key,
        effect=rule.effect.value,
        about=rule.about.value,
        permissions=tuple(sorted(rule.values & PERMISSIONS.keys())) if is_asked else (),
        lines="" if is_level or is_asked else "\n".join(sorted(rule.values)),
        level=min(rule.values) if is_level else LEVELS[0],
        note=rule.note,
    )


def read_sent(form: Submitted) -> Sent:
    """Read what was sent."""

    def text(name: str, otherwise: str = "") -> str:
        return (form.getlist(name) or [otherwise])[-1].strip()

    return Sent(
        was=text("was"),
        key=text("key"),
        effect=text("effect", Effect.REFUSE.value),
        about=text("about", About.PERMISSION.value),
        permissions=tuple(form.getlist("permission")),
        lines=text("lines"),
        level=text("level", LEVELS[0]),
        note=text("note"),
    )


def in_words(rule: Rule) -> str:
    """Say what a rule does.

    >>> in_words(Rule(key="a", effect=Effect.REFUSE, about=About.PERMISSION,
    ...     values=frozenset({"ssh", "snmp"})))
    'Refuses what asks for snmp or ssh'
    """
    ordered = sorted(rule.values)
    said = _SAID[rule.about, rule.effect]
    return said.format(any=_listed(ordered, "or"), all=_listed(ordered, "and"))


def _listed(words: list[str], last: str) -> str:
    if len(words) < 2:  # noqa: PLR2004  one stands alone
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
