"""A workflow with a webhook, called as another system calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from kernel.clock import utc_now
from kernel.secrets import Vault
from runtime.hooks import store
from runtime.hooks.deliveries import DeliveryView, list_deliveries
from runtime.hooks.reading import Delivery
from runtime.hooks.signature import sign
from runtime.runs.query import RunView, get_run
from tenancy.organisations import OrganisationView
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

END = step("end", config={"output": {"got": "= trigger.body"}})
STARTS: dict[str, Any] = {"steps": {"end": END}, "wires": ["hook > end"]}


@dataclass
class Hooked:
    """Publishes workflows with a webhook, calls it, and lets runs happen."""

    app: Flask
    bench: Bench
    flow_id: UUID = field(default_factory=lambda: UUID(int=0))
    secret: str = ""

    @property
    def vault(self) -> Vault:
        """What seals the keys and secrets."""
        vault: Vault = self.app.extensions["garland.services"].vault
        return vault

    def publish(
        self,
        steps: Mapping[str, Any] = STARTS["steps"],
        wires: list[str] = STARTS["wires"],
        *,
        with_secret: bool = True,
        **trigger: Any,
    ) -> None:
        """Publish a workflow whose trigger `hook` is a webhook, with an address."""
        triggers = {"hook": {"kind": "webhook", **trigger}}
        self.flow_id = self.bench.publish(steps, wires, triggers=triggers, name="Hooked")
        with self.bench.writing() as session:
            where = (session, self.bench.tenant_id, self.flow_id)
            store.make_addresses(*where, vault=self.vault, now=utc_now())
            if trigger.get("signed") and with_secret:
                where_hook = (*where, "hook")
                self.secret = store.set_secret(*where_hook, vault=self.vault, now=utc_now())

    def path(self) -> str:
        """Give the path of the webhook's address."""
        with self.bench.writing() as session:
            where = (session, self.bench.tenant_id, self.flow_id, "hook")
            return f"/hooks/{store.read_key(*where, vault=self.vault)}"

    def call(self, body: Any = None, *, data: bytes = b"", **headers: str) -> TestResponse:
        """Call the webhook; names of headers are written with underscores."""
        sent = data or json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        wanted = {"Content-Type": "application/json", **named}
        return self.app.test_client().post(self.path(), data=sent, headers=wanted)

    def signed(self, body: bytes, *, message_id: str = "msg_1", secret: str = "") -> Any:
        """Give the headers that sign a body now."""
        at_s = int(utc_now().timestamp())
        signature = sign(secret or self.secret, message_id=message_id, at_s=at_s, body=body)
        return {
            "webhook_id": message_id,
            "webhook_timestamp": str(at_s),
            "webhook_signature": signature,
        }

    def go(self) -> None:
        """Let everything that is due happen."""
        self.bench.now = utc_now()
        self.bench.go()

    def runs(self) -> list[RunView]:
        """List the workflow's runs."""
        return self.bench.runs_of(self.flow_id)

    def run_of(self, answer: TestResponse) -> RunView:
        """Give the run that an answer names."""
        with self.bench.writing() as session:
            run_id = UUID((answer.json or {})["run"])
            return get_run(session, self.bench.tenant_id, run_id)

    def deliveries(self) -> list[DeliveryView]:
        """List what the page shows of what came."""
        with self.bench.writing() as session:
            where = (session, self.bench.tenant_id)
            hook = store.find_hook(*where, self.flow_id, "hook", now=utc_now())
            assert hook.id is not None
            return list_deliveries(*where, hook.id)


@pytest.fixture
def hooked(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Hooked:
    return Hooked(app, Bench(sessions=sessions, tenant_id=acme.id))


def code(answer: TestResponse) -> tuple[int, str]:
    """Give an answer's status and problem code."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, (answer.json or {})["code"]


def delivery_of(body: bytes, message_id: str = "") -> Delivery:
    """Make a delivery that has just come, without HTTP."""
    return Delivery(
        body=body,
        mimetype="application/json",
        charset="",
        headers={"webhook-id": message_id} if message_id else {},
        query=(),
        sender="",
        at=utc_now(),
    )
