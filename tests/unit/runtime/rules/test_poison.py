"""What takes the matching process down costs a retry: halved, answered all the same, reported.

Garland writes nothing that does. So these programs hold what the notes on durable_rules found to
crash it or to hang it, in the place of what Garland would have written.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
import structlog
from typing_extensions import override

from runtime.rules import matcher as matcher_module
from runtime.rules._shards import Shard
from runtime.rules.conditions import build
from runtime.rules.fields import Kind, Read, Row
from runtime.rules.matcher import LOSSES_MAX, Matcher
from runtime.rules.plan import Program, compile_rules
from runtime.rules.reference import row_of
from tests.factories.rules import make_leaf

COUNT = Read("count", Kind.NUMBER)
FEWER_THAN_TWO = make_leaf("count", "less_than", 2)
ANSWER = frozenset({"rule"})
DIVIDES = '{"$lt":{"f2":{"$div":{"$l":{"$m":"f1"},"$r":{"$m":"f0"}}}}}'
HANGS = '{"$mt":{"f0":"((a*)*)*b"}}'


@dataclass(frozen=True, kw_only=True)
class Poisoned(Program):
    """Tells whether 8 / `count` is more than 4, by a division of whole numbers: 0 kills.

    Attributes:
        asked: What the reference evaluator was asked instead.
    """

    asked: list[Row] = field(default_factory=list)

    @override
    def messages(self, row: Row, number: int) -> list[str]:
        """Write the divisor as a whole number, which Garland never does."""
        return [f'{{"id":"e{number}","_k":1,"f0":{row[COUNT]:.0f},"f1":8,"f2":4}}']

    @override
    def judge(self, row: Row) -> frozenset[str]:
        """Judge by the reference evaluator, and note that it was asked."""
        self.asked.append(row)
        return super().judge(row)


def poisoned(test: str) -> Poisoned:
    definition = f'{{"r0":{{"all":[{{"m":{{"$and":[{{"_k":1}},{test}]}}}}]}}}}'
    return Poisoned(
        shards=(Shard(definition=definition, keys=("rule",), names=("f0",)),),
        conditions={"rule": build(FEWER_THAN_TWO)},
        leftover=(),
        reads=frozenset({COUNT}),
        values={},
        flags=(),
        readers={},
    )


def rows_of(*counts: int) -> list[Row]:
    return [row_of({"count": count}, {COUNT}) for count in counts]


@pytest.mark.parametrize("place", [0, 37, 63])
def test_one_event_of_a_batch_that_kills_is_answered_by_the_evaluator_and_reported(
    place: int,
) -> None:
    rows = rows_of(*(0 if number == place else 1 + number % 2 for number in range(64)))
    program = poisoned(DIVIDES)
    began = time.monotonic()

    with Matcher() as matcher, structlog.testing.capture_logs() as lines:
        found = matcher.match("poison", program, rows)
        again = matcher.match("poison", program, rows_of(1, 2))

    assert found == [ANSWER if row[COUNT] < 2 else frozenset() for row in rows]  # type: ignore[operator]
    assert again == [ANSWER, frozenset()]
    assert program.asked == [rows[place]]
    assert [one["event"] for one in lines].count("matcher_event_quarantined") == 1
    assert time.monotonic() - began < 20.0


def test_a_batch_full_of_poison_is_not_worth_a_restart_for_each() -> None:
    program = poisoned(DIVIDES)

    with Matcher() as matcher:
        found = matcher.match("poison", program, rows_of(*[0] * 64))

    assert found == [ANSWER] * 64
    assert matcher.starts <= LOSSES_MAX + 1


def test_a_set_that_hangs_while_it_is_loaded_is_refused_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matcher_module, "LOAD_DEADLINE_S", 0.5)
    program, sound = poisoned(HANGS), compile_rules({"rule": build(FEWER_THAN_TWO)})

    with Matcher() as matcher, structlog.testing.capture_logs() as lines:
        found = [matcher.match("hangs", program, rows_of(1, 2)) for _ in range(2)]
        others = matcher.match("sound", sound, rows_of(1, 2))

    assert found == [[ANSWER, frozenset()]] * 2
    assert others == [ANSWER, frozenset()]
    assert [one["event"] for one in lines].count("matcher_rules_refused") == 1
    assert matcher.starts == 3


def test_rules_that_want_more_memory_than_the_child_may_have_are_judged_all_the_same() -> None:
    documents = [make_leaf("text", "is", f"{i}" * 900) for i in range(5_000)]
    program = compile_rules({f"rule{i}": build(one) for i, one in enumerate(documents)})
    row = row_of({"text": "7" * 900}, program.reads)

    with Matcher(memory_bytes=64 << 20) as matcher, structlog.testing.capture_logs() as lines:
        found = matcher.match("large", program, [row])

    assert found == [frozenset({"rule7"})]
    assert {one["event"] for one in lines} & {"matcher_child_restarted", "matcher_rules_refused"}
