"""Sources of a committed customer, and what they send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from kernel.clock import utc_now
from runtime.alarms.sources.listing import SourceView
from runtime.alarms.sources.mappings import MappingView, save_mapping
from runtime.alarms.sources.store import create_source, get_source
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant

MAPPING = {
    "mapping": 1,
    "fields": {
        "managed_object": {"from": "host"},
        "perceived_severity": {"from": "level"},
        "specific_problem": {"from": "rule"},
    },
    "clear": {"from": "level", "is": ["ok"]},
}
SENT = {"host": "pe1", "level": "major", "rule": "r7"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A system that knows the address of a source."""

    app: Flask
    sessions: sessionmaker[Session]
    tenant_id: UUID
    source_id: UUID
    address: str

    def send(self, body: Any, **options: Any) -> TestResponse:
        """Send a body."""
        return self.app.test_client().post(self.address, json=body, **options)

    def look(self) -> SourceView:
        """See the source as it is now."""
        with self.sessions() as session, as_tenant(session, self.tenant_id):
            return get_source(session, self.tenant_id, self.source_id)


MakeSender = Callable[..., Sender]


@pytest.fixture
def make_sender(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> MakeSender:
    """Give a function that makes a source of Acme."""
    vault = app.extensions["garland.services"].vault

    def make(kind: str = "json", *, mapping: Any = None, name: str = "NMS") -> Sender:
        with sessions.begin() as session, as_tenant(session, acme.id):
            source, key = create_source(
                session, acme.id, kind=kind, name=name, vault=vault, now=utc_now()
            )
            if mapping is not None:
                save_mapping(session, acme.id, source.id, made=version(mapping))
        return Sender(
            app=app,
            sessions=sessions,
            tenant_id=acme.id,
            source_id=source.id,
            address=f"/in/{key}",
        )

    return make


def version(mapping: Any) -> MappingView:
    """Make a version of a mapping, without samples."""
    return MappingView(
        version=0,
        document=mapping,
        sample="",
        clear_sample="",
        created_at=utc_now(),
        created_by="Ada",
    )
