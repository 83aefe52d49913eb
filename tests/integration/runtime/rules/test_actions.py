"""What a firing does beyond the alarm's own marks: clears, looks up, mails; failures are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.sdk import BlockError, MailMessage
from runtime.alarms._tables import AlarmRow
from runtime.alarms.store import shelve
from runtime.inventory.lookup import put_table
from runtime.mailing import CLAIM_FOR, TRY_AGAIN_AFTER
from runtime.rules._tables import RuleNotice
from runtime.rules.notices import send_notices
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_count_pattern, make_leaf
from tests.factories.tenancy import NOON, make_member
from tests.integration.runtime.approvals.test_reminders import Postbox
from tests.integration.runtime.rules.conftest import Bench

SITES = {
    "do": "enrich",
    "table": "sites",
    "key": "{attributes.site}",
    "fields": {"attributes.city": "city", "text": "note"},
}


def alarms(bench: Bench) -> list[AlarmRow]:
    with as_tenant(bench.session, bench.tenant_id):
        return list(bench.session.scalars(select(AlarmRow).order_by(AlarmRow.managed_object)))


def did(bench: Bench, **how: Any) -> list[dict[str, Any]]:
    return [one for _, deeds in bench.fired(**how) for one in deeds]


def test_a_rule_clears_an_alarm(bench: Bench) -> None:
    bench.rule(then=[{"do": "clear"}])
    bench.send("a")

    assert did(bench) == [{"do": "clear"}]
    (alarm,) = alarms(bench)
    assert (alarm.is_active, alarm.cleared_by) == (False, "rule Critical link alarms")


def test_fields_are_set_from_the_row_of_a_table(bench: Bench) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        rows = {"zrh": {"city": "Zürich", "note": "by the lake"}}
        put_table(bench.session, bench.tenant_id, "sites", ["city", "note"], rows)
    bench.rule(then=[SITES])
    bench.send("a", attributes={"site": "zrh"})

    (deed,) = did(bench)

    assert deed["fields"] == {"text": "by the lake", "attributes": {"city": "Zürich"}}
    (alarm,) = alarms(bench)
    assert alarm.text == "by the lake"
    assert alarm.attributes == {"site": "zrh", "city": "Zürich"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param({}, "has no row 'zrh'", id="no such row"),
        pytest.param({"zrh": {"other": 1}}, "none of the columns", id="no such column"),
    ],
)
def test_what_cannot_be_looked_up_is_told_and_stops_nothing(
    bench: Bench, rows: dict[str, dict[str, Any]], said: str
) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        put_table(bench.session, bench.tenant_id, "sites", ["city"], rows)
    bench.rule(then=[SITES, {"do": "acknowledge"}])
    bench.send("a", attributes={"site": "zrh"})

    looked_up, acknowledged = did(bench)

    assert said in looked_up["failed"]
    assert acknowledged == {"do": "acknowledge"}


def mailing(bench: Bench, **more: Any) -> str:
    """Add a rule that mails operators, and one of them; give the address."""
    tenant = get_organisation(bench.session, bench.tenant_id)
    person = make_member(bench.session, tenant, "operator")
    make_member(bench.session, tenant, "viewer", name="Vera")
    notify = {"do": "notify", "to": ["role:operator"], "subject": "Look at {managed_object}"}
    bench.rule(then=[notify | more])
    return person.email


def test_those_who_are_meant_are_mailed_once(bench: Bench, sessions: sessionmaker[Session]) -> None:
    email = mailing(bench, text="It is {perceived_severity}.")
    bench.send("a")
    (deed,) = did(bench)
    bench.session.commit()
    box = Postbox()

    sent = [send_notices(sessions, box, now=NOON + CLAIM_FOR * at) for at in (0, 2)]

    assert deed == {"do": "notify", "recipients": 1, "subject": "Look at a"}
    assert sent == [1, 0]
    assert [one.to for one in box.got] == [(email,)]
    assert "It is major." in box.got[0].body


def test_a_mail_of_a_batch_that_failed_is_never_sent(
    bench: Bench, sessions: sessionmaker[Session]
) -> None:
    mailing(bench)
    bench.session.commit()
    bench.send("a")
    bench.fired()
    bench.session.rollback()

    assert send_notices(sessions, Postbox(), now=NOON) == 0


def test_mails_about_the_same_group_are_throttled(bench: Bench) -> None:
    mailing(bench, every_s=60)
    bench.send("a", ago_s=2)
    bench.send("b", ago_s=2)
    bench.send("a", ago_s=1, perceived_severity="critical")

    first, other, again = did(bench)
    bench.send("a", perceived_severity="minor")
    later = did(bench, now=NOON + timedelta(seconds=61))[-1]

    assert "recipients" in first
    assert "recipients" in other
    assert again == {"do": "notify", "held_back": "the last one is less than 60 s old"}
    assert "recipients" in later


def test_a_tenants_rules_send_so_many_mails_an_hour(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.rules.notices.PER_HOUR_MAX", 1)
    mailing(bench)
    bench.send("a")
    bench.send("b")

    assert "left out" in did(bench)[-1]["failed"]


def test_nobody_to_mail_is_told(bench: Bench) -> None:
    mailing(bench, to=["role:designer", "person:stranger@example.com"])
    bench.send("a")

    assert "nobody is" in did(bench)[0]["failed"]


class DyingPostbox(Postbox):
    """A mail server that takes a mail; who handed it over dies at that moment."""

    @override
    def send(self, message: MailMessage, /) -> None:
        """Take a mail."""
        super().send(message)
        raise KeyboardInterrupt


def state_of(sessions: sessionmaker[Session]) -> tuple[datetime | None, str, str]:
    with sessions() as session, system(session):
        row = session.scalars(select(RuleNotice)).one()
        return row.due_at, row.error, row.key


def test_a_mail_server_that_is_away_is_tried_again(
    bench: Bench, sessions: sessionmaker[Session]
) -> None:
    mailing(bench)
    bench.send("a")
    bench.fired()
    bench.session.commit()
    away = BlockError("mail.unavailable", "away", retryable=True)
    box = Postbox(fails=away)

    assert send_notices(sessions, box, now=NOON) == 0
    assert state_of(sessions)[:2] == (NOON + TRY_AGAIN_AFTER, "away")
    box.fails = None
    assert send_notices(sessions, box, now=NOON + TRY_AGAIN_AFTER) == 1
    assert state_of(sessions)[0] is None


def test_a_process_that_died_while_it_sent_leaves_the_mail_to_another(
    bench: Bench, sessions: sessionmaker[Session]
) -> None:
    mailing(bench)
    bench.send("a")
    bench.fired()
    bench.session.commit()

    dying, box = DyingPostbox(), Postbox()

    with pytest.raises(KeyboardInterrupt):
        send_notices(sessions, dying, now=NOON)

    assert send_notices(sessions, box, now=NOON + timedelta(minutes=1)) == 0
    assert send_notices(sessions, box, now=NOON + CLAIM_FOR) == 1
    assert box.got[0].message_id == dying.got[0].message_id


def parents(bench: Bench) -> dict[str, str | None]:
    """Give the managed object of each alarm's parent, by the alarm's own."""
    found = {one.id: one for one in alarms(bench)}
    return {
        one.managed_object: found[one.parent_id].managed_object if one.parent_id else None
        for one in found.values()
    }


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        pytest.param("first", {"a": None, "b": "a", "c": "a"}, id="the first"),
        pytest.param("most_severe", {"a": "b", "b": None, "c": "b"}, id="the most severe"),
    ],
)
def test_the_alarms_of_a_pattern_go_under_one_of_them(
    bench: Bench, parent: str, expected: dict[str, str | None]
) -> None:
    bench.rule(pattern=make_count_pattern(3, 60), then=[{"do": "correlate", "parent": parent}])
    bench.send("a", ago_s=2)
    bench.send("b", ago_s=1, perceived_severity="critical")
    bench.send("c")

    (deed,) = did(bench)

    assert deed["children"] == 2
    assert parents(bench) == expected


def test_an_alarm_goes_under_one_that_matches_and_has_the_same_value(bench: Bench) -> None:
    matching = {
        "do": "correlate",
        "parent": "matching",
        "where": make_leaf("text", "is", "power"),
        "same": ["attributes.site"],
    }
    bench.rule(when=make_leaf("text", "is", "link"), then=[matching])
    for site in ("bern", "basel"):
        bench.send(f"power-{site}", text="power", attributes={"site": site})
    bench.send("link", text="link", attributes={"site": "bern"})
    bench.send("lost", text="link")

    found, missing = did(bench)

    assert found["children"] == 1
    assert "nothing was put under one" in missing["failed"]
    assert parents(bench)["link"] == "power-bern"
    assert parents(bench)["lost"] is None


def test_a_shelved_alarm_fires_no_rule(bench: Bench) -> None:
    bench.send("a", ago_s=5)
    bench.fired()
    (alarm,) = alarms(bench)
    with as_tenant(bench.session, bench.tenant_id):
        until = NOON + timedelta(hours=1)
        shelve(
            bench.session, bench.tenant_id, alarm.id, until=until, reason="x", by="Anna", now=NOON
        )
    bench.rule()
    bench.send("a", perceived_severity="critical")

    assert bench.fired() == []
