"""Which requests are asked by whom, and how the answers to theirs and to nobody's differ."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.isolation.crawl import Call, ask, calls_of, client_of, is_machine, seen
from tests.isolation.endpoints import OPEN
from tests.isolation.routes import ALIKE, SENT
from tests.isolation.world import Asker, World

Ids = Mapping[str, str]
Told = dict[tuple[str, ...], object]
_ONE = {"organisation"}
_KNOWN_ABOVE = {"organisation", "deletion", "usage"}


def crawled(world: World) -> list[Call]:
    """List every request that is crawled."""
    return [one for one in calls_of(world.app) if one.endpoint not in OPEN]


def naming(world: World) -> list[Call]:
    """List every request that names a thing, in its address or in what it sends."""
    return [one for one in crawled(world) if one.names or one.endpoint in SENT]


def ids_of(call: Call, ids: Ids) -> dict[str, str]:
    """Give the ids of its address, by the name there."""
    return {name: ids[call.kind_of(name)] for name in call.names}


def looks_after(world: World, asker: Asker, call: Call) -> bool:
    """Tell whether a request names nothing but what whoever stands above may know.

    That is an organisation that stands below who asks, what it used, and a deletion of one that
    stood there.
    """
    sent = set(re.findall(r"<(\w+)>", str(SENT.get(call.endpoint, ""))))
    is_by_address = is_known(world, asker, call) and sent <= {"organisation"}
    return is_by_address or (is_above(world, asker) and not call.names and sent == _ONE)


def is_known(world: World, asker: Asker, call: Call) -> bool:
    """Tell whether the address names just what whoever stands above may know."""
    kinds = {call.kind_of(name) for name in call.names}
    return is_above(world, asker) and bool(kinds) and kinds <= _KNOWN_ABOVE


def is_above(world: World, asker: Asker) -> bool:
    """Tell whether somebody is of the provider of those whose things are asked for."""
    return asker.organisation.id == world.theirs.organisation.parent_id


def difference(
    asker: Asker,
    call: Call,
    theirs: tuple[Ids, Ids],
    nobodys: tuple[Ids, Ids],
    *,
    alike: bool = False,
) -> Told:
    """Tell how the two answers differ, or that one lets in; nothing where all is well.

    Args:
        asker: Who asks both.
        call: What is asked.
        theirs: The ids of the address and those of what is sent, which are another's.
        nobodys: The same, which nothing has.
        alike: It does something of one's own whatever is named beside it.
    """
    client, slug = client_of(asker, call), asker.organisation.slug
    there, none = (ask(client, call, slug, *one) for one in (theirs, nobodys))
    shown, hidden = (
        seen(answer, *ids.values(), *kinds.values())
        for answer, (ids, kinds) in zip((there, none), (theirs, nobodys), strict=True)
    )
    lets_in = there.status_code < 400 and call.endpoint not in ALIKE and not alike
    if shown == hidden and not lets_in:
        return {}
    where = (asker.name, call.method, call.pattern, str(dict(call.choices)))
    said = there.text[:300] if is_machine(call) else ""
    return {where: (there.status_code, none.status_code, said)}
