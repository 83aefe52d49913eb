"""What steps are pinned to: kept beside the workflow, masked, warned of, used by trials alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.errors import InvalidError, NotFoundError
from runtime.flow_control.removing import copy_flow, delete_flow
from runtime.limits.model import Limits
from runtime.secrecy import MASK
from runtime.trials.keeping import remove_unused_trial_data
from runtime.trials.pins import (
    PIN_MAX_BYTES,
    Pin,
    list_pins,
    pin_from_run,
    pin_step,
    rename_step,
    unpin,
)
from tenancy.scope import as_tenant
from tests.factories.flows import step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_trials import CHAIN, LOOP, LOOP_WIRES, WIRES


@pytest.fixture
def flow(bench: Bench) -> UUID:
    return bench.publish(CHAIN, WIRES)


def pin(bench: Bench, flow: UUID, name: str, output: Any = None, **how: Any) -> Pin:
    with bench.writing() as session:
        return pin_step(
            session,
            bench.tenant_id,
            flow,
            name,
            **{"port": "done", "output": output, "by": "Ann", "now": bench.now, **how},
        )


def pins(bench: Bench, flow: UUID) -> dict[str, Any]:
    with bench.writing() as session:
        return {one.step: one.output for one in list_pins(session, bench.tenant_id, flow)}


def test_a_pin_is_there_for_everybody_and_the_last_one_counts(bench: Bench, flow: UUID) -> None:
    pin(bench, flow, "first", {"n": 1})
    pin(bench, flow, "first", {"n": 2})

    assert pins(bench, flow) == {"first": {"n": 2}}


def test_what_a_step_gave_in_a_run_is_pinned_with_its_port(bench: Bench) -> None:
    flow = bench.publish(LOOP, LOOP_WIRES)
    run = bench.run(flow)

    with bench.writing() as session:
        found = pin_from_run(
            session, bench.tenant_id, flow, "each[1].say", run_id=run, by="Ann", now=bench.now
        )

    assert (found.step, found.port, found.output) == ("say", "done", {"n": "b"})


def test_a_step_that_gave_nothing_in_a_run_is_not_pinned_to_it(bench: Bench, flow: UUID) -> None:
    run = bench.start(flow)

    with bench.writing() as session, pytest.raises(InvalidError, match="gave nothing"):
        pin_from_run(session, bench.tenant_id, flow, "first", run_id=run, by="Ann", now=bench.now)


def test_what_does_not_fit_the_block_is_kept_and_warned_of(bench: Bench) -> None:
    call = step("http-request", config={"url": "https://api.test/x"})
    flow = bench.publish({"call": call}, ["hand > call"])

    found = pin(bench, flow, "call", {"status": "no number"}, port="done")

    assert "status" in found.warning
    assert pins(bench, flow) == {"call": {"status": "no number"}}


@pytest.mark.parametrize(
    ("how", "pointer"),
    [
        pytest.param({"port": "sideways"}, "/port", id="no such port"),
        pytest.param({"output": "x" * PIN_MAX_BYTES}, "/output", id="too large"),
    ],
)
def test_what_cannot_be_pinned_names_the_field(
    bench: Bench, flow: UUID, how: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        pin(bench, flow, "first", **how)

    assert [one.pointer for one in refused.value.problems] == [pointer]
    assert pins(bench, flow) == {}


def test_a_step_that_is_not_in_the_draft_is_not_pinned(bench: Bench, flow: UUID) -> None:
    with pytest.raises(NotFoundError, match="no step fourth"):
        pin(bench, flow, "fourth", {})


def test_a_secret_is_shown_masked_and_stays_when_the_mask_is_sent_back(
    bench: Bench, flow: UUID
) -> None:
    shown = pin(bench, flow, "first", {"token": "t0p", "n": 1}).shown
    pin(bench, flow, "first", {**shown, "n": 2})

    assert shown["token"] == MASK
    assert pins(bench, flow) == {"first": {"token": "t0p", "n": 2}}


def test_one_pin_is_taken_away_or_all_are(bench: Bench, flow: UUID) -> None:
    for name in CHAIN:
        pin(bench, flow, name, {})

    with bench.writing() as session:
        assert unpin(session, bench.tenant_id, flow, "first") == 1
        assert unpin(session, bench.tenant_id, flow) == 2
    assert pins(bench, flow) == {}


def test_a_pin_goes_with_its_step_when_that_is_renamed(bench: Bench, flow: UUID) -> None:
    pin(bench, flow, "first", {"n": 7})
    pin(bench, flow, "second", {"n": 8})

    with bench.writing() as session:
        rename_step(session, bench.tenant_id, flow, "first", to="second")
        rename_step(session, bench.tenant_id, flow, "third", to="other")

    assert pins(bench, flow) == {"second": {"n": 7}}


def test_a_real_run_and_a_copy_know_nothing_of_pins(bench: Bench, flow: UUID) -> None:
    pin(bench, flow, "first", {"n": 99})

    run = bench.run(flow)
    with bench.writing() as session:
        copy, _ = copy_flow(session, bench.tenant_id, flow, by="Ann", now=bench.now)

    assert bench.output(run, "first") == {"n": 1}
    assert pins(bench, copy.id) == {}


def test_pins_go_with_the_workflow(bench: Bench, flow: UUID) -> None:
    pin(bench, flow, "first", {})
    with bench.writing() as session:
        delete_flow(session, bench.tenant_id, flow, by="Ann", now=bench.now)

    with bench.writing() as session, pytest.raises(NotFoundError):
        list_pins(session, bench.tenant_id, flow)


def test_another_tenant_neither_sees_nor_sets_pins(bench: Bench, flow: UUID) -> None:
    with bench.sessions.begin() as session:
        stranger = make_customer(session, name="Stranger").id

    with bench.sessions.begin() as session, as_tenant(session, stranger):
        with pytest.raises(NotFoundError):
            list_pins(session, stranger, flow)
        with pytest.raises(NotFoundError):
            pin_from_run(session, stranger, flow, "first", run_id=uuid4(), by="Eve", now=bench.now)


def test_what_no_trial_used_for_long_is_let_go_of(bench: Bench, flow: UUID) -> None:
    limits = Limits()
    pin(bench, flow, "first", {})
    pin(bench, flow, "second", {}, now=bench.now + timedelta(days=1))
    at = bench.now + timedelta(days=limits.failed_kept_days, hours=1)

    with bench.writing() as session:
        gone = remove_unused_trial_data(session, bench.tenant_id, limits, now=at)

    assert gone == 1
    assert list(pins(bench, flow)) == ["second"]
