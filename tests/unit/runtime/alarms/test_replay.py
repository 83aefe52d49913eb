"""34,838 real alarms of a wireless network give the numbers that are known of them, exactly.

They are replayed by the lifecycle and judged by rules in Garland's own format. Its facts are about
rows, so for most of them each row is an alarm with an id of its own, as element managers number
their alarms; `plain` is about one alarm for each device and problem, Garland's usual identity.

Two facts have no pattern of their own name. `flapping(n,w)` counts raises, where Garland's pattern
`flapping` counts raises and clears: the pattern that counts raises is `count`. `groups(w,0)` chains
alarms of one device with gaps of at most w: each alarm that `sequence` finds another one before is
in that one's group, where `correlate` would put it. A window of Garland is open at its start, and
the facts' windows are closed: over whole seconds that is one second more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from runtime.alarms.lifecycle import Condition, Occurrence, Transition, apply
from runtime.alarms.replay import Replay
from runtime.alarms.store import Change
from runtime.rules.judging.asking import ask
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Verdict
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.ruleset import compile_set
from runtime.rules.matcher import Matcher
from tests.factories.rules import make_count_pattern
from tests.support.network import END, START, Network, journal_row
from tests.unit.runtime.rules.judged import ANY, judged

BATCH = 500
FLAPPING = {
    "flapping(3,300)": (3, 300),
    "flapping(5,600)": (5, 600),
    "flapping(10,3600)": (10, 3600),
}
GROUPS = {"groups(60,0)": 60, "groups(300,0)": 300, "groups(900,0)": 900}
RULES: list[dict[str, Any]] = [
    {
        "name": name,
        "pattern": make_count_pattern(at_least, within_s + 1, "managed_object", "specific_problem"),
    }
    for name, (at_least, within_s) in FLAPPING.items()
] + [
    {
        "name": name,
        "pattern": {"kind": "sequence", "a": ANY, "b": ANY, "within_s": gap_s + 1}
        | {"group_by": ["managed_object"]},
        "cooldown_s": 0,
    }
    for name, gap_s in GROUPS.items()
]


@pytest.fixture(scope="module")
def facts(network: Network) -> Mapping[str, Any]:
    return network.facts()


@pytest.fixture(scope="module")
def changes(network: Network) -> Sequence[Change]:
    """Replay the rows, each an alarm of its own."""
    world = Replay(UUID(int=0))
    events = network.events(own_ids=True)
    found = [world.play(journal_row(seq, event)) for seq, event in enumerate(events)]
    return [one for one in found if one is not None]


@pytest.fixture(scope="module")
def verdicts(changes: Sequence[Change]) -> Mapping[str, Sequence[Verdict]]:
    """Judge the raises batch by batch, as live; give the verdicts by the rule's name."""
    rules = compile_set("replay", [judged(one, number) for number, one in enumerate(RULES)])
    memory, found = Memory(), defaultdict[str, list[Verdict]](list)
    raised = (one for one in changes if one.transition is Transition.CREATED)
    items = [event for one in raised if (event := event_of(one)) is not None]
    with Matcher() as matcher:
        for first in range(0, len(items), BATCH):
            asked = ask(rules, items[first : first + BATCH], matcher.match)
            for verdict in Judge(rules, memory).judge(asked):
                found[verdict.judged.rule.name].append(verdict)
    assert not memory.left_out
    return found


def test_one_alarm_for_each_device_and_problem(network: Network, facts: Mapping[str, Any]) -> None:
    known: dict[str, tuple[Condition, Occurrence | None]] = {}
    seen: Counter[Transition] = Counter()
    most = active = 0

    for event in network.events():
        condition, occurrence = known.get(event.dedup_key, (None, None))
        outcome = apply(condition, occurrence, event, now=END)
        known[event.dedup_key] = outcome.condition, outcome.occurrence
        seen[outcome.transition] += 1
        active += outcome.transition in (Transition.CREATED, Transition.REOPENED)
        active -= outcome.transition is Transition.CLEARED
        most = max(most, active)

    standing = sum(1 for _, last in known.values() if last and last.is_active)
    assert len(known) == facts["keys"]
    assert facts["plain"] == {
        "raises": seen[Transition.CREATED] + seen[Transition.REOPENED],
        "repeats": seen[Transition.REPEATED],
        "clears": seen[Transition.CLEARED],
        "clears_ignored": seen[Transition.IGNORED],
        "max_active": most,
        "active_at_end": standing,
    }
    assert standing == active


def test_each_row_is_an_alarm_that_is_raised_and_cleared(
    changes: Sequence[Change], facts: Mapping[str, Any]
) -> None:
    seen = Counter(one.transition for one in changes)
    cleared = [one.alarm for one in changes if one.transition is Transition.CLEARED]
    lasted = Counter(at_of(one.cleared_at) - at_of(one.first_raised_at) for one in cleared)

    assert seen == {Transition.CREATED: facts["rows"], Transition.CLEARED: facts["rows"]}
    assert lasted[0] == facts["zero_length"]
    assert sum(count for seconds, count in lasted.items() if seconds < 0) == facts["negative"]


def test_where_and_of_what_the_alarms_are(
    changes: Sequence[Change], facts: Mapping[str, Any]
) -> None:
    raised = [one.alarm for one in changes if one.transition is Transition.CREATED]
    problems = Counter(int(one.specific_problem or 0) for one in raised)
    devices = Counter(int(one.managed_object) for one in raised)
    instants = [at_of(one.first_raised_at) for one in raised]

    assert (min(instants), max(instants)) == (facts["first"], facts["last_start"])
    assert (len(problems), len(devices)) == (facts["alarm_ids"], facts["devices"])
    assert problems.most_common(5) == [tuple(one) for one in facts["severity_free_top5"]]
    assert devices.most_common(5) == [tuple(one) for one in facts["noisiest_devices"]]


def test_how_many_stand_at_once(changes: Sequence[Change], facts: Mapping[str, Any]) -> None:
    """A problem of a device stands as long as one of its alarms does."""
    standing: Counter[tuple[str, str]] = Counter()
    most = most_at = again = 0

    for change in changes:
        key = (change.alarm.managed_object, str(change.alarm.specific_problem))
        is_raise = change.transition is Transition.CREATED
        again += is_raise and standing[key] > 0
        standing[key] += 1 if is_raise else -1
        standing += Counter()  # lets go of what stands no more
        if len(standing) > most:
            most, most_at = len(standing), at_of(change.alarm.changed_at)

    assert (most, most_at) == (facts["max_active"], facts["max_active_at"])
    assert len(standing) == facts["active_at_end"]
    assert again == facts["duplicate_raises"]


@pytest.mark.parametrize("fact", FLAPPING)
def test_which_problems_come_too_often(
    verdicts: Mapping[str, Sequence[Verdict]], facts: Mapping[str, Any], fact: str
) -> None:
    assert len({one.group for one in verdicts[fact]}) == facts[fact]


@pytest.mark.parametrize("fact", GROUPS)
def test_which_alarms_of_a_device_belong_together(
    verdicts: Mapping[str, Sequence[Verdict]],
    changes: Sequence[Change],
    facts: Mapping[str, Any],
    fact: str,
) -> None:
    raised = [str(one.alarm.id) for one in changes if one.transition is Transition.CREATED]
    pairs = (one.found.alarms for one in verdicts[fact])
    before = {second: first for first, second in pairs}

    sizes = sorted(Counter(roots(raised, before)).values(), reverse=True)

    assert len(sizes) == facts[fact]["groups"]
    assert sizes[:5] == facts[fact]["largest"]
    assert sizes.count(1) == facts[fact]["singletons"]
    assert round(1 - len(sizes) / len(raised), 4) == facts[fact]["reduction"]


def roots(alarms: Sequence[str], before: Mapping[str, str]) -> Iterator[str]:
    """Give for each alarm, in their order, the first one of its group."""
    known: dict[str, str] = {}
    for alarm in alarms:
        known[alarm] = known[before[alarm]] if alarm in before else alarm
        yield known[alarm]


def at_of(instant: Any) -> int:
    """Give an instant as the data counts it."""
    return int((instant - START).total_seconds())
