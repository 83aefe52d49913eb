"""What must not be shared is found wherever it stands, named with its place, and taken out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.gallery.library import library
from marketplace.sharing.checking import Known, check, fingerprint, spans_in
from marketplace.sharing.cleaning import clean, filled, slots_in
from marketplace.sharing.names import Names
from marketplace.sharing.secrets import secrets_in
from marketplace.sharing.texts import texts_in
from runtime.flows.model import shape_problems
from tests.factories.flows import flow_document, step
from tests.factories.rules import make_rule_document
from tests.support.size import examples
from tests.unit.marketplace.sharing.planting import (
    KNOWN,
    REGISTRY,
    Document,
    addresses,
    base,
    kinds,
    names,
    one_step,
    planted,
    secrets,
)
from tests.unit.runtime.flows.strategies import json_values


def test_a_workflow_that_holds_nothing_of_anybody_is_clean() -> None:
    assert check(base(), KNOWN, REGISTRY) == []


@settings(max_examples=examples(60))
@given(planted(secrets))
def test_a_planted_secret_is_found_wherever_it_stands(case: tuple[Document, str, str]) -> None:
    assert "secret" in kinds(case[0])


@settings(max_examples=examples(60))
@given(planted(addresses))
def test_a_planted_address_is_found_wherever_it_stands(case: tuple[Document, str, str]) -> None:
    assert "address" in kinds(case[0])


@settings(max_examples=examples(60))
@given(planted(names))
def test_a_planted_name_is_found_wherever_it_stands(case: tuple[Document, str, str]) -> None:
    assert "name" in kinds(case[0])


@settings(max_examples=examples(60))
@given(planted(secrets | addresses | names), planted(secrets | addresses | names))
def test_what_was_cleaned_is_clean_and_still_a_workflow(
    case: tuple[Document, str, str], other: tuple[Document, str, str]
) -> None:
    document = case[0]
    document["steps"]["more"] = other[0]["steps"]["ask"]

    made = clean(document, KNOWN, REGISTRY).document

    assert check(made, KNOWN, REGISTRY) == []
    assert shape_problems(made) == []


@settings(max_examples=examples(60))
@given(st.dictionaries(st.text(max_size=20), json_values, max_size=5))
def test_anything_that_was_cleaned_is_clean(said: Any) -> None:
    made = clean({"said": said}, KNOWN).document

    assert check(made, KNOWN) == []


@settings(max_examples=examples(60))
@given(planted(secrets | addresses | names))
def test_nothing_that_is_found_stays_in_what_was_cleaned(case: tuple[Document, str, str]) -> None:
    made = clean(case[0], KNOWN, REGISTRY)

    left = str(made.document)
    assert all(one.text not in left for one in made.found)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"body": {"block": {"host": "10.1.2.3", "password": "hunter2"}}}, "secret"),
        ({"body": {"version": "Bearer correct horse battery"}}, "secret"),
        ({"digest": "AKIAIOSFODNN7EXAMPLE"}, "secret"),
        ({"publisher": "AKIAIOSFODNN7EXAMPLE"}, "secret"),
        ({"position": ["10.1.2.3", 52.52, 13.40]}, "address"),
        ({"body": {"size": ["10.1.2.3", 1]}}, "address"),
        ({"vars": {"password": "hunter2"}}, "secret"),
        ({"body": {"steps": {"password": "hunter2"}}}, "secret"),
        ({"wires": [{"from": "10.1.2.3", "to": "ask"}]}, "address"),
    ],
)
def test_settings_that_are_called_as_parts_of_a_workflow_are_looked_at(
    config: Document, kind: str
) -> None:
    assert kind in kinds(one_step(**config))


_PARTS = st.sampled_from(
    [
        "block",
        "version",
        "digest",
        "publisher",
        "position",
        "size",
        "steps",
        "body",
        "wires",
        "canvas",
        "groups",
        "triggers",
        "vars",
        "undo",
        "config",
        "from",
        "to",
        "ask",
    ]
)
_ANYWHERE = st.sampled_from(
    [
        (),
        ("vars",),
        ("canvas", "notes", "n"),
        ("canvas", "groups", "g"),
        ("input",),
        ("settings",),
        ("triggers", "hand"),
        ("triggers", "hand", "config"),
        ("steps", "ask"),
        ("steps", "ask", "config"),
        ("steps", "ask", "input"),
        ("steps", "ask", "undo"),
        ("steps", "each", "body", "steps", "inner"),
    ]
)


@settings(max_examples=examples(150))
@given(_ANYWHERE, st.lists(_PARTS | st.just(0), min_size=1, max_size=5), secrets)
def test_a_secret_is_found_at_any_path_of_the_names_a_workflow_is_written_with(
    start: tuple[str, ...], rest: list[str | int], secret: str
) -> None:
    document, value = base(), nested(rest[1:], secret)
    place: Any = document
    for name in start:
        place = place.setdefault(name, {})
    place[str(rest[0])] = value

    told = [spans_in(one, KNOWN) for one in texts_in(document) if not one.follows]

    assert "secret" in {one.kind for found in told for one in found}


def nested(path: list[str | int], value: Any) -> Any:
    for name in reversed(path):
        value = [value] if isinstance(name, int) else {name: value}
    return value


def test_an_end_of_a_wire_that_names_no_step_is_looked_at() -> None:
    document = one_step() | {"wires": [{"from": "hand", "to": "bng_4711"}]}

    assert [one.pointer for one in check(document, KNOWN)] == ["/wires/0/to"]


def test_a_finding_names_the_step_and_the_field_as_people_read_them() -> None:
    document = one_step(method="POST", url="https://desk.fjord.no/tickets", body="= {}")

    [found] = check(document, KNOWN, REGISTRY)

    assert found.place == "“Ask the desk”, field “Address”"
    assert found.what == "a web address"
    assert found.pointer == "/steps/ask/config/url"
    assert "fill in its own" in found.sentence


def test_a_secret_is_never_shown_not_even_in_the_title_of_its_step() -> None:
    key = "AKIAIOSFODNN7EXAMPLE"
    document = flow_document(
        {"ask": step("set-data", title=f"With {key}", config={"values": {"a": key}})}, []
    )

    told = " ".join(one.sentence for one in check(document, KNOWN, REGISTRY))

    assert key not in told
    assert "AWS" in told


@settings(max_examples=examples(40))
@given(secrets, st.sampled_from(["values", "AKIAIOSFODNN7EXAMPLE"]), st.booleans())
def test_a_secret_that_is_the_name_of_a_field_is_shown_nowhere(
    secret: str, outer: str, is_deep: bool
) -> None:
    inner = {secret: {secret: "10.1.2.3"} if is_deep else "10.1.2.3"}
    document = one_step(body={outer: inner}) | {"vars": {"x": {secret: "hunter2"}}}

    found = check(document, KNOWN, REGISTRY)
    told = " ".join(f"{one.sentence} {one.pointer}" for one in found)

    hidden = [secret[one.start : one.end] for one in secrets_in(secret, KNOWN.secrets)]
    spelled = [one[:1].upper() + one[1:].replace("_", " ").replace("-", " ") for one in hidden]
    assert {one.kind for one in found} >= {"secret", "address"}
    assert [one for one in (*hidden, *spelled) if one in told] == []


def test_an_address_that_holds_a_password_is_shown_without_it() -> None:
    found = check(one_step(url="https://joe:hunter2@desk.fjord.no/x"), KNOWN, REGISTRY)

    assert [one.shown for one in found] == ["…", "https://joe:…@desk.fjord.no/x"]


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.17",
        "2001:db8::7",
        "https://desk.example.com/x",
        "ops@example.org",
        "report.py",
        "bng",
        "+1 202 555-0143",
        "http://json-schema.org/draft/2020-12/schema",
    ],
)
def test_an_example_or_an_ordinary_word_may_stay_once_somebody_says_so(text: str) -> None:
    known = Known(names=Names.of({"a managed object": ["bng"]}))
    document = flow_document({}, []) | {"description": f"as in {text}"}
    found = check(document, known)

    assert found
    assert all(one.may_stay for one in found)
    assert check(document, known, confirmed=[fingerprint(one) for one in found]) == []


@pytest.mark.parametrize("key", sorted(library()))
def test_in_the_templates_that_come_along_all_that_is_found_may_stay(key: str) -> None:
    found = check(library()[key].flow, KNOWN, REGISTRY)

    assert [one.sentence for one in found if one.kind != "reference" and not one.may_stay] == []


@settings(max_examples=examples(60))
@given(planted(secrets))
def test_a_secret_can_never_be_confirmed_away(case: tuple[Document, str, str]) -> None:
    found = check(case[0], KNOWN, REGISTRY)

    left = check(case[0], KNOWN, REGISTRY, confirmed=[fingerprint(one) for one in found])

    assert "secret" in {one.kind for one in left}


def test_a_secret_in_an_example_address_stays_a_secret() -> None:
    found = check(one_step(url="https://joe:hunter22@example.com/"), KNOWN, REGISTRY)

    assert [one.kind for one in found] == ["secret", "address"]


@pytest.mark.parametrize(
    "text",
    [
        "= trigger.alarm.managed_object",
        "= steps.site.output.name",
        "Tell the desk about it at 12:30:45 on 2026-11-28",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "1.3.6.1.4.1.2011.5.25",
        "Version 1.0.0",
        "Amber numbers beragg07",
        "perceived_severity_at_least_major",
        "see tmf-api/serviceProblemManagement/v5",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert kinds(one_step(body=text)) == set()


def test_what_it_names_of_the_organisation_becomes_a_place_to_fill_in() -> None:
    document = one_step(method="GET") | {"settings": {"on_failure": {"flow": "tell-us"}}}
    document["steps"]["ask"]["connections"] = {"desk": "Desk of Fjord"}
    document["steps"]["again"] = {**document["steps"]["ask"], "title": "Once more"}

    made = clean(document, KNOWN, REGISTRY)

    assert {one.what for one in made.found} == {"a connection of yours", "a workflow of yours"}
    slots = slots_in(made.document, REGISTRY)
    assert [(one.name, one.what) for one in slots] == [
        ("fill_in_connection_1", "a connection"),
        ("fill_in_workflow_1", "a workflow"),
    ]
    assert len(slots[0].places) == 2
    assert (
        filled(made.document, {"fill_in_connection_1": "Desk of Fjord"})["steps"]
        == (document["steps"])
    )


def test_ids_that_hold_a_name_are_changed_with_all_that_reads_them() -> None:
    document = flow_document(
        {
            "ask_bng_4711": step("set-data", config={"values": {"n": 1}}),
            "tell": step("set-data", config={"values": {"m": "= steps.ask_bng_4711.output.n"}}),
        },
        ["hand > ask_bng_4711", "ask_bng_4711:done > tell"],
    )

    made = clean(document, KNOWN, REGISTRY).document

    assert list(made["steps"]) == ["ask_fill_in_name_1", "tell"]
    assert made["steps"]["tell"]["config"]["values"]["m"] == "= steps.ask_fill_in_name_1.output.n"
    assert made["wires"][1] == {"from": "ask_fill_in_name_1:done", "to": "tell"}


def test_a_later_version_keeps_the_places_of_the_one_before() -> None:
    first = clean(one_step(body="10.1.1.1 and 10.1.1.2"), KNOWN, REGISTRY)

    later = clean(
        one_step(body="10.1.1.3, 10.1.1.2"), KNOWN, REGISTRY, numbering=first.numbering
    ).document

    assert later["steps"]["ask"]["config"]["body"] == "fill_in_address_3, fill_in_address_2"


def test_a_place_that_is_there_already_keeps_its_meaning() -> None:
    made = clean(one_step(body="fill_in_address_1 or 10.1.1.1"), KNOWN, REGISTRY).document

    assert made["steps"]["ask"]["config"]["body"] == "fill_in_address_1 or fill_in_address_2"


def test_a_rule_is_checked_like_a_workflow() -> None:
    document = make_rule_document(name="For Fjordkraft Øst AS")
    document["then"] = [{"do": "start", "flow": "tell-us"}]

    found = check(document, KNOWN, REGISTRY)

    assert [(one.kind, one.place) for one in found] == [
        ("name", "Field “name”"),
        ("reference", "Action 1, field “Flow”"),
    ]
