"""One of each thing of a tenant, made as its people and programs make it, in one process."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from designer.gallery.store import keep_template
from kernel.clock import format_instant, utc_now
from kernel.db import Base
from runtime.inventory.lookup import put_table
from runtime.trials.inputs import keep_input
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.alarms import work_off
from tests.factories.approvals import World as Worker
from tests.factories.approvals import asking_document
from tests.factories.flows import flow_document, step
from tests.factories.gallery import template_document
from tests.factories.installs import make_package
from tests.factories.maintenance import HOUR, window_document
from tests.factories.money import price_and_charge
from tests.factories.packs import make_pack_package
from tests.factories.rules import make_rule_document
from tests.factories.schedules import hours_document
from tests.factories.services import service_document
from tests.factories.tables import make_table_document
from tests.isolation.announced import announced
from tests.isolation.curated import curated
from tests.isolation.market import marketed, rated
from tests.isolation.organised import NOTE, organised
from tests.isolation.published import published
from tests.isolation.sharing import shared_by

V4 = "/tmf-api/alarmManagement/v4"
API = "/api/v1"


@dataclass
class Tenant:
    """A customer, its admin's browser and program, a word that only it writes, and its ids."""

    app: Flask
    sessions: sessionmaker[Session]
    organisation: OrganisationView
    word: str
    browser: FlaskClient
    program: FlaskClient
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """Its key in every row of its own."""
        return self.organisation.id

    def page(self, path: str) -> str:
        """Give an address of its pages."""
        return f"/t/{self.organisation.slug}{path}"

    def send(self, path: str, method: str = "POST", **sent: Any) -> Any:
        """Let its program do something; give what was answered."""
        whole = path if path.startswith(("/tmf-", "/scim/")) else API + path
        answer = self.program.open(whole, method=method, **sent)
        assert answer.status_code < 300, (path, answer.text)
        return answer.get_json() if answer.is_json else answer.text

    def fill_in(self, path: str, **form: Any) -> TestResponse:
        """Let its admin send a form."""
        answer = self.browser.post(self.page(path), data=form)
        assert answer.status_code < 400, answer.text
        assert "/sign-in" not in answer.location, "nobody is signed in"
        return answer

    def first(self, table: str, column: str = "id") -> str:
        """Give the first id of a table's rows that are this tenant's."""
        rows = Base.metadata.tables[table]
        with self.sessions() as session, system(session):
            found = session.execute(
                select(rows.c[column]).where(rows.c.tenant_id == self.id).order_by(rows.c[column])
            ).first()
        assert found is not None, f"there is no {table}"
        return str(found[0])


def fill(tenant: Tenant) -> None:
    """Make one of each thing, each with the tenant's word in its name, and note the ids."""
    ids = tenant.ids
    ids |= _alarms(tenant)
    ids |= _inventory(tenant)
    ids |= _designs(tenant)
    ids |= _runs(tenant)
    ids |= _brought(tenant)
    ids |= organised(tenant)
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        ids |= announced(session, tenant.id, tenant.word)
        ids |= published(session, tenant.organisation, tenant.word)
        ids |= curated(session, tenant.id, tenant.word)
        ids |= marketed(session, tenant.id, tenant.word)
        ids |= rated(session, tenant.id, ids["listing_draft"], tenant.word)
        ids |= price_and_charge(session, tenant.id, tenant.word)
    ids |= shared_by(tenant.sessions, tenant.id, tenant.word)


def _alarms(tenant: Tenant) -> dict[str, str]:
    now, word, send = utc_now(), tenant.word, tenant.send
    for name in ("one", "two", "three"):
        said = {"managed_object": f"{word} {name}", "perceived_severity": "critical"}
        send("/alarms", json={**said, "event_type": "communicationsAlarm", "text": word})
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        work_off(session, tenant.id, now=now)
    found = [one["id"] for one in send("/alarms?sort=managed_object", "GET")["items"]]
    made = send("/sources", json={"kind": "json", "name": f"{word} source"})
    snmp = {"kind": "syslog", "name": f"{word} syslog"}
    listened = send("/sources", json=snmp)
    tenant.app.test_client().post(made["address"].partition("localhost")[2], json={"nothing": word})
    hub = send(f"{V4}/hub", json={"callback": f"https://noc.example/{word}"})
    done = send(f"{V4}/ackAlarms", json=_acking(found[2]))
    tenant.fill_in("/alarms/views?severity=critical", name=f"{word} view")
    names = dict(zip(("alarm", "second_alarm", "third_alarm"), found, strict=True))
    return names | {
        "source": made["id"],
        "source_key": made["address"].rpartition("/")[2],
        "syslog": listened["id"],
        "fault": tenant.first("intake_fault"),
        "view": tenant.first("alarm_view"),
        "hub": hub["id"],
        "task": done["id"],
    }


def _acking(alarm: str) -> dict[str, Any]:
    said = {"ackSystemId": "o", "ackUserId": "b", "state": "acknowledged"}
    return {**said, "alarmPattern": [{"id": alarm}]}


def _inventory(tenant: Tenant) -> dict[str, str]:
    word, send = tenant.word, tenant.send
    keys = [f"{word}-node", f"{word}-line"]
    for key in keys:
        send(f"/resources/{key}", "PUT", json={"kind": "node", "name": f"{word} {key}"})
    resource = send(f"/resources/{keys[0]}", "GET")
    joined = {"from": keys[0], "to": keys[1], "kind": "connects"}
    send("/resource-relations", json=joined)
    text = f"key,kind,name\n{word}-new,node,{word}\n".encode()
    rows = f"key,name,resources,need,sla\n{word},{word},{keys[0]},all,99.9\n".encode()
    service = service_document(key=f"{word}-service", name=f"{word} service")
    window = window_document(
        name=f"{word} work",
        starts_at=format_instant(utc_now() + HOUR),
        ends_at=format_instant(utc_now() + 2 * HOUR),
    )
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        put_table(session, tenant.id, f"{word} table", ["city"], {word: {"city": word}})
    return {
        "resource": resource["id"],
        "resource_key": keys[0],
        "relation": tenant.first("resource_relation"),
        "inventory_import": send(f"/inventory-imports?origin={word}", data=text)["id"],
        "service_import": send(f"/service-imports?origin={word}", data=rows)["id"],
        "service": send("/services", json=service)["id"],
        "window": send("/maintenance-windows", json=window)["id"],
        "calendar": send("/calendars", json=hours_document(f"{word} hours"))["id"],
        "look_up_table": tenant.first("lookup_table"),
        "row": tenant.first("lookup_row"),
    }


def _designs(tenant: Tenant) -> dict[str, str]:
    word, send = tenant.word, tenant.send
    given = {"name": f"{word} login", "kind": "bearer", "hosts": ["x.example"]}
    connection = send("/connections", json={**given, "values": {"token": f"{word}-token"}})
    rule = make_rule_document(name=f"{word} rule")
    table = make_table_document(name=f"{word} decision")
    hooked = flow_document(
        {"note": NOTE},
        ["hand > note", "call > note"],
        name=f"{word} hooked",
        triggers={"hand": {"kind": "manual"}, "call": {"kind": "webhook"}},
    )
    flow = send("/flows", json={"name": hooked["name"], "document": hooked})["id"]
    send(f"/flows/{flow}/publish", json={})
    asked = flow_document({"note": NOTE}, ["hand > note"], name=f"{word} asked")
    other = send("/flows", json={"name": asked["name"], "document": asked})["id"]
    answer = tenant.fill_in("/workflows/import", text=json.dumps(asked))
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        where: dict[str, Any] = {"by": word, "now": utc_now()}
        keep_template(session, tenant.id, document=template_document(title=word), **where)
    rules = [send("/rules", json=one)["id"] for one in (rule, table)]
    send(f"/rules/{rules[0]}/publish", json={"mode": "observe"})
    return {
        "connection": connection["id"],
        "rule": rules[0],
        "table": rules[1],
        "flow": flow,
        "asked_flow": other,
        "hook_key": _hook_key(tenant, flow),
        "request": send(f"/flows/{other}/publish-requests", json={})["id"],
        "workflow_import": answer.location.rpartition("/")[2],
        "template": tenant.first("flow_template"),
    }


def _hook_key(tenant: Tenant, flow: str) -> str:
    address = tenant.send(f"/flows/{flow}/webhooks/call/address", "GET")["address"]
    return str(address.rpartition("/")[2])


def _runs(tenant: Tenant) -> dict[str, str]:
    """A run that waits for somebody, one that failed and a trial that stands."""
    word, send, flow = tenant.word, tenant.send, tenant.ids["flow"]
    asking = asking_document({"title": f"{word}?"}, name=f"{word} asks")
    failing = flow_document(
        {"no": step("fail", config={"message": word})}, ["hand > no"], name=f"{word} fails"
    )
    started = []
    for document in (asking, failing):
        made = send("/flows", json={"name": document["name"], "document": document})["id"]
        send(f"/flows/{made}/publish", json={})
        started.append(send(f"/flows/{made}/runs", json={})["id"])
    form = {"source": "sample", "effects": "none"}
    trial = tenant.fill_in(f"/workflows/{flow}/trials", **form).location.partition("?")[0]
    Worker(tenant.sessions, tenant.organisation).advance(utc_now())
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        given: dict[str, Any] = {"trigger_id": "hand", "trigger": {"kind": "manual"}, "by": word}
        kept = keep_input(session, tenant.id, UUID(flow), word, now=utc_now(), **given)
    return {
        "run": started[0],
        "failed_run": started[1],
        "trial": trial.rpartition("/")[2],
        "input": str(kept),
        "approval": tenant.first("approval"),
    }


def _brought(tenant: Tenant) -> dict[str, str]:
    """A block that is installed, a package that only lies here, and a pack that was brought."""
    word, send = tenant.word.lower(), tenant.send
    used, looked_at = (
        make_package(id=f"{word}.{one}", publisher=word) for one in ("used", "looked-at")
    )
    install = send("/installs?development=1", data=used)
    digest = send("/installs/packages", data=looked_at)["digest"]
    pack = make_pack_package(id=f"{word}.pack", publisher=word, title=f"{word} pack")
    tenant.send("/packs", data=pack)
    return {
        "install": install["id"],
        "block": f"{word}.used",
        "digest": digest,
        "pack": f"{word}.pack",
    }
