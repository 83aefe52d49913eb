"""Every address, asked absurdly: it is answered, and never by a fault of ours; nor by a stranger's.

What an address reads of its query and form is taken from its module's source, so that a new one is
asked as well. Each name gets some of the values in turn; `--nightly` gives it all of them.
"""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Iterable, Iterator
from itertools import cycle, islice, product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import IntegerConverter, Rule

from designer.gallery.store import keep_template
from kernel.clock import utc_now
from kernel.cursors import encode_cursor
from kernel.secrets import Vault
from runtime.alarms.sources.store import create_source
from runtime.calendars.store import create_calendar
from runtime.inventory.lookups.store import create_table
from runtime.inventory.resources import put_resource
from runtime.maintenance.windows import plan_window
from runtime.rules.store import create_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.alarms import make_alarm
from tests.factories.flows import chain_document, make_flow
from tests.factories.gallery import template_document
from tests.factories.maintenance import window_document
from tests.factories.schedules import hours_document
from tests.factories.services import make_service
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn
from tests.integration.garland.test_isolation import OPEN_TO_ALL
from tests.support.size import examples

MACHINES = ("/api/", "/tmf-api/", "/scim/", "/in/", "/hooks/")
LEFT_OUT = {"live.stream", "static", "operations.readyz", "sign_ins.sign_out"}
NUMBERS = ("1", "9" * 25)
TEXTS = (
    "9" * 5_000,
    "9" * 19,
    "-1",
    "²",
    "1e999",
    "NaN",
    "\0",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01",
    "9999-12",
    "x" * 50_100,
    "[" * 2_000,
    '{"a": 1, "a": 2}',
    "[]",
    "%",
    "(" * 2_000,
)
CURSORS = (
    *(
        encode_cursor(*[part] * parts)
        for parts, part in product((1, 2, 3), ("x", "9" * 30, TEXTS[7], TEXTS[8], "\0", "²"))
    ),
    base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    base64.urlsafe_b64encode(b"[1, 2]").decode(),
    "é",
)
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1e9999",
    b'"\\ud800"',
    b'{"\\ud800": "\\ud800", "a\\u0000": "\\u0000"}',
    b'{"a": 1, "a": 2}',
    b"[" * 100_000,
    b'{"version": 1' + b"0" * 40 + b"}",
    b"\xff",
)
_READS = re.compile(r"""(?:get|getlist|_choice|_instant|read_instant)\(\s*(?:\w+, )?"([\w-]+)\"""")


class Things:
    """One of each thing of a tenant, by the name that addresses give its id."""

    def __init__(
        self, app: Flask, sessions: sessionmaker[Session], tenant: OrganisationView
    ) -> None:
        vault = app.extensions["garland.services"].vault
        with sessions.begin() as session, as_tenant(session, tenant.id):
            self.ids = {name: str(id_) for name, id_ in _made(session, tenant.id, vault)}
            self.token = create_token(session, tenant.id, name="t", role="admin", now=utc_now())
        self.slug = tenant.slug

    def addresses(self, rule: Rule, *, numbers: Iterable[str] = NUMBERS) -> Iterator[str]:
        """Fill an address with these ids, and with each of the numbers and of its choices."""
        names, choices = [], []
        for name, converter in rule._converters.items():  # noqa: SLF001  no public way to ask
            is_number = isinstance(converter, IntegerConverter)
            of_kind = sorted(getattr(converter, "items", ()) or ()) or ["x"]
            known = self.slug if name == "tenant" else self.ids.get(name)
            if known is None and "UUID" in type(converter).__name__:
                known = str(uuid4())
            names.append(name)
            choices.append([known] if known else list(numbers) if is_number else of_kind)
        for values in product(*choices):
            address = rule.rule
            for name, value in zip(names, values, strict=True):
                pattern = rf"<(?:[^<>:]*(?:\([^)]*\))?:)?{name}>"
                address = re.sub(pattern, value, address)
            yield address


def _made(session: Session, tenant_id: UUID, vault: Vault) -> Iterator[tuple[str, UUID]]:
    where = (session, tenant_id)
    yield "flow_id", make_flow(*where, chain_document(2)).id
    yield "rule_id", create_rule(*where, document=make_table_document(), by="t", now=NOON).id
    yield "service_id", make_service(*where).id
    yield "table_id", create_table(*where, name="sites", columns=["city"]).id
    yield "calendar_id", create_calendar(*where, document=hours_document(), by="t", now=NOON).id
    yield "window_id", plan_window(*where, document=window_document(), by="t", now=NOON).id
    yield "resource_id", put_resource(*where, "node", "r1", "R1")
    yield "alarm_id", make_alarm(*where, "r1")
    kept = UUID(keep_template(*where, document=template_document(), by="t", now=NOON).key)
    yield "template_id", kept
    yield "template_key", kept
    yield "source_id", create_source(*where, kind="json", name="B", vault=vault, now=NOON)[0].id


@pytest.fixture
def things(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Things:
    return Things(app, sessions, acme)


@pytest.fixture
def browser(app: Flask, signed_in: SignedIn) -> FlaskClient:
    app.config["RATELIMIT_ENABLED"] = False
    return signed_in("admin")


def asked(app: Flask, rule: Rule) -> set[str]:
    """Give the names that an address's module reads of a query or a form."""
    module = inspect.getmodule(inspect.unwrap(app.view_functions[rule.endpoint]))
    assert module is not None
    return set(_READS.findall(inspect.getsource(module))) | {"cursor", "limit"}


def ask(client: FlaskClient, things: Things, method: str, address: str, **sent: Any) -> int:
    headers = {"Authorization": f"Bearer {things.token}", "If-Match": '"1"'}
    is_machine = address.startswith(MACHINES)
    return client.open(
        address, method=method, headers=headers if is_machine else {}, **sent
    ).status_code


def rules_of(app: Flask, *methods: str) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()).intersection(methods))
        if rule.endpoint not in LEFT_OUT
    ]


def test_no_address_breaks_over_what_its_query_says(
    app: Flask, browser: FlaskClient, things: Things
) -> None:
    texts, cursors = cycle(TEXTS), cycle(CURSORS)
    tries, broken = examples(1, at_night=len(TEXTS)), {}

    for rule, method in rules_of(app, "GET"):
        for place, address in enumerate(things.addresses(rule, numbers=NUMBERS)):
            queries = [""] + [
                urlencode({name: value})
                for name in sorted(asked(app, rule))
                for value in islice(cursors if name in ("cursor", "as_of") else texts, tries)
            ]
            for query in queries[: 1 if place else None]:
                status = ask(browser, things, method, f"{address}?{query}")
                if status >= 500:
                    broken[address, query[:80]] = status

    assert broken == {}


def test_no_address_breaks_over_what_is_sent(
    app: Flask, browser: FlaskClient, things: Things
) -> None:
    texts, bodies = cycle(TEXTS), cycle(BODIES)
    tries, broken = examples(2, at_night=len(BODIES)), {}

    for rule, method in rules_of(app, "POST", "PUT", "PATCH"):
        for address in things.addresses(rule, numbers=NUMBERS[-1:]):
            form = {name: next(texts) for name in sorted(asked(app, rule))}
            sent: list[dict[str, Any]] = [
                {"data": body, "content_type": "application/json"} for body in islice(bodies, tries)
            ]
            for one in [*sent, {"data": form}]:
                status = ask(browser, things, method, address, **one)
                if status >= 500:
                    broken[method, address, str(one)[:80]] = status

    assert broken == {}


def test_no_id_of_another_tenant_opens_or_changes_anything(
    app: Flask,
    sessions: sessionmaker[Session],
    things: Things,
    signed_in: SignedIn,
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    app.config["RATELIMIT_ENABLED"] = False
    stranger, own = signed_in("admin", other), Things(app, sessions, other)
    theirs = Things.__new__(Things)
    theirs.ids, theirs.slug, theirs.token = things.ids, own.slug, own.token
    owner, before = signed_in("admin"), {}
    for rule, method in rules_of(app, "GET"):
        address = next(things.addresses(rule))
        if rule.arguments.intersection(things.ids):
            before[address] = ask(owner, things, method, address)

    opened = {}
    for rule, method in rules_of(app, "GET", "POST", "PUT", "PATCH", "DELETE"):
        if rule.endpoint in OPEN_TO_ALL or not rule.arguments.intersection(things.ids):
            continue
        for address in theirs.addresses(rule, numbers=["1"]):
            status = ask(stranger, theirs, method, address, json={})
            if status < 400:
                opened[method, address] = status

    assert opened == {}
    after = {address: ask(owner, things, "GET", address) for address in before}
    assert after == before
    assert sum(status == 200 for status in before.values()) > 20
