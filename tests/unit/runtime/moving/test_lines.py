"""Lines read as what was written, whichever database the row came from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import Base
from runtime.moving.lines import read_line, write_line
from tests.support.size import examples

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
TABLE = Base.metadata.tables["lookup_row"]
ROW = {
    "id": "0190a000-0000-7000-8000-000000000001",
    "table_id": "0190a000-0000-7000-8000-000000000002",
    "key": "A",
    "values": {"city": "Bonn"},
}


def as_postgresql_keeps_it(value: Any) -> Any:
    """Give a document as JSONB gives it back: numbers as decimals, without an exponent."""
    if isinstance(value, dict):
        return {name: as_postgresql_keeps_it(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_postgresql_keeps_it(one) for one in value]
    if not isinstance(value, float):
        return value
    written = format(Decimal(repr(value)), "f").removeprefix("-0.0" if value == 0 else "\0")
    return json.loads(written or "0.0")


@given(document=VALUES)
@settings(max_examples=examples(60))
def test_a_document_is_the_same_line_from_both_databases(document: Any) -> None:
    assert write_line({"a": document}) == write_line({"a": as_postgresql_keeps_it(document)})


def test_a_line_reads_as_the_row_it_was_written_from() -> None:
    row = read_line(TABLE, json.dumps(ROW).encode())

    assert read_line(TABLE, write_line(row)) == row


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"tenant_id": ROW["id"]}, "does not have its columns", id="whose it is"),
        pytest.param({"words": "x"}, "does not have its columns", id="an unknown column"),
        pytest.param({"id": "1"}, "lookup_row.id", id="no id"),
        pytest.param({"key": None}, "lookup_row.key", id="nothing where something has to be"),
        pytest.param({"key": 7}, "lookup_row.key", id="another kind"),
        pytest.param({"key": "A" * 10_000}, "longer than", id="too long"),
    ],
)
def test_a_line_that_is_no_row_of_the_table_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_line(TABLE, json.dumps({**ROW, **change}).encode())
