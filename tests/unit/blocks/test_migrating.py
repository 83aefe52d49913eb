"""Settings are migrated as declared, and nothing else of them changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.manifest import Migration
from blocks.migrating import migrate

NAMES = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=6,
)
CONFIGS = st.dictionaries(NAMES, VALUES, max_size=4)
POINTERS = st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
STEPS = st.one_of(
    st.fixed_dictionaries(
        {"do": st.sampled_from(["rename", "move"]), "from": POINTERS, "to": POINTERS}
    ),
    st.fixed_dictionaries({"do": st.just("default"), "at": POINTERS, "value": VALUES}),
    st.fixed_dictionaries(
        {"do": st.just("map"), "at": POINTERS, "values": st.dictionaries(NAMES, VALUES)}
    ),
    st.fixed_dictionaries({"do": st.just("delete"), "at": POINTERS}),
)


def migrated(config: dict[str, Any], *steps: dict[str, Any]) -> dict[str, Any]:
    return migrate(config, [Migration(before="2.0.0", steps=steps)], version="1.0.0")


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        pytest.param(
            {"host": "x"}, {"do": "rename", "from": "/host", "to": "/to"}, {"to": "x"}, id="rename"
        ),
        pytest.param(
            {"host": "x"},
            {"do": "move", "from": "/host", "to": "/probe/host"},
            {"probe": {"host": "x"}},
            id="move into an object that is made",
        ),
        pytest.param({}, {"do": "default", "at": "/n", "value": 3}, {"n": 3}, id="default"),
        pytest.param(
            {"n": 1}, {"do": "default", "at": "/n", "value": 3}, {"n": 1}, id="default keeps"
        ),
        pytest.param(
            {"mode": "fast"},
            {"do": "map", "at": "/mode", "values": {"fast": "quick"}},
            {"mode": "quick"},
            id="map",
        ),
        pytest.param(
            {"on": True},
            {"do": "map", "at": "/on", "values": {"true": "always"}},
            {"on": "always"},
            id="map of what is no text",
        ),
        pytest.param({"old": 1}, {"do": "delete", "at": "/old"}, {}, id="delete"),
        pytest.param({}, {"do": "rename", "from": "/host", "to": "/to"}, {}, id="nothing there"),
    ],
)
def test_each_step_does_what_it_says(
    before: dict[str, Any], step: dict[str, Any], after: dict[str, Any]
) -> None:
    assert migrated(before, step) == after


def test_only_migrations_above_the_old_version_are_applied_in_order() -> None:
    chain = [
        Migration(before="3.0.0", steps=({"do": "rename", "from": "/b", "to": "/c"},)),
        Migration(before="2.0.0", steps=({"do": "rename", "from": "/a", "to": "/b"},)),
    ]

    assert migrate({"a": 1}, chain, version="1.9.0") == {"c": 1}
    assert migrate({"a": 1}, chain, version="2.0.0") == {"a": 1}
    assert migrate({"b": 1}, chain, version="2.0.0-rc.1") == {"c": 1}


@given(CONFIGS, st.lists(STEPS, max_size=5))
def test_what_comes_in_is_left_alone_and_any_steps_give_settings(
    config: dict[str, Any], steps: list[dict[str, Any]]
) -> None:
    before = deepcopy(config)

    found = migrated(config, *steps)

    assert isinstance(found, dict)
    assert config == before


@given(CONFIGS)
def test_without_a_migration_settings_stay_as_they_are(config: dict[str, Any]) -> None:
    assert migrate(config, (), version="1.0.0") == config


@given(CONFIGS)
def test_renaming_there_and_back_changes_nothing(config: dict[str, Any]) -> None:
    there = {"do": "rename", "from": "/a", "to": "/new"}
    back = {"do": "rename", "from": "/new", "to": "/a"}

    assert migrated(config, there, back) == config
