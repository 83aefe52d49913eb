"""What workflows and rules name beside themselves, and how it stands where they are brought. Pure.

Look-up tables and calendars can come along, each by a person's choice. Connections never do: they
hold secrets, and lead to another account in each environment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.errors import ConflictError, InvalidError, Problem
from runtime.calendars.model import WEEKDAYS
from runtime.flows.named_places import CALENDAR, CONNECTION, LOOK_UP
from runtime.flows.versions import digest_of

Name = tuple[str, str]
"""A kind of `KINDS`, and the name by which it is known in every environment."""
Content = Mapping[str, Any]
"""A look-up table's `columns` and `rows` by key, or a calendar's document."""

KINDS = (LOOK_UP, CALENDAR, CONNECTION)
PERMISSIONS: Mapping[str, str] = {LOOK_UP: "inventory.edit", CALENDAR: "calendars.edit"}
"""What it takes to let each kind come along; a kind without one never does."""
MISSING, DIFFERENT, SAME, HERE = VERDICTS = ("missing", "different", "same", "here")
_NOUNS = {LOOK_UP: ("row", "columns"), CALENDAR: ("day", "time zone")}
_YEARLY = len("12-25")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """In how many rows (of a calendar: days and weekdays) a target would change.

    Attributes:
        head: Whether the columns, or the time zone, are others.
    """

    kind: str
    new: int
    changed: int
    gone: int
    head: bool

    def told(self) -> str:
        """Say it in words.

        >>> Difference(kind=LOOK_UP, new=1, changed=0, gone=20, head=True).told()
        '1 row new, 20 rows removed, other columns'
        """
        counts = ((self.new, "new"), (self.changed, "changed"), (self.gone, "removed"))
        parts = [f"{_counted(self.kind, n)} {word}" for n, word in counts if n]
        return ", ".join([*parts, f"other {_NOUNS[self.kind][1]}"] if self.head else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One thing that is named, and how it stands.

    Attributes:
        used_by: Titles of what names it, of that which is brought.
        also_used_by: What else here would get another content, where it differs.
        verdict: `missing`, `different` or `same`; `here` for a connection that there is.
        connects_by: Which kind of connection it is there; "" for anything else.
        difference: What would change here; None where nothing can come along.
        seen: Tells one state of both sides from another: who chooses says what they saw.
        content: What stands there; None where nothing can come along.
    """

    kind: str
    name: str
    used_by: Sequence[str]
    verdict: str
    difference: Difference | None = None
    seen: str = ""
    content: Content | None = None
    also_used_by: Sequence[str] = ()
    connects_by: str = ""

    @property
    def key(self) -> Name:
        """Kind and name."""
        return self.kind, self.name

    @property
    def permission(self) -> str:
        """What it takes here to let it come along; "" where it never does."""
        return PERMISSIONS.get(self.kind, "")

    @property
    def can_come(self) -> bool:
        """Tell whether it can be taken along, and that would change something."""
        return self.content is not None and self.verdict in (MISSING, DIFFERENT)

    def told(self) -> str:
        """Say in words what taking it along would do; "" where it cannot be."""
        if self.difference is None or not self.can_come:
            return ""
        if self.verdict == DIFFERENT:
            return f"Overwriting the one here: {self.difference.told()}."
        return f"It comes with {_counted(self.kind, self.difference.new)}."


def connection_named(
    name: str, used_by: Sequence[str], *, is_here: bool, connects_by: str = ""
) -> Named:
    """Say how a connection stands: it is here, or has to be made here."""
    return Named(
        kind=CONNECTION,
        name=name,
        used_by=used_by,
        verdict=HERE if is_here else MISSING,
        connects_by=connects_by,
    )


def content_named(
    key: Name, used_by: Sequence[str], there: Content | None, here: Content | None
) -> Named:
    """Say how a look-up table or calendar stands here, against the one there."""
    kind, name = key
    if there is None:
        verdict = HERE if here is not None else MISSING
        return Named(kind=kind, name=name, used_by=used_by, verdict=verdict)
    found = difference_of(kind, there, here)
    is_other = found.head or bool(found.new + found.changed + found.gone)
    return Named(
        kind=kind,
        name=name,
        used_by=used_by,
        verdict=MISSING if here is None else DIFFERENT if is_other else SAME,
        difference=found,
        seen=seen_of(there, here),
        content=there,
    )


def difference_of(kind: str, there: Content, here: Content | None) -> Difference:
    """Count what of the one here would change if it became as the one there."""
    parts = _table_parts if kind == LOOK_UP else _calendar_parts
    head, rows = parts(there)
    head_here, rows_here = parts(here) if here is not None else (head, {})
    both = rows.keys() & rows_here.keys()
    return Difference(
        kind=kind,
        new=len(rows.keys() - both),
        changed=sum(rows[one] != rows_here[one] for one in both),
        gone=len(rows_here.keys() - both),
        head=head != head_here,
    )


def seen_of(there: Content, here: Content | None) -> str:
    """Give what tells one state of both sides from another."""
    return digest_of({"there": there, "here": here})


def chosen(
    named: Sequence[Named],
    wanted: Mapping[Name, str] | None,
    *,
    permissions: Collection[str] = (),
) -> list[Named]:
    """Give what is taken along of what is named.

    Args:
        named: How each thing stands now.
        wanted: What somebody chose, with what they saw; None suggests what is missing.
        permissions: What who asks may do here, for suggesting no more than they may.

    Raises:
        InvalidError: something that was chosen is named by nothing, or cannot come along.
        ConflictError: one of its two sides changed since it was seen.
    """
    if wanted is None:
        missing = [one for one in named if one.can_come and one.verdict == MISSING]
        return [one for one in missing if one.permission in permissions]
    known = {one.key: one for one in named if one.permission}
    for key in wanted:
        if key not in known:
            told = f"{key[1]} cannot come along: nothing that is brought needs it"
            told = told if key[0] in PERMISSIONS else f"{key[1]}: connections never come along"
            raise InvalidError(told, problems=[Problem("/along", told)])
    moved = [key[1] for key, seen in wanted.items() if known[key].seen != seen]
    if moved:
        raise ConflictError(
            f"{', '.join(sorted(moved))} was changed meanwhile, here or where it comes from: see "
            "what it changes now, and choose again"
        )
    return [one for one in named if one.key in wanted and one.can_come]


def still_fitting(
    named: Sequence[Named], wanted: Mapping[Name, str], *, permissions: Collection[str]
) -> dict[Name, str]:
    """Give what of a choice can be shown again: it is as it was seen, and who chose may take it."""
    seen = {one.key: one.seen for one in named if one.can_come and one.permission in permissions}
    return {key: said for key, said in wanted.items() if seen.get(key) == said}


def _counted(kind: str, n: int) -> str:
    return f"{n:,} {_NOUNS[kind][0]}{'' if n == 1 else 's'}"


def _table_parts(content: Content) -> tuple[Any, dict[str, Any]]:
    columns = list(content["columns"])
    return columns, {
        key: {name: values[name] for name in columns if values.get(name) not in ("", None)}
        for key, values in content["rows"].items()
    }


def _calendar_parts(content: Content) -> tuple[Any, dict[str, Any]]:
    rows: dict[str, Any] = {day: content["week"].get(day, []) for day in WEEKDAYS}
    for one in content.get("days", []):
        is_yearly = one.get("yearly", False)
        date = f"every {one['date'][-_YEARLY:]}" if is_yearly else one["date"]
        rows[date] = [one.get("name", ""), one.get("hours", [])]
    weekdays = {day: hours for day, hours in rows.items() if day not in WEEKDAYS or hours}
    return content["timezone"], weekdays
