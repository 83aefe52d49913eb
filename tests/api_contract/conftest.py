"""A customer with one of each thing, whose admin's program asks what the documents say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from garland.app import create_app
from garland.settings import Settings
from kernel.secrets import new_key
from tenancy.organisations import create_organisation
from tests.api_contract.asking import World
from tests.integration.conftest import QUICK_HASHER
from tests.isolation.tenant import Tenant, fill
from tests.isolation.world import make_asker
from tests.support.databases import Databases


@pytest.fixture(scope="session")
def world(new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Asked by all tests of a process: what one changes, another may find changed."""
    url = new_database()
    settings = Settings(
        data_dir=Path(tmp_path_factory.mktemp("contract")),
        database_url=url,
        redis_url="redis://127.0.0.1:1/0",  # nobody answers there
        secret_key="a secret of tests",
        encryption_keys=new_key(),
        public_url="http://localhost",
    )
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    services = app.extensions["garland.services"]
    with services.sessions.begin() as session:
        vendor = create_organisation(session, kind="vendor", name="Vendor", slug="vendor")
        above: dict[str, Any] = {"kind": "csp", "name": "CSP", "slug": "csp"}
        csp = create_organisation(session, **above, parent_id=vendor.id)
        own: dict[str, Any] = {"kind": "customer", "name": "Heron", "slug": "heron"}
        customer = create_organisation(session, **own, parent_id=csp.id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tenancy.passwords._hasher", QUICK_HASHER)
        asker = make_asker(app, services.sessions, customer, "admin", "admin")
    tenant = Tenant(app, services.sessions, customer, "Heron", asker.browser, asker.program)
    fill(tenant)
    yield World(app=app, ids=tenant.ids, token=asker.program.environ_base["HTTP_AUTHORIZATION"])
    services.end_blocks()
    services.engine.dispose()
    new_database.drop(url)
