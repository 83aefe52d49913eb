"""What tenants sealed by keys of their own opens where a backup was restored, by these alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from garland.backup.making import make_backup
from garland.backup.restoring import Wanted, restore
from garland.settings import ENCRYPTION_KEY_FILE, Settings
from kernel.db import make_engine, make_sessions
from kernel.secrets import SecretError, Vault, new_key
from tenancy.keys.rotation import rotate_key
from tenancy.keys.vault import tenant_vault
from tenancy.scope import as_tenant, guarded
from tests.factories.tenancy import NOON, make_customer
from tests.integration.garland.backup.conftest import Install

PHRASE = "correct horse battery staple"
SECRET = "hunter2"  # noqa: S105  made up


@contextmanager
def opened_as(settings: Settings) -> Iterator[tuple[Session, Vault]]:
    """Give a session of an installation and its vault; what it does is kept."""
    engine = make_engine(settings.database_url)
    try:
        with guarded(make_sessions(engine)).begin() as session:
            yield session, Vault(settings.encryption_key_list)
    finally:
        engine.dispose()


def sealed_at(settings: Settings) -> tuple[UUID, str]:
    """Let a new tenant seal something."""
    with opened_as(settings) as (session, vault):
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            return tenant_id, tenant_vault(session, tenant_id, vault).encrypt(SECRET)


def read_at(settings: Settings, tenant_id: UUID, sealed: str) -> str:
    """Open what a tenant sealed."""
    with opened_as(settings) as (session, vault), as_tenant(session, tenant_id):
        return tenant_vault(session, tenant_id, vault).decrypt(sealed)


def test_it_opens_by_the_installations_key_also_after_the_tenants_was_rotated(
    install: Install,
) -> None:
    here, there = install("here"), install("there")
    tenant_id, old = sealed_at(here)
    with opened_as(here) as (session, vault), as_tenant(session, tenant_id):
        rotate_key(session, tenant_id, vault=vault, now=NOON)
        new = tenant_vault(session, tenant_id, vault).encrypt(SECRET)

    restore(there, backed_up(here), Wanted())

    assert [read_at(there, tenant_id, one) for one in (old, new)] == [SECRET, SECRET]


def test_it_opens_elsewhere_by_the_keys_that_came_under_the_passphrase(install: Install) -> None:
    here, there = install("here"), install("there", key=new_key())
    if not here.is_embedded:
        pytest.skip("keys are given by the environment where the database is a server's")
    tenant_id, sealed = sealed_at(here)

    restore(there, backed_up(here, PHRASE), Wanted(passphrase=PHRASE))

    brought = (there.data_dir / ENCRYPTION_KEY_FILE).read_text()
    restored = there.model_copy(update={"encryption_keys": brought})
    assert read_at(restored, tenant_id, sealed) == SECRET


def test_it_opens_for_nobody_who_has_not_the_keys_nor_for_another_tenant(install: Install) -> None:
    here, there = install("here"), install("there", key=new_key())
    tenant_id, sealed = sealed_at(here)
    other_id, _ = sealed_at(here)

    restore(there, backed_up(here), Wanted(without_keys=True))

    with pytest.raises(SecretError):
        read_at(there, tenant_id, sealed)
    restored = there.model_copy(update={"encryption_keys": here.encryption_keys})
    with pytest.raises(SecretError):
        read_at(restored, other_id, sealed)


def backed_up(settings: Settings, passphrase: str = "") -> Path:
    """Back an installation up."""
    target = settings.data_dir.parent / f"{settings.data_dir.name}.backup"
    return make_backup(settings, target, passphrase=passphrase, now=NOON).file
