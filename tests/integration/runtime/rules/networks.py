"""Alarms in a network of which each thing depends on another, and what a test asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON
from tests.integration.runtime.rules.conftest import Bench

NETWORK = b"key,kind\n" + b"".join(
    f"{key},node\n".encode() for key in ("zrh", "core", "twin", "agg", "acc", "onu", "peer", "cpe")
)
LINKS = (
    b"from,to,relation\nzrh,core,contains\nagg,core,depends_on\nagg,twin,depends_on\n"
    b"acc,agg,depends_on\nonu,acc,depends_on\ncpe,onu,depends_on\npeer,acc,connects\n"
)
RING = b"from,to,relation\na,b,depends_on\nb,c,depends_on\nc,a,depends_on\n"
ABOVE = {"do": "correlate", "parent": "above"}
Parents = Mapping[str, str | None]


def in_network(session: Session, matcher: Matcher) -> Bench:
    bench = Bench(session, matcher)
    bring(bench, NETWORK, LINKS)
    return bench


def bring(bench: Bench, *files: bytes) -> None:
    where = (bench.session, bench.tenant_id)
    with as_tenant(bench.session, bench.tenant_id):
        staged = stage_import(*where, files, origin="plan", naming=Naming(), by="Ann", now=NOON)
        apply_import(*where, staged.id, remove_gone=False, now=NOON)


def above(bench: Bench, *, when: Any = None, mode: Mode = Mode.LIVE, **given: Any) -> None:
    """Publish a rule that puts alarms under what is above them."""
    changes = {} if when is None else {"when": when}
    bench.rule(mode=mode, then=[ABOVE | given], **changes)


def rows(bench: Bench) -> dict[str, AlarmRow]:
    with as_tenant(bench.session, bench.tenant_id):
        found = bench.session.scalars(select(AlarmRow).order_by(AlarmRow.id)).all()
        return {one.managed_object: one for one in found}


def parents(bench: Bench) -> Parents:
    """Give the object of each alarm's parent, by the alarm's own object; of what is under one."""
    found = {one.id: one for one in rows(bench).values()}
    return {
        one.managed_object: found[one.parent_id].managed_object
        for one in found.values()
        if one.parent_id
    }


def deeds(bench: Bench, **how: Any) -> list[dict[str, Any]]:
    return [one for _, did in bench.fired(**how) for one in did]
