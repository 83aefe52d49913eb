"""Look-up tables and calendars as they travel between environments: read, written, put back.

What stood in an environment before is kept with the promotion, whole, so that it can be restored.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError, NotFoundError
from runtime.calendars.store import calendar_named, create_calendar, save_calendar
from runtime.environments._tables import Promotion
from runtime.environments.carrying import RULE, WORKFLOW, Carried, Key
from runtime.environments.named import (
    DIFFERENT,
    KINDS,
    PERMISSIONS,
    Content,
    Name,
    Named,
    connection_named,
    content_named,
    seen_of,
)
from runtime.environments.putting import Place
from runtime.flows.named_places import CONNECTION, LOOK_UP
from runtime.flows.uses import uses_by_flows
from runtime.flows.versions import digest_of
from runtime.inventory.lookup import put_table, read_table
from runtime.inventory.lookups.store import create_table, written_csv
from runtime.rules.uses import rules_looking_up
from runtime.services.store import services_agreed_by
from tenancy.connections.store import list_connections
from tenancy.environments import EnvironmentView
from tenancy.scope import as_tenant


def name_all(
    session: Session, picked: Sequence[Carried], *, who: Acting, there: EnvironmentView
) -> list[Named]:
    """Say of all that is named by what is brought how it stands here.

    Whoever may see workflows and rules there may see these, which `read_there` has asked.
    """
    users = {key: [one for one in picked if key in one.names] for key in _names_of(picked)}
    used = {key: [one.title for one in by] for key, by in users.items()}
    contents = [key for key in used if key[0] != CONNECTION]
    with as_tenant(session, there.organisation_id):
        theirs = {key: read_content(session, there.organisation_id, key) for key in contents}
        kinds = {one.name: one.kind for one in list_connections(session, there.organisation_id)}
    where = (session, who.tenant_id)
    ours = {one.name for one in list_connections(*where)}
    return [
        connection_named(key[1], by, is_here=key[1] in ours, connects_by=kinds.get(key[1], ""))
        if key[0] == CONNECTION
        else _content_named(*where, key, users[key], theirs[key])
        for key, by in used.items()
    ]


def read_content(
    session: Session, tenant_id: UUID, key: Name, *, lock: bool = False
) -> Content | None:
    """Give a look-up table or calendar whole; None where there is none."""
    kind, name = key
    if kind == LOOK_UP:
        table = read_table(session, tenant_id, name, lock=lock)
        return {"columns": table[0], "rows": table[1]} if table is not None else None
    calendar = calendar_named(session, tenant_id, name, lock=lock)
    return calendar.document if calendar is not None else None


def put_content(place: Place, one: Named) -> dict[str, Any]:
    """Write here what stands there, and give what is kept of it for taking it back.

    Raises:
        ForbiddenError: who acts may not change it here.
        ConflictError: it was changed here since it was looked at, or there are too many.
    """
    require_writing(place.who, one.kind)
    before = read_content(*place.where, one.key, lock=True)
    there: Content = one.content or {}
    if seen_of(there, before) != one.seen:
        raise ConflictError(f"{one.name} was changed here meanwhile: see what it changes now")
    _write(place, one.key, there, is_here=before is not None)
    made = read_content(*place.where, one.key) or {}
    return {
        "kind": one.kind,
        "title": one.name,
        "before": before,
        "made": digest_of(made),
    }


def put_back(place: Place, was: Mapping[str, Any]) -> None:
    """Let it be as it was before; what was new stays, for other things may use it by now.

    Raises:
        ForbiddenError: who acts may not change it here.
        ConflictError: it was changed since.
    """
    if was["before"] is None:
        return
    key = (was["kind"], was["title"])
    require_writing(place.who, was["kind"])
    here = read_content(*place.where, key, lock=True)
    if here is None or digest_of(here) != was["made"]:
        raise ConflictError(
            f"{was['title']} was changed since: nothing was taken back. As it was before it can "
            "be downloaded, to be brought back by hand"
        )
    _write(place, key, was["before"], is_here=True)


def earlier(promotion: Promotion, key: Name) -> tuple[str, str]:
    """Give what a promotion overwrote, as text, with its media type: CSV of a table, or JSON.

    Raises:
        NotFoundError: it overwrote no such thing.
    """
    for was in promotion.before:
        if key == (was["kind"], was["title"]) and key[0] in PERMISSIONS and was["before"]:
            if key[0] == LOOK_UP:
                return written_csv(was["before"]["columns"], was["before"]["rows"]), "text/csv"
            return json.dumps(was["before"], indent=2, ensure_ascii=False), "application/json"
    raise NotFoundError(f"nothing called {key[1]} was overwritten")


def require_writing(who: Acting, kind: str) -> None:
    """Refuse who may not change look-up tables or calendars here."""
    if not who.may(PERMISSIONS[kind]):
        kinds = "look-up tables" if kind == LOOK_UP else "calendars"
        raise ForbiddenError(
            f"your role ({who.role}) may not change {kinds} in {who.tenant_name}",
            permission=PERMISSIONS[kind],
        )


def _content_named(
    session: Session, tenant_id: UUID, key: Name, by: Sequence[Carried], theirs: Content | None
) -> Named:
    here = read_content(session, tenant_id, key)
    found = content_named(key, [one.title for one in by], theirs, here)
    if found.verdict != DIFFERENT:
        return found
    others = _others_using(session, tenant_id, key, brought={one.key for one in by})
    return replace(found, also_used_by=others)


def _others_using(
    session: Session, tenant_id: UUID, key: Name, *, brought: Collection[Key]
) -> list[str]:
    """Name what here goes by it, beside what is brought, in a draft too."""
    where, name = (session, tenant_id), key[1]
    used = uses_by_flows(*where, *key)
    flows = [f"the workflow {one.name}" for one in used if (WORKFLOW, one.slug) not in brought]
    if key[0] == LOOK_UP:
        named = rules_looking_up(*where, name)
        rules = [f"the rule {one}" for one in named if (RULE, one.lower()) not in brought]
        return [*rules, *flows]
    return [*flows, *(f"the service {one}" for one in services_agreed_by(*where, name))]


def _names_of(picked: Sequence[Carried]) -> Iterator[Name]:
    found = {key for one in picked for key in one.names}
    yield from sorted(found, key=lambda key: (KINDS.index(key[0]), key[1].lower(), key[1]))


def _write(place: Place, key: Name, content: Content, *, is_here: bool) -> None:
    kind, name = key
    if kind == LOOK_UP:
        if not is_here:
            create_table(*place.where, name=name, columns=content["columns"])
        put_table(*place.where, name, content["columns"], content["rows"])
        return
    said: dict[str, Any] = {"document": dict(content), "by": place.by, "now": place.now}
    found = calendar_named(*place.where, name)
    if found is None:
        create_calendar(*place.where, **said)
        return
    save_calendar(*place.where, found.id, expected_revision=found.revision, **said)
