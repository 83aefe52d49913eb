"""Fields that are not the alarm's own: which there are, and how they are found in a rule."""

from __future__ import annotations

import pytest

from runtime.rules.around import around_field, offered_fields, paths_named
from runtime.rules.fields import Kind, find_field
from runtime.rules.model import parse_rule
from runtime.rules.words import rule_sentence
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("topology.parent_down", Kind.TRUTH, id="the usual reach"),
        pytest.param("topology.parent_hops(hops=1,age_s=60)", Kind.NUMBER, id="a reach of its own"),
        pytest.param("topology.parent_down(hops=6,age_s=60)", None, id="a hop too far"),
        pytest.param("topology.parent_down(hops=1,age_s=86401)", None, id="a second too long ago"),
        pytest.param("topology.parent_down(hops=0,age_s=60)", None, id="no hop"),
        pytest.param("topology.parent_down(hops=3,age_s=900)", None, id="the usual, spelled out"),
        pytest.param("topology.sibling_down", None, id="not known"),
        pytest.param("maintenance.active", Kind.TRUTH, id="planned work"),
        pytest.param("maintenance.reason", None, id="no such fact"),
        pytest.param("inventory.site", Kind.TEXT, id="the inventory's own"),
        pytest.param("inventory.rack unit", Kind.FREE, id="an attribute"),
        pytest.param("inventory.", None, id="no name"),
    ],
)
def test_a_field_is_found_or_not(path: str, kind: Kind | None) -> None:
    found = find_field(path)

    assert (found.kind if found is not None else None) is kind


def test_what_is_offered_can_be_used() -> None:
    assert all(around_field(field.path) == field for field in offered_fields())


def test_a_rule_names_fields_in_conditions_groups_and_texts() -> None:
    document = make_rule_document(
        when=make_leaf("topology.parent_down(hops=1,age_s=60)", "is", True),
        pattern=make_count_pattern(3, 60, "inventory.site"),
        then=[{"do": "derive", "alarm": {"specific_problem": "Below {topology.parent}"}}],
    )

    assert paths_named([parse_rule(document)]) == {
        "topology.parent_down(hops=1,age_s=60)",
        "inventory.site",
        "topology.parent",
    }


def test_a_rule_of_the_alarms_own_fields_names_none() -> None:
    assert paths_named([parse_rule(make_rule_document())]) == frozenset()


def test_a_rule_is_told_in_words() -> None:
    document = make_rule_document(when=make_leaf("topology.parent_down", "is", True))

    assert rule_sentence(document, {}).startswith(
        "When an alarm comes whose something above it is down (3 hops, 15 minutes) is true"
    )
