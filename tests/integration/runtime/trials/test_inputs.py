"""Inputs kept by name for the next trial: shared, renamed, offered first, let go of."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.errors import InvalidError, NotFoundError
from runtime.secrecy import MASK
from runtime.trials import inputs
from runtime.trials.inputs import (
    alarm_of_input,
    find_input,
    forget_input,
    input_names,
    keep_input,
    list_alarm_inputs,
    list_inputs,
    offer_first,
    rename_input,
    take_input,
)
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_trials import CHAIN, WIRES


@pytest.fixture
def flow(bench: Bench) -> UUID:
    return bench.publish(CHAIN, WIRES)


def keep(bench: Bench, flow: UUID, name: str, **said: Any) -> UUID:
    with bench.writing() as session:
        return keep_input(
            session,
            bench.tenant_id,
            flow,
            name,
            trigger_id="hand",
            trigger={"kind": "manual", "input": said},
            by="Ann",
            now=bench.now,
        )


def names(bench: Bench, flow: UUID) -> list[str]:
    with bench.writing() as session:
        return [one.name for one in list_inputs(session, bench.tenant_id, flow)]


def test_the_same_name_replaces_what_was_kept_under_it(bench: Bench, flow: UUID) -> None:
    first = keep(bench, flow, "Bern", site="BRN")
    second = keep(bench, flow, " Bern ", site="BE")

    with bench.writing() as session:
        found = take_input(session, bench.tenant_id, flow, second, now=bench.now)
    assert first == second
    assert found.trigger["input"] == {"site": "BE"}


def test_the_default_stands_first_then_the_names_in_order(bench: Bench, flow: UUID) -> None:
    keys = {name: keep(bench, flow, name) for name in ("bravo", "Alpha", "Charlie")}

    with bench.writing() as session:
        offer_first(session, bench.tenant_id, flow, keys["Alpha"])
        offer_first(session, bench.tenant_id, flow, keys["Charlie"])

    assert names(bench, flow) == ["Charlie", "Alpha", "bravo"]


def test_an_input_is_renamed_unless_another_has_the_name(bench: Bench, flow: UUID) -> None:
    key, _ = keep(bench, flow, "one"), keep(bench, flow, "two")

    with bench.writing() as session:
        rename_input(session, bench.tenant_id, flow, key, "three")
        with pytest.raises(InvalidError, match="taken"):
            rename_input(session, bench.tenant_id, flow, key, "two")

    assert names(bench, flow) == ["three", "two"]


def test_an_input_that_is_let_go_of_is_no_longer_there(bench: Bench, flow: UUID) -> None:
    key = keep(bench, flow, "one")
    with bench.writing() as session:
        forget_input(session, bench.tenant_id, flow, key)

    with bench.writing() as session, pytest.raises(NotFoundError):
        take_input(session, bench.tenant_id, flow, key, now=bench.now)


def test_secrets_are_shown_masked_and_used_as_they_are(bench: Bench, flow: UUID) -> None:
    key = keep(bench, flow, "one", password="s3cret")

    with bench.writing() as session:
        found = take_input(session, bench.tenant_id, flow, key, now=bench.now)

    assert found.shown["input"] == {"password": MASK}
    assert found.trigger["input"] == {"password": "s3cret"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\0b"])
def test_a_name_that_is_none_is_refused_with_its_field(bench: Bench, flow: UUID, name: str) -> None:
    with pytest.raises(InvalidError) as refused:
        keep(bench, flow, name)

    assert [one.pointer for one in refused.value.problems] == ["/name"]


def test_what_is_too_large_is_not_kept(bench: Bench, flow: UUID) -> None:
    with pytest.raises(InvalidError, match="too large"):
        keep(bench, flow, "large", text="x" * inputs.INPUT_MAX_BYTES)

    assert names(bench, flow) == []


def test_no_more_are_kept_than_people_can_oversee(
    bench: Bench, flow: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "KEPT_MAX", 1)
    keep(bench, flow, "one")

    with pytest.raises(InvalidError, match="no more inputs"):
        keep(bench, flow, "two")


def test_an_input_of_another_workflow_is_not_found(bench: Bench, flow: UUID) -> None:
    key = keep(bench, flow, "one")
    other = bench.publish(CHAIN, WIRES, name="Other")

    with bench.writing() as session:
        for wanted in ((other, key), (flow, uuid4())):
            with pytest.raises(NotFoundError):
                take_input(session, bench.tenant_id, *wanted, now=bench.now)


def keep_alarm(bench: Bench, flow: UUID, name: str, alarm: Any) -> UUID:
    with bench.writing() as session:
        return keep_input(
            session,
            bench.tenant_id,
            flow,
            name,
            trigger_id="rule",
            trigger={"kind": "rule", "alarm": alarm},
            by="Ann",
            now=bench.now,
        )


def test_inputs_with_an_alarm_are_listed_by_name_and_no_more_than_asked_for(
    bench: Bench, flow: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(bench, flow, "none")
    keep_alarm(bench, flow, "a word", "link down")
    kept = {keep_alarm(bench, flow, name, {"text": name}) for name in ("one", "two")}

    with bench.writing() as session:
        every = list_alarm_inputs(session, bench.tenant_id)
        monkeypatch.setattr(inputs, "KEPT_MAX", 1)
        few = list_alarm_inputs(session, bench.tenant_id)

    assert {id_ for id_, _, _ in every} == kept
    assert len(few) == 1


def test_the_alarm_of_an_input_is_masked_and_no_other_tenants(bench: Bench, flow: UUID) -> None:
    alarm = {"text": "down", "password": "s3cret"}
    key, word = keep_alarm(bench, flow, "one", alarm), keep_alarm(bench, flow, "two", "down")

    with bench.writing() as session:
        found = alarm_of_input(session, bench.tenant_id, key)
        for wanted in (word, uuid4()):
            with pytest.raises(NotFoundError):
                alarm_of_input(session, bench.tenant_id, wanted)

    assert found == {"text": "down", "password": MASK}


def test_one_input_is_found_by_its_id_and_the_default_without_one(bench: Bench, flow: UUID) -> None:
    first, second = keep(bench, flow, "a"), keep(bench, flow, "b")

    with bench.writing() as session:
        where = (session, bench.tenant_id, flow)
        assert find_input(*where, None) is None
        offer_first(*where, second)
        found = [find_input(*where, one) for one in (first, None, uuid4())]
        listed = input_names(*where)

    assert [one and one.name for one in found] == ["a", "b", None]
    assert listed == [(second, "b"), (first, "a")]
