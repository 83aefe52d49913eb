"""A look at the map: from what an address asks to a drawing, in a few queries of one tenant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.kept import Kept
from runtime.alarms import store
from runtime.alarms.documents import AlarmView
from runtime.alarms.standing import counts_on
from runtime.inventory.resources import ResourceFilter, ResourceView, list_resources
from runtime.inventory.topology import graph_of, version_of
from runtime.network_map.asked import Wanted
from runtime.network_map.health import Counts
from runtime.network_map.network import Network, network_of
from runtime.network_map.picture import Picture, draw
from runtime.network_map.scenes import Scene, around, inside, way

FOUND_MAX = 20
ASKED_MAX = 1_000
PARENTS_MAX = 20
NETWORKS_KEPT = 8
_networks: Kept[tuple[UUID, int], Network] = Kept(NETWORKS_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page of the map shows.

    Attributes:
        focus: The key it is about, "" for the whole network.
        missing: The key that was asked for and is not in the inventory; nothing is drawn then.
        crumbs: Keys and names of the places that the focus is in, the topmost first.
        alarm: The alarm it was opened from, and the one that causes it at the top.
        strangers: How many active alarms are on objects that the inventory does not know; None
            where only a part of the network was looked at.
        found: Resources with the words that were looked for, one more than is shown if there are.
    """

    picture: Picture
    scene: Scene
    focus: str = ""
    missing: str = ""
    crumbs: Sequence[tuple[str, str]] = ()
    alarm: AlarmView | None = None
    cause: AlarmView | None = None
    strangers: int | None = None
    found: Sequence[ResourceView] = ()
    has_positions: bool = False
    is_empty: bool = False


def look_at(session: Session, tenant_id: UUID, wanted: Wanted) -> Look:
    """Draw what is asked for.

    Raises:
        NotFoundError: there is no such alarm.
    """
    network = network_at(session, tenant_id)
    alarm, cause = _alarms(session, tenant_id, wanted.alarm_id)
    focus = alarm.managed_object if alarm is not None else wanted.around or wanted.place
    is_missing = bool(focus) and not network.knows(focus)
    scene = network.top if is_missing else _scene(network, wanted, focus, cause)
    counts = {} if is_missing else _counts(session, tenant_id, network, scene)
    known = sum(sum(each.values()) for name, each in counts.items() if network.knows(name))
    return Look(
        picture=draw(network, scene, counts, wanted.sieve, is_geo=wanted.is_geo),
        scene=scene,
        focus=focus,
        missing=focus if is_missing else "",
        crumbs=_crumbs(network, focus) if focus and not is_missing else (),
        alarm=alarm,
        cause=cause,
        strangers=None if focus else sum(sum(one.values()) for one in counts.values()) - known,
        found=_found(session, tenant_id, wanted.q),
        has_positions=bool(network.positions),
        is_empty=not network.graph.spots,
    )


def network_at(session: Session, tenant_id: UUID) -> Network:
    """Give the tenant's network as this transaction sees it; made anew only when it changed."""
    version = version_of(session, tenant_id)
    return _networks.get((tenant_id, version), lambda: network_of(graph_of(session, tenant_id)))


def _alarms(
    session: Session, tenant_id: UUID, alarm_id: UUID | None
) -> tuple[AlarmView | None, AlarmView | None]:
    """Give an alarm, and the topmost of those it is under, if any."""
    if alarm_id is None:
        return None, None
    alarm = store.get_alarm(session, tenant_id, alarm_id)
    cause = None
    parent_id = alarm.parent_id
    for _ in range(PARENTS_MAX):
        parent = store.find_alarm(session, tenant_id, parent_id) if parent_id else None
        if parent is None:
            break
        cause, parent_id = parent, parent.parent_id
    return alarm, cause


def _scene(network: Network, wanted: Wanted, focus: str, cause: AlarmView | None) -> Scene:
    if not focus:
        return network.top
    if wanted.alarm_id is None and not wanted.around:
        return inside(network.graph, network.places, focus)
    path = way(network.graph, focus, cause.managed_object) if cause is not None else ()
    return around(network.graph, focus, hops=wanted.hops, path=path)


def _counts(session: Session, tenant_id: UUID, network: Network, scene: Scene) -> Counts:
    """Count the alarms of a scene: by the objects that it shows where these are few, else all."""
    objects: Collection[str] | None = None
    if scene.focus:
        links = (link for tie in scene.ties for link in tie.links)
        objects = {*scene.keys, *links}
        if scene.whole:
            objects = {one for key in objects for one in network.places.within(key)}
    too_many = objects is not None and len(objects) > ASKED_MAX
    return counts_on(session, tenant_id, None if too_many else objects)


def _crumbs(network: Network, focus: str) -> list[tuple[str, str]]:
    ups = reversed(network.places.chain(focus))
    return [(key, network.spot(key).name or key) for key in ups]


def _found(session: Session, tenant_id: UUID, q: str) -> list[ResourceView]:
    if not q:
        return []
    return list_resources(session, tenant_id, ResourceFilter(q=q), limit=FOUND_MAX + 1)
