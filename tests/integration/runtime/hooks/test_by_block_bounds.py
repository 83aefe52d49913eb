"""A webhook that a block reads: secrets it asks by, and what it may take of what others need."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, Context, Outcome
from runtime.hooks.called.api import BLOCK_SLOTS
from runtime.hooks.waiting import Slots
from runtime.limits.model import Limits
from runtime.limits.rates import Rates
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.connections import make_connection
from tests.factories.tenancy import make_customer
from tests.factories.triggers import KEY_SLOT
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.hooks.conftest import code
from tests.integration.runtime.hooks.test_by_block import CANARY, ByBlock


@pytest.fixture
def hooked(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> ByBlock:
    return ByBlock(app, Bench(sessions=sessions, tenant_id=acme.id))


@pytest.mark.parametrize(
    "where", [{"header": "X-Kind"}, {"header": "Webhook-Id"}, {"query": "t"}], ids=str
)
def test_what_fits_a_secret_is_not_shown_to_the_block_and_not_kept(
    hooked: ByBlock, where: dict[str, str]
) -> None:
    seen: list[Any] = []

    def look(ctx: Context) -> Outcome:
        fits = ctx.hook.verify_secret("api", prefix="v1=", **where)
        seen.append((fits, str(ctx.input)))
        return ctx.emit("events", {"events": [{"key": "a", "data": ctx.input}]})

    hooked.set_up(look)
    said = f"v1={CANARY}"
    headers = {where["header"]: said} if "header" in where else {}
    address = hooked.path() + (f"?t={said}&a=1" if "query" in where else "?a=1")
    hooked.app.test_client().post(address, json={}, headers=headers)

    [(fits, shown)] = seen
    assert fits
    assert CANARY not in shown
    assert "'a': '1'" in shown
    [run] = hooked.runs()
    assert CANARY not in str(run)


def test_its_calls_are_counted_as_those_of_steps(
    hooked: ByBlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates, limits = Rates(), Limits(calls_per_s=0.1)
    monkeypatch.setattr("runtime.block_triggers.asking.rates_of", lambda _: rates)
    monkeypatch.setattr("runtime.block_triggers.asking.limits_of", lambda *_: limits)

    def call(ctx: Context) -> Outcome:
        with suppress(BlockError):
            ctx.http.request("GET", "http://127.0.0.1:1/")
        return ctx.emit("events", {"events": []})

    hooked.set_up(call)

    assert hooked.send().status_code == 200
    again = hooked.send()

    assert code(again) == (503, "core.unavailable")
    assert "127.0.0.1" not in again.text
    assert "Too many calls to http://127.0.0.1:1" in hooked.deliveries()[0].message


def test_a_slot_that_is_left_empty_is_no_open_door(hooked: ByBlock) -> None:
    hooked.set_up(named={}, secrets=[{**KEY_SLOT, "required": False}])

    assert hooked.send(secret="").status_code == 401


def test_who_finds_no_room_is_told_to_come_again(hooked: ByBlock) -> None:
    hooked.set_up()
    hooked.app.extensions[BLOCK_SLOTS] = Slots(0)

    assert code(hooked.send()) == (503, "core.unavailable")
    assert hooked.keys() == []


def test_a_tenant_whose_deliveries_take_long_leaves_room_to_others(hooked: ByBlock) -> None:
    hooked.set_up()
    hooked.app.extensions[BLOCK_SLOTS] = slots = Slots(2)

    with slots.one(hooked.bench.tenant_id):
        assert code(hooked.send()) == (503, "core.unavailable")
    with slots.one(uuid4()):
        assert hooked.send().status_code == 202


def test_the_connection_of_another_tenant_is_never_used(hooked: ByBlock) -> None:
    hooked.set_up()
    with hooked.bench.sessions.begin() as session:
        other = make_customer(session)
        with as_tenant(session, other.id):
            values = {"key": "canary-of-others"}
            make_connection(session, other.id, values=values, vault=hooked.vault)

    assert hooked.send(secret="canary-of-others").status_code == 401
    assert hooked.send().status_code == 202
