"""What a form of conditions offers: what was seen first, then the words of the standard."""

from __future__ import annotations

from runtime.alarms.itu import PROBABLE_CAUSES
from runtime.alarms.model import EventType
from runtime.rules.suggesting import suggestions


def test_offers_what_was_seen_and_then_the_causes_of_the_standard() -> None:
    facts = [
        {"probable_cause": cause} for cause in ("fanStuck", "lossOfSignal", "fanStuck", "fanStuck")
    ]

    offered = suggestions(facts, ["probable_cause"])["probable_cause"].values

    assert offered[:2] == ("fanStuck", "lossOfSignal")
    assert set(offered) == {"fanStuck", *PROBABLE_CAUSES}
    assert len(offered) == len(set(offered))


def test_offers_the_words_of_the_standard_where_nothing_was_seen() -> None:
    offered = suggestions([], ["event_type", "specific_problem"])

    assert offered["event_type"].values == tuple(one.value for one in EventType)
    assert "specific_problem" not in offered
