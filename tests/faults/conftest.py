"""Installations to break: on the embedded database, and on a PostgreSQL server of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kernel.secrets import new_key
from tests.support.postgresql import running_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """How to start a Garland; `database_url` is "" for the embedded database."""

    database_url: str
    settings: dict[str, str]


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    settings = {"GARLAND_ALLOW_PRIVATE_NETWORK": "true"}
    if request.param == "sqlite":
        yield Installation(database_url="", settings=settings)
        return
    with running_server() as url:
        more = {
            "GARLAND_DATABASE_URL": url,
            "GARLAND_SECRET_KEY": "a secret of tests",
            "GARLAND_ENCRYPTION_KEYS": new_key(),
        }
        yield Installation(database_url=url, settings={**settings, **more})
