"""What a port hands on, in one word."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.flows.port_kinds import PortKind, port_kind

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        pytest.param({}, PortKind.NOTHING, id="nothing is said"),
        pytest.param(
            {"type": "object", "additionalProperties": False}, PortKind.NOTHING, id="empty object"
        ),
        pytest.param(
            {"properties": {"managed_object": TEXT, "perceived_severity": TEXT, "id": TEXT}},
            PortKind.ALARM,
            id="an alarm's fields",
        ),
        pytest.param({"type": "array"}, PortKind.LIST, id="an array"),
        pytest.param(
            {"properties": {"items": {"type": "array"}, "count": {"type": "integer"}}},
            PortKind.LIST,
            id="a list with its count",
        ),
        pytest.param(
            {"properties": {"id": TEXT, "status": TEXT}}, PortKind.RECORD, id="a ticket has an id"
        ),
        pytest.param(
            {"properties": {"key": TEXT, "attributes": {"type": "object"}}},
            PortKind.RECORD,
            id="an object with parts",
        ),
        pytest.param({"type": "object"}, PortKind.RECORD, id="an object of unknown fields"),
        pytest.param({"properties": {"text": TEXT}}, PortKind.VALUE, id="one text"),
        pytest.param({"type": ["number", "null"]}, PortKind.VALUE, id="a number, or none"),
    ],
)
def test_names_what_a_port_hands_on(schema: dict[str, Any], kind: PortKind) -> None:
    assert port_kind(schema) is kind


def test_the_blocks_of_garland_show_every_kind_but_that_of_what_starts_a_workflow() -> None:
    found = {
        port_kind(port.schema)
        for block in standard_registry().all()
        for port in block.manifest.outputs
    }

    assert found == set(PortKind) - {PortKind.ALARM}


@given(
    st.recursive(
        st.dictionaries(
            st.sampled_from(["type", "additionalProperties", "title"]),
            st.sampled_from(["object", "array", "string", ["null", "number"], [], False]),
        ),
        lambda inner: st.builds(
            lambda fields: {"properties": fields},
            st.dictionaries(st.text(max_size=3), inner, max_size=3),
        ),
        max_leaves=6,
    )
)
def test_no_schema_is_without_a_kind(schema: dict[str, Any]) -> None:
    said = schema.get("type")
    schema = schema if said is None or said in ("object", "array", "string") else {}

    assert port_kind(schema) in PortKind
