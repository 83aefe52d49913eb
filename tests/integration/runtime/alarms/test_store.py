"""What becomes of journalled events, and what people do with the alarms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError
from runtime.alarms import store
from runtime.alarms.documents import AlarmView
from runtime.alarms.journal import has_undone
from runtime.alarms.lifecycle import AckState, Transition
from runtime.alarms.model import Severity
from runtime.alarms.store import AlarmFilter, list_alarms
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON

Deed = Callable[[Session, UUID, UUID], AlarmView]


def kinds_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[str]:
    return [entry.kind for entry in store.history_of(session, tenant_id, alarm_id)]


def test_applies_a_batch_in_the_order_of_the_journal(session: Session, tenant_id: UUID) -> None:
    changes = say(
        session,
        tenant_id,
        ("A", "major", 0),
        ("A", "major", 1),
        ("B", "cleared", 2),
        ("A", "cleared", 3),
        ("A", "minor", 4),
    )

    assert [change.transition.value for change in changes] == [
        "created",
        "repeated",
        "cleared",
        "reopened",
    ]
    assert not has_undone(session)
    alarm = changes[0].alarm.id
    assert kinds_of(session, tenant_id, alarm) == ["reopened", "cleared", "created"]


def test_links_a_new_alarm_to_the_one_before(session: Session, tenant_id: UUID) -> None:
    first = make_alarm(session, tenant_id)

    _, again = say(session, tenant_id, ("BER1", "cleared", 1), ("BER1", "major", 400))

    assert again.transition is Transition.CREATED
    assert again.alarm.id != first
    assert again.alarm.previous_id == first


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        pytest.param(
            lambda s, t, a: store.acknowledge(s, t, a, by="Anna", now=NOON),
            "acknowledged",
            id="ack",
        ),
        pytest.param(
            lambda s, t, a: store.clear_by_person(s, t, a, by="Anna", now=NOON),
            "cleared",
            id="clear",
        ),
    ],
)
def test_does_once_what_is_asked_twice(
    session: Session, tenant_id: UUID, deed: Deed, kind: str
) -> None:
    alarm = make_alarm(session, tenant_id)

    first = deed(session, tenant_id, alarm)
    second = deed(session, tenant_id, alarm)

    assert first == second
    assert kinds_of(session, tenant_id, alarm) == [kind, "created"]


def test_gives_an_acknowledged_alarm_back_once(session: Session, tenant_id: UUID) -> None:
    alarm = make_alarm(session, tenant_id)
    store.acknowledge(session, tenant_id, alarm, by="Anna", now=NOON)

    store.unacknowledge(session, tenant_id, alarm, by="Anna", now=NOON)
    back = store.unacknowledge(session, tenant_id, alarm, by="Anna", now=NOON)

    assert back.ack_state is AckState.UNACKNOWLEDGED
    assert kinds_of(session, tenant_id, alarm) == ["unacknowledged", "acknowledged", "created"]


def test_a_history_is_only_ever_added_to(session: Session, tenant_id: UUID) -> None:
    alarm, other = make_alarm(session, tenant_id), make_alarm(session, tenant_id, "BER2")
    where = (session, tenant_id, alarm)
    who: dict[str, Any] = {"by": "Anna", "now": NOON}
    until = NOON + timedelta(hours=1)
    deeds: list[Callable[[], Any]] = [
        lambda: store.acknowledge(*where, **who),
        lambda: store.comment(*where, text="seen", **who),
        lambda: store.shelve(*where, until=until, reason="r", **who),
        lambda: store.set_fields(*where, fields={"text": "cut"}, **who),
        lambda: store.group_under(session, tenant_id, other, [alarm], **who),
        lambda: say(session, tenant_id, ("BER1", "critical", 1)),
        lambda: store.unshelve(*where, **who),
        lambda: store.ungroup(session, tenant_id, [alarm], **who),
        lambda: store.clear_by_person(*where, **who),
        lambda: say(session, tenant_id, ("BER1", "minor", 9)),
    ]
    kept = store.history_of(*where)

    for deed in deeds:
        deed()
        now = store.history_of(*where)
        assert now[1:] == kept
        kept = now


def test_keeps_a_comment_in_the_history(session: Session, tenant_id: UUID) -> None:
    alarm = make_alarm(session, tenant_id)

    store.comment(session, tenant_id, alarm, text=" on site ", by="Anna", now=NOON)

    entry = store.history_of(session, tenant_id, alarm)[0]
    assert (entry.kind, entry.by, entry.facts) == ("commented", "Anna", {"comment": "on site"})
    with pytest.raises(InvalidError):
        store.comment(session, tenant_id, alarm, text=" ", by="Anna", now=NOON)


def test_keeps_set_fields_when_the_source_repeats(session: Session, tenant_id: UUID) -> None:
    alarm = make_alarm(session, tenant_id)
    fields = {"perceived_severity": "minor", "text": "known", "attributes": {"site": "B"}}

    store.set_fields(session, tenant_id, alarm, fields=fields, by="rule", now=NOON)
    repeated = say(session, tenant_id, ("BER1", "major", 5))[0].alarm

    assert (repeated.perceived_severity, repeated.text) == (Severity.MINOR, "known")
    assert repeated.attributes["site"] == "B"
    assert kinds_of(session, tenant_id, alarm) == ["set", "created"]


@pytest.mark.parametrize("fields", [{}, {"count": 1}, {"perceived_severity": "cleared"}])
def test_refuses_to_set_other_fields(
    session: Session, tenant_id: UUID, fields: dict[str, Any]
) -> None:
    alarm = make_alarm(session, tenant_id)

    with pytest.raises(InvalidError):
        store.set_fields(session, tenant_id, alarm, fields=fields, by="rule", now=NOON)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(AlarmFilter(), ["C", "A_1"], id="active, newest first"),
        pytest.param(AlarmFilter(state="cleared"), ["B"], id="cleared"),
        pytest.param(AlarmFilter(state=""), ["C", "B", "A_1"], id="all"),
        pytest.param(AlarmFilter(severities=frozenset({Severity.MINOR})), ["C"], id="severity"),
        pytest.param(AlarmFilter(ack="acknowledged"), [], id="acknowledged"),
        pytest.param(AlarmFilter(q="a_"), ["A_1"], id="text, in any case"),
        pytest.param(AlarmFilter(q="%"), [], id="text, literally"),
        pytest.param(AlarmFilter(since=NOON + timedelta(seconds=3)), ["C"], id="since"),
        pytest.param(AlarmFilter(until=NOON + timedelta(seconds=3)), ["A_1"], id="until"),
        pytest.param(AlarmFilter(state="", q="b"), ["B"], id="text, among cleared ones too"),
    ],
)
def test_lists_what_is_wanted(
    session: Session, tenant_id: UUID, wanted: AlarmFilter, expected: list[str]
) -> None:
    said = [("A_1", "major", 0), ("B", "major", 1), ("B", "cleared", 2), ("C", "minor", 3)]
    say(session, tenant_id, *said)

    found = list_alarms(session, tenant_id, wanted)

    assert [alarm.managed_object for alarm in found] == expected


def test_pages_through_alarms_of_one_instant(session: Session, tenant_id: UUID) -> None:
    say(session, tenant_id, *((f"N{number}", "major", 0) for number in range(5)))
    seen: list[str] = []
    after: list[str] | None = None

    while page := list_alarms(session, tenant_id, AlarmFilter(), limit=2, after=after):
        seen += [alarm.managed_object for alarm in page]
        after = store.place_of(page[-1])

    assert sorted(seen) == ["N0", "N1", "N2", "N3", "N4"]


def test_finds_no_alarm_that_is_not_there(session: Session, tenant_id: UUID) -> None:
    with pytest.raises(NotFoundError):
        store.acknowledge(session, tenant_id, uuid4(), by="Anna", now=NOON)


def test_suppresses_for_planned_work_and_lets_it_show_again(
    session: Session, tenant_id: UUID
) -> None:
    alarm = make_alarm(session, tenant_id)

    store.suppress(session, tenant_id, alarm, by="window", now=NOON, planned=True)
    hidden = store.suppress(session, tenant_id, alarm, by="other", now=NOON)
    store.unsuppress(session, tenant_id, alarm, by="window", now=NOON)
    shown = store.unsuppress(session, tenant_id, alarm, by="window", now=NOON)

    assert (hidden.planned_outage, hidden.suppressed_by) == (True, "window")
    assert (shown.planned_outage, shown.suppressed_at) == (False, None)
    assert kinds_of(session, tenant_id, alarm) == ["unsuppressed", "suppressed", "created"]


def test_gives_an_alarm_to_somebody_and_takes_it_back(session: Session, tenant_id: UUID) -> None:
    alarm = make_alarm(session, tenant_id)

    store.assign(session, tenant_id, alarm, owner=" Ben ", by="Anna", now=NOON)
    given = store.assign(session, tenant_id, alarm, owner="Ben", by="Anna", now=NOON)
    free = store.assign(session, tenant_id, alarm, owner="", by="Anna", now=NOON)

    assert (given.owner, free.owner) == ("Ben", "")
    assert kinds_of(session, tenant_id, alarm) == ["assigned", "assigned", "created"]
