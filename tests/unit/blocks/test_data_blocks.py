"""The blocks that work on data hold what they promise for any data, not only for their examples."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.host import perform
from blocks.outcomes import Emit
from blocks.registry import standard_registry
from blocks.sdk import BlockError, Facts
from blocks.testing import MockedWorld

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
FACTS = Facts(run_id="r", step="s", attempt=1, idempotency_key="k", now=NOON)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
ENTRIES = st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), max_size=12)


def done(block_id: str, config: dict[str, Any], given_input: dict[str, Any]) -> tuple[str, Any]:
    """Run a standard block and give the port it ended by and what left there."""
    block = standard_registry().latest(f"garland.{block_id}")
    assert block is not None
    outcome = perform(
        block, config=config, input=given_input, services=MockedWorld({}), facts=FACTS
    ).outcome
    assert isinstance(outcome, Emit)
    return outcome.port, outcome.output


def refusal(block_id: str, config: dict[str, Any], given_input: dict[str, Any]) -> str:
    """Run a standard block that fails and give the error's code."""
    with pytest.raises(BlockError) as caught:
        done(block_id, config, given_input)
    return caught.value.code


@given(ENTRIES, VALUES)
def test_a_filter_and_its_contrary_keep_every_entry_once(items: list[Any], value: Any) -> None:
    condition = {"field": "a", "value": value}
    kept = done("filter-list", {"conditions": [{**condition, "is": "is"}]}, {"items": items})[1]
    others = done("filter-list", {"conditions": [{**condition, "is": "is-not"}]}, {"items": items})
    assert kept["count"] + others[1]["count"] == len(items)


@given(ENTRIES, st.booleans())
def test_sorting_loses_and_adds_nothing(items: list[Any], descending: bool) -> None:
    by = [{"field": "a", "descending": descending}]
    once = done("sort-list", {"by": by}, {"items": items})[1]["items"]
    assert sorted(map(repr, once)) == sorted(map(repr, items))
    assert done("sort-list", {"by": by}, {"items": once})[1]["items"] == once


@given(ENTRIES)
def test_groups_hold_every_entry_once(items: list[Any]) -> None:
    groups = done("group-list", {"by": "a"}, {"items": items})[1]["groups"]
    assert sum(group["count"] for group in groups) == len(items)
    assert sorted(repr(one) for group in groups for one in group["items"]) == sorted(
        map(repr, items)
    )


@given(ENTRIES)
def test_without_duplicates_there_is_nothing_more_to_remove(items: list[Any]) -> None:
    once = done("remove-duplicates", {}, {"items": items})[1]
    assert once["count"] + once["removed"] == len(items)
    assert done("remove-duplicates", {}, {"items": once["items"]})[1]["removed"] == 0


@given(VALUES, VALUES)
def test_two_values_are_the_same_only_without_a_change(before: Any, after: Any) -> None:
    there = done("compare-data", {}, {"before": before, "after": after})
    back = done("compare-data", {}, {"before": after, "after": before})
    assert there[0] == back[0]
    assert there[1]["count"] == back[1]["count"]
    assert done("compare-data", {}, {"before": before, "after": before})[0] == "same"


@given(st.dictionaries(st.sampled_from("abc"), VALUES), st.dictionaries(TEXTS, VALUES, max_size=4))
def test_merged_data_has_the_fields_of_both(first: dict[str, Any], second: dict[str, Any]) -> None:
    merged = done("merge-data", {}, {"first": first, "second": second})[1]["value"]
    assert set(merged) == set(first) | set(second)
    assert done("merge-data", {}, {"first": merged, "second": second})[1]["value"] == merged


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1).filter(
    lambda text: not text.startswith(("=", "+", "-", "@", "\t"))
)


@given(st.lists(st.fixed_dictionaries({"a": PLAIN, "b": PLAIN}), min_size=1, max_size=6))
def test_what_was_written_as_csv_is_read_as_it_was(items: list[dict[str, str]]) -> None:
    text = done("write-csv", {}, {"items": items})[1]["text"]
    assert done("read-csv", {"separator": ","}, {"text": text})[1]["items"] == items


def test_a_csv_of_too_many_entries_is_refused() -> None:
    assert refusal("read-csv", {}, {"text": "a\n" + "1\n" * 10_001}) == "csv.too_many"


def test_a_csv_may_have_as_many_entries_without_a_line_of_names() -> None:
    config = {"columns": ["a"]}
    assert done("read-csv", config, {"text": "1\n" * 10_000})[1]["count"] == 10_000
    assert refusal("read-csv", config, {"text": "1\n" * 10_001}) == "csv.too_many"


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(-89, 89), st.floats(-179, 179))
def test_a_direction_is_below_360(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    places = [{"latitude": lat1, "longitude": lon1}, {"latitude": lat2, "longitude": lon2}]
    assert (
        0
        <= done("distance", {}, dict(zip(("from", "to"), places, strict=True)))[1]["bearing"]
        < 360
    )


def test_a_list_longer_than_a_look_may_have_is_refused() -> None:
    url = "https://tickets.example.net/open"
    answer = {"method": "GET", "url": url, "json": [{"id": number} for number in range(1_001)]}
    block = standard_registry().latest("garland.poll-http")
    assert block is not None
    world = MockedWorld({"http": [answer]})
    with pytest.raises(BlockError) as caught:
        perform(block, config={"url": url}, input={"cursor": []}, services=world, facts=FACTS)
    assert caught.value.code == "poll.too_many"


@pytest.mark.parametrize("written", ["%99999d", "%", "%s", "100 %"])
def test_a_date_is_written_only_by_what_the_page_offers(written: str) -> None:
    block = standard_registry().latest("garland.date-and-time")
    assert block is not None
    assert not block.config_schema.accepts({"format": written})


@pytest.mark.parametrize(
    ("template", "said"),
    [("{a b}", "place 1 is not followed"), ("x}", "place 2 has no {"), ("{9}", "write {{")],
)
def test_a_brace_in_the_wrong_place_is_told_with_its_place(template: str, said: str) -> None:
    with pytest.raises(BlockError, match=re.escape(said)):
        done("fill-template", {"template": template}, {"values": {"a": 1}})


def test_a_name_in_a_template_may_have_any_letters() -> None:
    filled = done("fill-template", {"template": "{größe}"}, {"values": {"größe": 3}})
    assert filled[1]["text"] == "3"


def test_a_network_with_too_many_bits_is_told_how_it_is_meant() -> None:
    config = {"networks": [{"network": "10.0.0.1/8"}]}
    with pytest.raises(BlockError, match=r"write 10\.0\.0\.0/8"):
        done("ip-network", config, {"address": "10.0.0.1"})


@pytest.mark.parametrize("template", ["{x}{x}{x}", "{x}" * 6_000])
def test_a_text_that_would_grow_too_long_is_refused(template: str) -> None:
    values = {"x": "*" * 70_000}
    code = refusal("fill-template", {"template": template}, {"values": values})
    assert code == "template.too_long"


@given(TEXTS, TEXTS)
def test_what_stands_in_a_value_is_never_read_as_a_template(text: str, other: str) -> None:
    values = {"said": text, "other": other}
    assert done("fill-template", {"template": "{said}"}, {"values": values})[1]["text"] == text


def test_more_differences_than_anybody_reads_are_refused() -> None:
    before, after = [0] * 1_001, [1] * 1_001
    assert refusal("compare-data", {}, {"before": before, "after": after}) == "compare.too_many"


@given(VALUES, VALUES)
def test_only_the_same_data_has_the_same_fingerprint(one: Any, other: Any) -> None:
    keys = [done("fingerprint", {}, {"value": value})[1]["key"] for value in (one, other)]
    same = done("compare-data", {}, {"before": one, "after": other})[0] == "same"
    assert (keys[0] == keys[1]) == same


@given(st.floats(-150, 60))
def test_power_in_decibels_comes_back_from_watts(value: float) -> None:
    watts = done("convert-units", {"from": "dBm", "to": "W", "decimals": 12}, {"value": value})
    if watts[1]["value"] > 1e-6:
        back = done("convert-units", {"from": "W", "to": "dBm"}, {"value": watts[1]["value"]})
        assert back[1]["value"] == pytest.approx(value, abs=0.001)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_when_it_is_quiet_no_more_it_is_open_and_not_a_minute_sooner(at: datetime) -> None:
    config = {"zone": "Europe/Zurich", "days": ["saturday", "sunday"]}
    moment = at.replace(tzinfo=UTC)
    port, found = done("quiet-hours", config, {"at": moment.isoformat()})
    again = datetime.fromisoformat(found["again_at"])
    assert done("quiet-hours", config, {"at": again.isoformat()})[0] == "open"
    if port == "quiet":
        before = again - timedelta(minutes=1)
        assert done("quiet-hours", config, {"at": before.isoformat()})[0] == "quiet"


@given(TEXTS)
def test_hiding_personal_data_twice_finds_nothing_more(text: str) -> None:
    once = done("mask-text", {}, {"text": text})[1]["text"]
    assert done("mask-text", {}, {"text": once})[1]["count"] == 0


@pytest.mark.parametrize(
    "text",
    ["a@" + "b." * 5_000, "+" + "1" * 100_000, "1234 " * 20_000, "A1" * 50_000, "::" * 50_000],
    ids=["e-mail", "phone", "card", "account", "address"],
)
def test_a_text_made_to_keep_the_search_busy_is_done_with(text: str) -> None:
    config = {"addresses": True}
    assert done("mask-text", config, {"text": text})[0] == "done"
