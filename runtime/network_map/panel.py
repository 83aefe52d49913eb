"""What stands beside the drawing when a thing is chosen: its alarms, planned work, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms.documents import AlarmView
from runtime.alarms.standing import counts_on, worst_on
from runtime.inventory.graph import Spot
from runtime.maintenance.covering import Cover, Covering
from runtime.network_map.health import Health, health_of, together
from runtime.network_map.looking import ASKED_MAX, network_at
from runtime.network_map.network import Network

ALARMS_SHOWN = 5
NEAR_SHOWN = 8
OBJECTS_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NearBy:
    """Resources that stand in one relation, by key and name, and how many more there are."""

    title: str
    some: Sequence[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One thing of the map.

    Attributes:
        own: The alarms on it.
        within: The alarms on it and on all that is in it.
        alarms: The worst of them.
        covers: Planned work that covers it now.
        members: How much is directly in it.
        is_known: Whether it is in the inventory; a place may only be named by what stands there.
    """

    key: str
    spot: Spot
    own: Health
    within: Health
    alarms: Sequence[AlarmView]
    covers: Sequence[Cover]
    near: Sequence[NearBy]
    members: int
    is_known: bool


def panel_of(session: Session, tenant_id: UUID, key: str, *, now: datetime) -> Panel:
    """Gather what is to be known of a thing; raises NotFoundError."""
    network = network_at(session, tenant_id)
    if not network.knows(key):
        raise NotFoundError(f"there is no resource {key} in the inventory")
    objects = network.places.within(key)
    asked = objects if len(objects) <= ASKED_MAX else None
    mine = set(objects)
    counts = {
        name: health_of(each)
        for name, each in counts_on(session, tenant_id, asked).items()
        if name in mine
    }
    worst = sorted(counts, key=lambda name: (-counts[name].rank, -counts[name].total, name))
    spot = network.spot(key)
    covering = Covering(session, tenant_id, first=now, last=now)
    return Panel(
        key=key,
        spot=spot,
        own=counts.get(key, Health()),
        within=together(list(counts.values())),
        alarms=worst_on(session, tenant_id, worst[:OBJECTS_LOOKED_AT], limit=ALARMS_SHOWN),
        covers=covering.of(_facts(network, key), now) if covering else (),
        near=list(_near(network, key)),
        members=len(network.places.members.get(key, ())),
        is_known=key in network.graph.spots,
    )


def _facts(network: Network, key: str) -> dict[str, object]:
    """Say of a resource what planned work asks of an alarm on it."""
    site = network.spot(key).site
    return {
        "managed_object": key,
        "attributes": {"site": site},
        "place": site,
        "affected_services": [],
    }


def _near(network: Network, key: str) -> Iterable[NearBy]:
    graph, places = network.graph, network.places
    holder = {places.holder[key]} if key in places.holder else set[str]()
    members = set(places.members.get(key, ()))
    above = graph.above.get(key, set()) - holder
    below = graph.below.get(key, set()) - members
    beside = graph.beside.get(key, set()) - holder - members - above - below
    for title, keys in (
        ("It is in", holder),
        ("Rests on", above),
        ("In it", members),
        ("Rests on it", below),
        ("Connects to", beside),
    ):
        if keys:
            some = [(one, network.spot(one).name or one) for one in sorted(keys)[:NEAR_SHOWN]]
            yield NearBy(title=title, some=some, more=len(keys) - len(some))
