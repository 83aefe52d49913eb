"""Importing: preview first, applied whole and once, the same again changes nothing."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.errors import InvalidError
from runtime.imports.staging import ImportAppliedError, ImportView
from runtime.inventory.exporting import inventory_graphml, relations_csv, resources_csv
from runtime.inventory.importing import apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.inventory.resources import (
    ResourceFilter,
    find_resource,
    list_resources,
    relations_of,
    save_resource,
)
from runtime.inventory.topology import graph_of
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer

NODES = "key,kind,name,site,vendor\nr1,node,Router 1,ZRH,Acme\nr2,node,Router 2,ZRH,=evil\n"
LINKS = "from,to,relation\nr1,r2,connects\n"


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    return make_customer(session).id


def stage(session: Session, tenant_id: UUID, *texts: str, origin: str = "plan") -> ImportView:
    files = [text.encode() for text in texts]
    return stage_import(
        session, tenant_id, files, origin=origin, naming=Naming(), by="Ann", now=NOON
    )


def bring(session: Session, tenant_id: UUID, *texts: str, remove_gone: bool = False) -> ImportView:
    staged = stage(session, tenant_id, *texts)
    return apply_import(session, tenant_id, staged.id, remove_gone=remove_gone, now=NOON)


def keys(session: Session, tenant_id: UUID) -> list[str]:
    return [one.key for one in list_resources(session, tenant_id, ResourceFilter())]


def test_a_preview_counts_and_changes_nothing(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        staged = stage(session, tenant_id, NODES, LINKS)

        assert (staged.counts["new"], staged.counts["relations"]) == (2, 1)
        assert keys(session, tenant_id) == []


def test_applied_it_is_all_there(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, NODES, LINKS)

        found = find_resource(session, tenant_id, "r1")
        assert found is not None
        assert (found.name, found.site, found.origin) == ("Router 1", "ZRH", "plan")
        (relation,) = relations_of(session, tenant_id, found.id)
        assert relation.other.key == "r2"


def test_the_same_file_again_changes_nothing(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, NODES, LINKS)
        again = bring(session, tenant_id, NODES, LINKS)

    counts = {name: again.counts[name] for name in ("new", "changed", "gone", "relations", "same")}
    assert counts == {"new": 0, "changed": 0, "gone": 0, "relations": 0, "same": 2}


def test_a_connection_turned_round_is_the_same(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, NODES, LINKS)
        staged = stage(session, tenant_id, NODES, "from,to\nr2,r1\n")

    assert staged.counts["relations"] == 0


def test_an_import_is_applied_once(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        done = bring(session, tenant_id, NODES)

        with pytest.raises(ImportAppliedError):
            apply_import(session, tenant_id, done.id, remove_gone=False, now=NOON)


@pytest.mark.parametrize(("remove", "left"), [(True, ["r1"]), (False, ["r1", "r2"])])
def test_what_is_gone_is_removed_only_where_asked(
    session: Session, tenant_id: UUID, remove: bool, left: list[str]
) -> None:
    fewer = NODES.rsplit("r2", 1)[0]
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, NODES, LINKS)
        done = bring(session, tenant_id, fewer, remove_gone=remove)

        assert done.counts["gone_keys"] == ["r2"]
        assert keys(session, tenant_id) == left


def test_what_somebody_added_by_hand_is_never_gone(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        save_resource(session, tenant_id, {"key": "mine"})
        staged = stage(session, tenant_id, NODES)

    assert staged.counts["gone"] == 0


def test_a_relation_to_nowhere_is_told_and_left_out(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        staged = stage(session, tenant_id, NODES, "from,to\nr1,r9\nr1,r2\n")

    assert staged.counts["relations"] == 1
    assert "r1 connects r9" in staged.problems[0]["message"]


def test_an_import_needs_a_name(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id), pytest.raises(InvalidError, match="origin"):
        stage(session, tenant_id, NODES, origin=" ")


@pytest.mark.parametrize("name", ["Abilene", "Geant2012", "Airtel"])
def test_what_is_exported_comes_back_the_same(
    session: Session, tenant_id: UUID, shared_data: Path, name: str
) -> None:
    said = (shared_data / "topology/zoo" / f"{name}.graphml").read_text()
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, said)
        staged = stage(session, tenant_id, inventory_graphml(session, tenant_id))

    counts = {one: staged.counts[one] for one in ("new", "changed", "gone", "relations")}
    assert counts == dict.fromkeys(counts, 0)
    assert staged.problems == []


def test_csv_comes_back_the_same_and_holds_no_formula(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, NODES, LINKS)
        sheet = resources_csv(session, tenant_id)
        staged = stage(session, tenant_id, sheet, relations_csv(session, tenant_id))

    assert ",'=evil" in sheet
    assert (staged.counts["same"], staged.counts["relations"]) == (2, 0)


def test_the_graph_follows_every_change(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        bring(session, tenant_id, NODES, "from,to,relation\nr1,r2,contains\n")
        assert graph_of(session, tenant_id).contents(["r1"]) == {"r1", "r2"}

        save_resource(session, tenant_id, {"key": "r3", "site": "r2"})

        assert graph_of(session, tenant_id).contents(["r1"]) == {"r1", "r2", "r3"}


def test_the_graph_of_a_change_that_was_rolled_back_is_not_kept(
    session: Session, tenant_id: UUID
) -> None:
    with as_tenant(session, tenant_id):
        with pytest.raises(RuntimeError), session.begin_nested():  # noqa: PT012
            save_resource(session, tenant_id, {"key": "a"})
            assert "a" in graph_of(session, tenant_id).spots
            raise RuntimeError
        save_resource(session, tenant_id, {"key": "b"})

        assert set(graph_of(session, tenant_id).spots) == {"b"}
