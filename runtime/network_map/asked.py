"""What an address asks the map for, read and checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from kernel.asked import asked_choice, asked_id, asked_text
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
    least = asked_choice(asked, "least", LEAST)
    kind = asked_choice(asked, "kind", KINDS)
    return Wanted(
        place=asked_text(asked, "in", most=KEY_MAX),
        around=asked_text(asked, "around", most=KEY_MAX),
        alarm_id=asked_id(asked, "alarm", of="an alarm"),
        hops=int(asked_choice(asked, "hops", HOPS) or HOPS_USUAL),
        sieve=Sieve(
            least=Severity(least) if least else None,
            kind=ResourceKind(kind) if kind else None,
            type=asked_text(asked, "type", most=TYPE_MAX),
        ),
        is_geo=asked_choice(asked, "by", ("place", "ties")) == "place",
        at=asked_text(asked, "at", most=KEY_MAX),
        q=asked_text(asked, "q", most=Q_MAX),
    )
