"""Every table of organisations has a stated handling, and what is stated fits the tables."""

from __future__ import annotations

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import Base
from runtime.moving.handling import (
    COUNTERS,
    FORGOTTEN,
    LEFT_OUT,
    MOVED,
    NUMBERED,
    ONLY_WHERE,
    ONLY_WITH,
    ONLY_WITHOUT,
    SEALED_DOCUMENTS,
    SECRET,
)
from runtime.moving.importing import AFTERWARDS

TABLES = Base.metadata.tables
OF_ORGANISATIONS = {
    table.name
    for table in Base.metadata.sorted_tables
    if table.name != "organisation"
    and any(key.column.table.name == "organisation" for key in table.foreign_keys)
}


def test_every_table_of_organisations_moves_or_stays_for_a_stated_reason() -> None:
    assert MOVED | LEFT_OUT.keys() == OF_ORGANISATIONS
    assert not MOVED & LEFT_OUT.keys()


def test_what_moves_leans_on_nothing_that_stays() -> None:
    known = {("alarm_view", "person"), ("block_install", "block_package")}

    leaning = {
        (name, key.column.table.name)
        for name in MOVED
        for key in TABLES[name].foreign_keys
        if key.column.table.name not in MOVED | {"organisation"}
    }

    assert leaning == known  # no view of a person's own moves, and packages have to be there


def test_a_column_that_names_a_row_of_its_own_table_is_filled_in_afterwards() -> None:
    own = {
        name: key.parent.name
        for name in MOVED
        for key in TABLES[name].foreign_keys
        if key.column.table.name == name
    }

    assert own == AFTERWARDS


def test_no_sealed_text_stands_in_a_line() -> None:
    sealed = {
        (name, column.name)
        for name in MOVED
        for column in TABLES[name].columns
        if column.name.endswith("sealed")
    }

    stated = {(name, one) for each in (SECRET, FORGOTTEN) for name in each for one in each[name]}
    assert sealed <= stated


def test_a_table_numbered_through_all_organisations_is_known_as_such() -> None:
    counting = {
        name
        for name in MOVED
        for column in TABLES[name].primary_key.columns
        if column.name == "seq" and len(TABLES[name].primary_key.columns) == 1
    }

    assert counting == set(COUNTERS)
    assert {one for each in NUMBERED.values() for one in each.values()} == set(COUNTERS)


def test_every_column_that_is_named_is_there() -> None:
    named = [
        *((name, one[0]) for name, one in ONLY_WHERE.items()),
        *((name, one) for each in (ONLY_WITH, ONLY_WITHOUT) for name, one in each.items()),
        *((name, one) for name, one in SEALED_DOCUMENTS.items()),
        *(
            (name, one)
            for each in (SECRET, FORGOTTEN, NUMBERED)
            for name in each
            for one in each[name]
        ),
    ]

    assert [one for one in named if one[1] not in TABLES[one[0]].columns] == []
