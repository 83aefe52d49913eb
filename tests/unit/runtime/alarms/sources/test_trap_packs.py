"""Packs extend the trap catalogue: between the tenant's own and Garland's, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runtime.alarms.model import parse_event
from runtime.alarms.sources.snmp.layers import Catalogue, Given, garlands
from runtime.alarms.sources.snmp.message import V2C, Notification
from runtime.alarms.sources.snmp.packs import read_packs
from runtime.alarms.sources.snmp.reading import events_of
from tests.factories.packs import FAN, FAN_FAILED, FAN_WELL, make_ending, make_entry, make_pack

COLD_START, LINK_DOWN = "1.3.6.1.6.3.1.1.5.1", "1.3.6.1.6.3.1.1.5.3"
EXAMPLES = Path(__file__).parents[5] / "examples" / "packs"


def severity(catalogue: Catalogue, oid: str) -> str:
    """Say how severe a trap is."""
    found = catalogue.find(oid)
    return found.severity.value if found else "unknown"


def cold_start(how: str) -> dict[str, Any]:
    return {"trap": 1, "oid": COLD_START, "name": "coldStart", "severity": how}


def test_a_tenants_own_entry_stands_over_a_packs_and_that_over_garlands(tmp_path: Path) -> None:
    make_pack(tmp_path, traps={"starts.json": cold_start("minor")})
    packs = read_packs(tmp_path)
    own = {COLD_START: cold_start("critical")}

    found = [Catalogue({}), Catalogue({}, packs), Catalogue(own, packs), Catalogue(own)]

    assert [severity(one, COLD_START) for one in found] == [
        "warning", "minor", "critical", "critical",
    ]  # fmt: skip


def test_a_pack_adds_traps_and_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    make_pack(tmp_path)
    given = read_packs(tmp_path)

    assert set(given.documents) - set(garlands().documents) == {FAN_FAILED, FAN_WELL}
    assert (given.giver(FAN_WELL), given.giver(LINK_DOWN)) == ("Acme fans 1.2.0", "Built in")
    assert severity(Catalogue({}, given), LINK_DOWN) == "major"


def test_where_no_pack_is_the_catalogue_is_garlands(tmp_path: Path) -> None:
    assert read_packs(tmp_path / "nowhere") == garlands()


PLACE = "/traps/b.json/1"
TOLD = "traps/b.json, entry 2 ("


@pytest.mark.parametrize(
    ("bad", "pointer", "told"),
    [
        pytest.param(make_ending(severity="loud"), "/severity", "fanWell): severity", id="enum"),
        pytest.param(make_ending(colour="red"), "/colour", "fanWell): colour", id="strange field"),
        pytest.param(make_ending(key="{fin}"), "/key", "fanWell): key", id="no such place"),
        pytest.param(make_ending(key="x{fan}"), "/clears", "never meet", id="cannot meet"),
        pytest.param(
            make_ending(clears=[f"{FAN}.9"]), "/clears", "has no entry", id="ends nothing"
        ),
        pytest.param(make_entry(name="again"), "/oid", "has this trap already", id="twice"),
        pytest.param(make_ending(text="a\ud800b"), "/text", "half a character", id="surrogate"),
    ],
)
def test_a_pack_with_a_bad_entry_is_left_out_whole_and_file_and_field_are_named(
    tmp_path: Path, bad: dict[str, Any], pointer: str, told: str
) -> None:
    make_pack(tmp_path, "good", traps={"a.json": cold_start("minor")})
    good = {"oid": "1.3.6.1.4.1.32473.0.9", "name": "other"}
    make_pack(
        tmp_path, "worse", traps={"a.json": make_entry(**good), "b.json": [make_entry(), bad]}
    )

    given = read_packs(tmp_path)

    (refused,) = given.refused
    (problem,) = refused.problems
    assert (refused.name, problem.pointer) == ("worse", PLACE + pointer)
    assert problem.message.startswith(TOLD)
    assert told in problem.message
    assert [one.id for one in given.used] == ["acme.good"]
    assert set(given.documents) == set(garlands().documents)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[{]", "traps/b.json: it is not JSON: ", id="no JSON"),
        pytest.param('{"entries": [7]}', "traps/b.json, entry 1: ", id="no entry"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, told: str) -> None:
    make_pack(tmp_path, traps={"a.json": make_entry(), "b.json": text})

    given = read_packs(tmp_path)

    assert given.refused[0].problems[0].message.startswith(told)
    assert given.documents == garlands().documents


def test_a_trap_that_two_packs_have_is_the_firsts(tmp_path: Path) -> None:
    make_pack(tmp_path, "one")
    make_pack(tmp_path, "two", traps={"x.json": make_entry(severity="critical")})

    given = read_packs(tmp_path)

    assert severity(Catalogue({}, given), FAN_FAILED) == "major"
    assert "the pack Acme one 1.2.0 has this trap already" in _first(given)


def test_a_pack_that_is_there_twice_is_used_once(tmp_path: Path) -> None:
    make_pack(tmp_path, "one")
    make_pack(tmp_path, "two", id="acme.one", traps={"x.json": cold_start("minor")})

    given = read_packs(tmp_path)

    assert len(given.used) == 1
    assert _first(given) == "pack.json: id: another pack is acme.one already: keep one of the two"


def test_a_pack_cannot_part_a_raise_of_ours_from_its_clear(tmp_path: Path) -> None:
    down = {**garlands().documents[LINK_DOWN], "key": "{ifDescr}"}
    make_pack(tmp_path, traps={"links.json": down})

    given = read_packs(tmp_path)

    assert "linkUp ends the alarms of linkDown, and the two could never meet" in _first(given)
    assert given.documents == garlands().documents


def _first(given: Given) -> str:
    return given.refused[0].problems[0].message


def test_the_pack_among_the_examples_can_be_used_and_its_ends_meet_their_alarms() -> None:
    given = read_packs(EXAMPLES)
    find = Catalogue({}, given).find

    assert (len(given.used), given.refused) == (1, ())
    assert len(given.packs) >= 14
    ends = [find(oid) for oid in given.packs if given.documents[oid].get("clears")]
    for entry in ends:
        assert entry is not None
        for oid in entry.clears:
            raised, cleared = (_event(one, find) for one in (oid, entry.oid))
            assert raised["perceived_severity"] != "cleared"
            assert cleared["perceived_severity"] == "cleared"
            assert _identity(raised) == _identity(cleared)


def _event(oid: str, find: Any) -> dict[str, Any]:
    variables = tuple((f"{one}.2.1.0.0", f"the {name}") for one, name in find(oid).objects)
    said = Notification(
        version=V2C, oid=oid, agent="", enterprise="", uptime=0, variables=variables, inform=False
    )
    return events_of(said, sender="192.0.2.1", find=find)[0]


def _identity(event: dict[str, Any]) -> str:
    return parse_event({"source": "s", **event}).dedup_key
