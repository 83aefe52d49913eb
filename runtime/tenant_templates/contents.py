"""What a version of a tenant template holds, and what is said of it to people. Pure.

Of an organisation nothing but designs and reference data stands in it: no id, no secret, no key,
no alarm, no run. A connection is a slot: its name, its kind, and what uses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kernel.json_text import kept_text
from kernel.revisions import tag_of
from runtime.packs.parts import BLOCK, DECISION, RULE, TABLE, WORKFLOW, Part

CALENDAR, SOURCE, VIEW, POLICY = "calendar", "source", "alarm view", "alarm lifecycle"
ORDER = (POLICY, BLOCK, TABLE, CALENDAR, DECISION, WORKFLOW, RULE, SOURCE, VIEW)
"""Those that others lean on come first."""
_PLURALS = {
    POLICY: "the alarm lifecycle",
    BLOCK: "blocks",
    TABLE: "look-up tables",
    CALENDAR: "calendars",
    DECISION: "decision tables",
    WORKFLOW: "workflows",
    RULE: "rules",
    SOURCE: "sources",
    VIEW: "alarm views",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One part of a template.

    Attributes:
        file: Kind and the name it is known by: the same part in every version.
        document: What it says, in the form in which `kinds` reads what is there.
        mode: How it is to be live: `live` or `observe`; "" where it only has to be there.
        needs: Files of the parts that it needs.
        note: What people should know of it; "" for nothing.
    """

    kind: str
    file: str
    title: str
    document: Mapping[str, Any]
    mode: str = ""
    needs: Sequence[str] = ()
    note: str = ""

    @property
    def part(self) -> Part:
        """Give it as what the machinery of packs brings."""
        return Part(kind=self.kind, file=self.file, title=self.title, document=self.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A connection that has to be made where the template is brought to, under this name."""

    name: str
    kind: str
    used_by: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a version holds: its parts in the order of bringing, slots, and all blocks it uses."""

    items: Sequence[Item]
    slots: Sequence[Slot] = ()
    block_ids: Sequence[str] = ()

    @property
    def digest(self) -> str:
        """Give what is another one once anything in it is."""
        return tag_of(self.document())

    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "items": [{**asdict(one), "needs": list(one.needs)} for one in self.items],
            "slots": [{**asdict(one), "used_by": list(one.used_by)} for one in self.slots],
            "block_ids": list(self.block_ids),
        }

    def outline(self) -> list[dict[str, str]]:
        """Give kind, title and note of each part, without what it says."""
        return [{"kind": one.kind, "title": one.title, "note": one.note} for one in self.items]


def read_contents(document: Mapping[str, Any]) -> Contents:
    """Read what `Contents.document` wrote."""
    return Contents(
        items=[Item(**one) for one in document["items"]],
        slots=[Slot(**one) for one in document["slots"]],
        block_ids=document["block_ids"],
    )


def file_of(kind: str, name: str) -> str:
    """Name a part by its kind and what it is known by.

    >>> file_of(WORKFLOW, "tell-the-desk")
    'workflow/tell-the-desk'
    """
    return f"{kind}/{kept_text(name)}"


def in_words(kinds: Iterable[str]) -> str:
    """Count what there is in plain words.

    >>> in_words([WORKFLOW, RULE, WORKFLOW, POLICY])
    'the alarm lifecycle, 2 workflows and 1 rule'
    >>> in_words([])
    'nothing yet'
    """
    found = Counter(kinds)
    told = [_counted(kind, found[kind]) for kind in ORDER if found[kind]]
    if not told:
        return "nothing yet"
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def changes_between(before: Contents | None, after: Contents) -> dict[str, list[str]]:
    """Say what a version holds that the one before did not, no more, or otherwise: by title."""
    old = {one.file: one for one in (before.items if before is not None else ())}
    new = {one.file: one for one in after.items}
    both = [file for file in new if file in old]
    return {
        "new": [_told(one) for file, one in new.items() if file not in old],
        "changed": [_told(new[file]) for file in both if _says(old[file]) != _says(new[file])],
        "gone": [_told(one) for file, one in old.items() if file not in new],
    }


def _says(one: Item) -> tuple[Mapping[str, Any], str]:
    return one.document, one.mode


def _told(one: Item) -> str:
    return f"{one.title} ({one.kind})"


def _counted(kind: str, number: int) -> str:
    if kind == POLICY:
        return _PLURALS[kind]
    return f"{number} {kind if number == 1 else _PLURALS[kind]}"
