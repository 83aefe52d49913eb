"""Staging: what was read waits for its applying, is applied once and by its own, or forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError
from runtime.imports.reading import FileRead
from runtime.imports.staging import (
    ImportAppliedError,
    ImportView,
    Staged,
    apply_once,
    checked_origin,
    get_import,
    recent_imports,
    stage_file,
)
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer

DAY = timedelta(days=1)


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    return make_customer(session).id


def stage(
    session: Session, tenant_id: UUID, *, kind: str = "shops", now: datetime = NOON
) -> ImportView:
    read = FileRead("CSV")
    read.refuse("line 3", "has no key")
    said = Staged(origin="plan", format=read.format, document={"shops": ["a"]})
    return stage_file(
        session, tenant_id, read, said=said, kind=kind, counts={"new": 1}, by="Ann", now=now
    )


def apply(session: Session, tenant_id: UUID, import_id: UUID, *, kind: str = "shops") -> ImportView:
    def make(said: Staged) -> dict[str, Any]:
        return {"new": len(said.document["shops"]), "removed": 0}

    return apply_once(session, tenant_id, import_id, kind=kind, make=make, now=NOON)


def test_what_was_read_is_kept_with_what_was_left_out(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        found = get_import(session, tenant_id, stage(session, tenant_id).id, kind="shops")

    assert (found.origin, found.format, found.applied_at) == ("plan", "CSV", None)
    assert found.counts == {"new": 1, "left_out": 1}
    assert found.problems == [{"pointer": "/line 3", "message": "line 3: has no key"}]


def test_applying_says_what_it_did(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        done = apply(session, tenant_id, stage(session, tenant_id).id)

        assert (done.applied_at, done.counts) == (NOON, {"new": 1, "removed": 0, "left_out": 1})
        assert recent_imports(session, tenant_id, kind="shops") == [done]


def test_an_import_is_applied_once(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        done = apply(session, tenant_id, stage(session, tenant_id).id)

        with pytest.raises(ImportAppliedError) as refused:
            apply(session, tenant_id, done.id)

    assert refused.value.code == "shops.import_applied"


def test_an_import_of_another_kind_is_not_there(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        other = stage(session, tenant_id, kind="streets")

        with pytest.raises(NotFoundError):
            apply(session, tenant_id, other.id)


def test_another_tenants_import_is_not_there(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        mine = stage(session, tenant_id)
    other = make_customer(session).id

    with as_tenant(session, other), pytest.raises(NotFoundError):
        apply(session, other, mine.id)


def test_what_was_never_applied_is_forgotten_after_a_day(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        old, street = stage(session, tenant_id), stage(session, tenant_id, kind="streets")
        stage(session, tenant_id, now=NOON + DAY + timedelta(seconds=1))

        with pytest.raises(NotFoundError):
            get_import(session, tenant_id, old.id, kind="shops")
        assert get_import(session, tenant_id, street.id, kind="streets") == street


def test_what_was_applied_stays(session: Session, tenant_id: UUID) -> None:
    with as_tenant(session, tenant_id):
        done = apply(session, tenant_id, stage(session, tenant_id).id)
        stage(session, tenant_id, now=NOON + 2 * DAY)

        assert get_import(session, tenant_id, done.id, kind="shops") == done


@pytest.mark.parametrize("origin", ["", "  ", "x" * 121])
def test_an_import_needs_a_name(origin: str) -> None:
    with pytest.raises(InvalidError, match="origin: name what is imported"):
        checked_origin(origin)
