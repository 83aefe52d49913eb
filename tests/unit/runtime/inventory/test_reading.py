"""Files that say what a network has: what is taken, what is told, and that nothing breaks them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.inventory.model import Gathered, RelationKind, ResourceKind
from runtime.inventory.reading.files import Naming, read_files

GRAPHML = (
    '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    '<key attr.name="label" attr.type="string" for="node" id="d0"/>'
    '<key attr.name="Latitude" attr.type="double" for="node" id="d1"/><graph>%s</graph></graphml>'
)
TMF = "tmf/examples/TMF639-v5.0.0.json"


def read(text: str | bytes, **naming: object) -> Gathered:
    content = text.encode() if isinstance(text, str) else text
    return read_files([content], Naming(**naming))  # type: ignore[arg-type]


def relations(found: Gathered) -> set[tuple[str, str, str]]:
    return set(found.relations)


def messages(found: Gathered) -> list[str]:
    return [one.message for one in found.problems]


@pytest.mark.parametrize(
    ("file", "resources", "links"),
    [
        ("zoo/Abilene.graphml", 11, 14),
        ("zoo/Aarnet.graphml", 19, 24),
        ("zoo/Geant2012.graphml", 40, 61),
        ("zoo/Bics.graphml", 33, 48),
        ("zoo/Airtel.graphml", 16, 26),
        ("sndlib/abilene.json", 12, 15),
        ("sndlib/polska.json", 12, 18),
    ],
)
def test_real_topologies_are_read_whole(
    shared_data: Path, file: str, resources: int, links: int
) -> None:
    found = read((shared_data / "topology" / file).read_bytes())

    assert (len(found.resources), len(found.relations)) == (resources, links)
    assert messages(found) == []


def test_labels_may_be_the_keys_under_a_prefix(shared_data: Path) -> None:
    content = (shared_data / "topology/zoo/Abilene.graphml").read_bytes()

    found = read(content, by_name=True, prefix="abilene:")

    assert "abilene:New York" in found.resources
    assert found.resources["abilene:New York"].attributes["Country"] == "United States"


def test_every_example_of_tmf639_is_read_or_refused_for_a_reason(shared_data: Path) -> None:
    refused = {}
    for name, body in json.loads((shared_data / TMF).read_text()).items():
        try:
            assert read(json.dumps(body)).resources
        except InvalidError as error:
            refused[name] = error.message

    assert sorted(refused) == [
        "ResourceAttributeValueChangeEvent_request",
        "ResourceDeleteEvent_request",
        "ResourceStateChangeEvent_request",
        "updateResource_using_json-patch-query_json_request",
        "updateResource_using_json-patch_json_request",
    ]
    assert all("import" in why or "needs" in why for why in refused.values())


def test_a_tmf639_router_keeps_state_site_and_what_it_contains() -> None:
    body = {
        "id": "r1",
        "@type": "PhysicalResource",
        "name": "Router",
        "operationalState": "enabled",
        "place": [{"role": "site", "place": {"id": "ZRH"}}],
        "resourceCharacteristic": [{"name": "vendor", "value": "Acme"}],
        "resourceRelationship": [
            {"relationshipType": "contains", "resource": {"id": "p1"}},
            {"relationshipType": "isContainedIn", "resource": {"id": "rack"}},
            {"relationshipType": "adores", "resource": {"id": "p2"}},
        ],
    }

    found = read(json.dumps([body]))

    said = found.resources["r1"]
    assert (said.kind, said.site, said.type) == (ResourceKind.NODE, "ZRH", "PhysicalResource")
    assert said.attributes == {"operationalState": "enabled", "vendor": "Acme"}
    assert relations(found) == {("r1", "p1", "contains"), ("rack", "r1", "contains")}
    assert messages(found) == [
        (
            "0/resourceRelationship/2/relationshipType: adores is not known: "
            "use contains, isContainedIn, dependsOn, connects or carries"
        )
    ]


def test_a_tmf639_v4_place_and_relation_are_read() -> None:
    body = {
        "id": "card",
        "@type": "EquipmentCard",
        "place": {"id": "BRN"},
        "resourceRelationship": [{"relationshipType": "dependsOn", "resource": {"id": "psu"}}],
    }

    found = read(json.dumps(body))

    assert found.resources["card"].kind is ResourceKind.PART
    assert found.resources["card"].site == "BRN"
    assert relations(found) == {("card", "psu", "depends_on")}


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(
            {"@type": "GeographicPoint", "geometry": [{"x": "8.54", "y": "47.38"}]}, id="point"
        ),
        pytest.param(
            {"place": {"geoJson": {"type": "Point", "coordinates": ["8.54", "47.38"]}}}, id="v5"
        ),
    ],
)
def test_a_tmf639_place_that_is_a_point_gives_the_coordinates(place: dict[str, object]) -> None:
    found = read(json.dumps([{"id": "r1", "@type": "Router", "place": [place]}]))

    assert found.resources["r1"].attributes == {"longitude": "8.54", "latitude": "47.38"}


def test_csv_columns_become_attributes_and_bad_lines_are_told() -> None:
    found = read(
        "key;kind;name;site;Vendor\nr1;node;Router;ZRH;Acme\n;node;;;\nr2;toaster;;;\nr1;node;;;\n"
    )

    assert found.resources["r1"].attributes == {"Vendor": "Acme"}
    assert messages(found) == [
        "line 3: key is missing: it is what alarms name the resource by",
        "line 4: kind toaster is not known: use one of site, node, part, link, service, customer",
        "line 5: r1 is there twice: give each resource a key of its own",
    ]


def test_csv_of_nodes_and_of_links_go_together() -> None:
    nodes, links = b"key\na\nb\n", b"from,to,relation\na,b,Depends on\nb,a,eats\n"

    found = read_files([nodes, links], Naming(prefix="x:"))

    assert relations(found) == {("x:a", "x:b", "depends_on")}
    assert messages(found) == [
        "file 2, line 3: eats is no relation: use one of connects, contains, depends_on, carries"
    ]


def test_a_connection_is_one_from_both_ends() -> None:
    found = read("from,to\na,b\nb,a\n")

    assert next(iter(found.relations.values())).kind is RelationKind.CONNECTS
    assert len(found.relations) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"hello", "line 1 must name the columns", id="no columns"),
        pytest.param(b"key,Key\na,b", "names a column twice", id="a column twice"),
        pytest.param(b"key\n\xff", "line 2 is no UTF-8 text", id="another encoding"),
        pytest.param(b'{"a": 1', "line 1, column 8", id="broken JSON"),
        pytest.param(b'{"a": 1}', "no inventory", id="other JSON"),
        pytest.param(b"<html/>", "begins <html>", id="other XML"),
        pytest.param(b"<graphml><node></graphml>", "line 1: the file is no XML", id="broken XML"),
        pytest.param(b"<graphml>" + b"<a>" * 30, "deeper than 20", id="deep XML"),
    ],
)
def test_what_is_no_inventory_is_refused_with_the_remedy(content: bytes, words: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(content)

    assert words in refused.value.message


@pytest.mark.parametrize(
    "inner",
    [
        pytest.param('<!DOCTYPE graphml [<!ENTITY a "x">]>', id="an entity"),
        pytest.param('<!DOCTYPE graphml SYSTEM "file:///etc/passwd">', id="a file"),
    ],
)
def test_a_document_type_is_refused_before_it_is_read(inner: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(f'{inner}<graphml><graph><node id="&a;"/></graph></graphml>')

    assert "a document type is not read" in refused.value.message


def test_an_edge_to_nowhere_is_told_with_its_line() -> None:
    found = read(GRAPHML % '<node id="a"/>\n<edge source="a" target="b"/>')

    assert messages(found) == ["line 2: there is no node 'b': add it, or drop the edge"]


def test_a_value_that_is_not_of_its_kind_stays_text() -> None:
    found = read(GRAPHML % '<node id="a"><data key="d1">far north</data></node>')

    assert found.resources["a"].attributes == {"Latitude": "far north"}


def attempt(text: str | bytes) -> tuple[Gathered, bool]:
    """Read a text; where it is refused as a whole, give its problems and True."""
    try:
        return read(text), False
    except InvalidError as error:
        return Gathered("refused", problems=list(error.problems)), True


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found, is_refused = attempt(content)

    assert bool(found.problems) >= is_refused
    assert all(key == one.key for key, one in found.resources.items())


@given(st.text(max_size=300), st.sampled_from(["key,name\n", "from,to\n", "key;site\n"]))
def test_any_cells_are_read_or_told_with_their_line(text: str, head: str) -> None:
    found, is_refused = attempt(head + text)

    assert is_refused or all(one.message.startswith("line ") for one in found.problems)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
bodies = st.dictionaries(
    st.sampled_from(
        ["id", "name", "@type", "place", "resourceRelationship", "resourceCharacteristic", "event"]
    ),
    json_values,
)


@given(st.lists(bodies, max_size=3) | bodies | st.fixed_dictionaries({"nodes": json_values}))
def test_any_json_is_read_or_refused(document: object) -> None:
    found, is_refused = attempt(json.dumps(document))

    assert bool(found.problems) >= is_refused
    assert all(one.key for one in found.resources.values())
