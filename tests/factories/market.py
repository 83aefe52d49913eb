"""A CSP whose customers use one signed block, and a new release that breaks some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs import offering, store
from blocks.packages.package import read_package, sign_package
from blocks.packages.trusted import add_publisher, add_release, found_trust
from runtime.flows.versions import FlowView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.installs import make_package
from tests.factories.organisations import make_below
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.tenancy import NOON

TEXT = {"type": "string"}
LOUD = {"type": "string", "enum": ["plain", "loud"]}
PLAIN = {"type": "string", "enum": ["plain"]}
WHO: dict[str, Any] = {"by": "Ann", "now": NOON}
SPOKEN = "def run(ctx):\n    return ctx.emit('done', {'text': 'x', 'state': 'up'})\n"


def say(version: str = "1.0.0", **config: Any) -> dict[str, Any]:
    """Make a step that uses the block."""
    return {"block": "acme.say", "version": version, "config": {"word": "hi", **config}}


def reads(text: str) -> dict[str, Any]:
    """Make a step that keeps what an expression gives."""
    return step("set-data", config={"values": {"n": f"= {text}"}})


def release(version: str, **changes: Any) -> bytes:
    """Pack and sign a version: it takes `tone`, leaves by two ports and gives two fields."""
    said = {"type": "object", "properties": {"text": TEXT, "state": TEXT}}
    document: dict[str, Any] = {
        "config": _config(LOUD),
        "outputs": [
            {"name": "done", "title": "Said", "schema": said},
            {"name": "missing", "title": "Nobody there"},
        ],
        "examples": [],
        **changes,
    }
    return sign_package(make_package(SPOKEN, version=version, **document), KEY)


def breaking(version: str = "2.0.0", **changes: Any) -> bytes:
    """Pack and sign a version that takes less, lost a port and lost a field."""
    said = {"type": "object", "properties": {"text": TEXT}}
    outputs = [{"name": "done", "title": "Said", "schema": said}]
    return release(version, config=_config(PLAIN), outputs=outputs, **changes)


def begin_trust(session: Session) -> None:
    """Found a trust that knows the publisher's key."""
    found_trust(session, ROOT_KEY, now=NOON)
    add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)


def bring(session: Session, tenant_id: UUID, package: bytes, *, is_new: bool = True) -> str:
    """List a signed package and bring it to an organisation; give its digest."""
    if is_new:
        add_release(session, ROOT_KEY, read_package(package), now=NOON)
    with as_tenant(session, tenant_id):
        return offering.upload(session, tenant_id, package, **WHO).digest


def install(session: Session, tenant_id: UUID, digest: str) -> None:
    """Let an organisation use a package."""
    with as_tenant(session, tenant_id):
        store.install(session, tenant_id, digest, consents=True, **WHO)


def publish(
    session: Session,
    tenant_id: UUID,
    steps: Mapping[str, Any],
    *wires: str,
    name: str = "Say it",
    is_live: bool = True,
) -> FlowView:
    """Make a workflow of these steps that starts by hand with the first one."""
    document = flow_document(steps, [f"hand > {next(iter(steps))}", *wires], name=name)
    document["triggers"] = {"hand": {"kind": "manual"}}
    with as_tenant(session, tenant_id):
        return make_flow(session, tenant_id, document, publish=is_live)


def customers_of(session: Session, csp: OrganisationView, number: int) -> list[OrganisationView]:
    """Make some customers of a CSP."""
    return [make_below(session, csp, name=f"Customer {one:02}") for one in range(number)]


def _config(tone: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["word"],
        "properties": {"word": {**TEXT, "title": "Word"}, "tone": tone},
    }
