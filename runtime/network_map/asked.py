"""What an address asks the map for, read and checked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kernel.errors import InvalidError, Problem
from runtime.alarms.model import Severity
from runtime.inventory.model import KEY_MAX, KINDS, TYPE_MAX, ResourceKind
from runtime.network_map.picture import EVERYTHING, Sieve

HOPS = ("1", "2", "3", "4")
HOPS_USUAL = "2"
LEAST = tuple(one.value for one in reversed(Severity) if one is not Severity.CLEARED)
Q_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where the map looks: into a place, round a resource, at an alarm; else at the whole.

    Attributes:
        at: The thing whose panel is open.
        q: Words of a resource that is looked for.
    """

    place: str = ""
    around: str = ""
    alarm_id: UUID | None = None
    hops: int = int(HOPS_USUAL)
    sieve: Sieve = EVERYTHING
    is_geo: bool = False
    at: str = ""
    q: str = ""


def read_wanted(asked: Mapping[str, str]) -> Wanted:
    """Read an address: `in`, `around`, `alarm`, `hops`, `least`, `kind`, `type`, `by`, `at`, `q`.

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    least = _choice(asked, "least", LEAST)
    kind = _choice(asked, "kind", KINDS)
    return Wanted(
        place=_text(asked, "in", KEY_MAX),
        around=_text(asked, "around", KEY_MAX),
        alarm_id=_id(asked.get("alarm", "")),
        hops=int(_choice(asked, "hops", HOPS) or HOPS_USUAL),
        sieve=Sieve(
            least=Severity(least) if least else None,
            kind=ResourceKind(kind) if kind else None,
            type=_text(asked, "type", TYPE_MAX),
        ),
        is_geo=_choice(asked, "by", ("place", "ties")) == "place",
        at=_text(asked, "at", KEY_MAX),
        q=_text(asked, "q", Q_MAX),
    )


def _text(asked: Mapping[str, str], name: str, most: int) -> str:
    said = asked.get(name, "").strip()
    if len(said) > most or "\0" in said:
        raise _bad(name, f"text of at most {most} characters without NUL")
    return said


def _choice(asked: Mapping[str, str], name: str, allowed: Iterable[str]) -> str:
    said, choices = asked.get(name, ""), list(allowed)
    if said and said not in choices:
        raise _bad(name, f"one of {', '.join(choices)}")
    return said


def _id(said: str) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError:
        raise _bad("alarm", "the id of an alarm") from None


def _bad(name: str, allowed: str) -> InvalidError:
    message = f"{name} must be {allowed}"
    return InvalidError(message, problems=[Problem(f"/{name}", message)])
