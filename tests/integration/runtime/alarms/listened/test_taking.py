"""What arrives at the listener becomes alarm events of the tenant it proves to be of."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms._tables import JournalEntry
from runtime.alarms.intake.taking import FAULTS_OF_A_BODY
from runtime.alarms.sources.faults import count_faults
from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.listened.store import list_listened, listening_of
from runtime.alarms.sources.listened.strays import list_strays
from runtime.alarms.sources.listened.taking import Outcome
from runtime.alarms.sources.store import faults_of, list_sources
from tenancy.scope import as_tenant, system
from tests.factories.listening import USER, arrive, make_tenant_with
from tests.support.captures import SNMP as SNMP_FILE
from tests.support.captures import captured

Sessions = sessionmaker[Session]
NEAR, FAR = "192.0.2.7", "198.51.100.7"
TRAP = bytes.fromhex(
    "304302010104067075626c6963a736020451952f810201000201003028300d06082b060102010103004301013017060a"
    "2b06010603010104010006092b0601060301010501"
)
INFORM = TRAP.replace(b"\xa7\x36", b"\xa6\x36", 1)
LINE = b"<27>Nov 24 14:56:18 router1 fand: fan tray 2 failed"


def trap(data: bytes = TRAP, sender: str = NEAR) -> Arrived:
    return Arrived(kind=SNMP, data=data, sender=sender)


def line(data: bytes = LINE, sender: str = NEAR) -> Arrived:
    return Arrived(kind=SYSLOG, data=data, sender=sender)


def events_of(sessions: Sessions, tenant_id: UUID) -> list[dict[str, Any]]:
    with sessions() as session, as_tenant(session, tenant_id):
        return list(session.scalars(select(JournalEntry.event).order_by(JournalEntry.seq)))


def strays(sessions: Sessions) -> dict[str, int]:
    with sessions() as session:
        return {one.reason: one.count for one in list_strays(session)}


def test_a_trap_is_journalled_for_the_tenant_whose_community_it_has(sessions: Sessions) -> None:
    mine = make_tenant_with(sessions, SNMP)
    other = make_tenant_with(sessions, SNMP, community="another")

    result = arrive(sessions, trap())

    assert result.outcomes == [Outcome.TAKEN]
    (event,) = events_of(sessions, mine)
    assert event["specific_problem"] == "Cold start"
    assert event["source"] == SNMP
    assert events_of(sessions, other) == []


def test_a_trap_of_v3_is_of_the_tenant_whose_user_has_the_key(
    sessions: Sessions, shared_data: Path
) -> None:
    mine = make_tenant_with(sessions, SNMP, community="", **USER)
    other = {**USER, "user_auth_secret": "another-pass"}
    make_tenant_with(sessions, SNMP, community="", **other)
    data = captured(shared_data, SNMP_FILE)["v3 authPriv SHA AES linkDown"]

    result = arrive(sessions, trap(data))

    assert result.outcomes == [Outcome.TAKEN]
    (event,) = events_of(sessions, mine)
    assert event["managed_object"] == f"{NEAR}/GigabitEthernet0/7"


def test_a_line_is_of_the_tenant_whose_network_it_comes_from(sessions: Sessions) -> None:
    mine = make_tenant_with(sessions, SYSLOG)
    other = make_tenant_with(sessions, SYSLOG, networks="198.51.100.0/24")

    arrive(sessions, line())

    (event,) = events_of(sessions, mine)
    assert (event["managed_object"], event["perceived_severity"]) == ("router1", "major")
    assert events_of(sessions, other) == []


@pytest.mark.parametrize(
    ("arrived", "reason"),
    [
        pytest.param(trap(sender=FAR), "no source takes this sender's address", id="from afar"),
        pytest.param(
            trap(TRAP.replace(b"public", b"secret")),
            "no source that takes this sender has this community",
            id="another community",
        ),
        pytest.param(line(sender=FAR), "no source takes this sender's address", id="a line"),
        pytest.param(trap(b"\x30\x03\x02\x01\x07"), "unreadable", id="no SNMP"),
    ],
)
def test_what_is_nobodys_is_counted_for_the_operator(
    sessions: Sessions, arrived: Arrived, reason: str
) -> None:
    mine = make_tenant_with(sessions, SNMP, SYSLOG)

    result = arrive(sessions, arrived, arrived)

    assert result.outcomes == [Outcome.STRAY] * 2
    assert strays(sessions) == {reason: 2}
    assert events_of(sessions, mine) == []


def test_what_two_sources_would_take_is_never_guessed(sessions: Sessions) -> None:
    tenants = [make_tenant_with(sessions, SNMP) for _ in range(2)]

    result = arrive(sessions, trap())

    assert result.outcomes == [Outcome.STRAY]
    assert [events_of(sessions, one) for one in tenants] == [[], []]
    (reason,) = strays(sessions)
    assert reason.startswith("several sources take it")


def test_no_community_is_kept_of_what_is_nobodys(sessions: Sessions) -> None:
    make_tenant_with(sessions, SNMP)

    arrive(sessions, trap(TRAP.replace(b"public", b"secret")), trap(TRAP[:-1]))

    with sessions() as session:
        kept = " ".join(f"{one.reason} {one.sample}" for one in list_strays(session))
    assert "secret" not in kept
    assert "public" not in kept


def test_addresses_that_are_invented_do_not_fill_the_table(sessions: Sessions) -> None:
    floods = [trap(sender=f"198.51.{number // 250}.{number % 250}") for number in range(500)]

    arrive(sessions, *floods)

    with sessions() as session:
        found = list_strays(session, limit=1_000)
    assert len(found) <= 21
    assert sum(one.count for one in found) == 500


def test_an_inform_is_answered_only_for_who_takes_it(sessions: Sessions) -> None:
    make_tenant_with(sessions, SNMP)

    result = arrive(sessions, trap(INFORM), trap(INFORM, sender=FAR))

    assert [one is not None for one in result.answers] == [True, False]


def test_a_message_that_no_rule_wants_is_counted(sessions: Sessions) -> None:
    mine = make_tenant_with(sessions, SYSLOG)

    result = arrive(sessions, line(b"<30>Nov 24 14:56:18 router1 fand: all fine"), line())

    assert result.outcomes == [Outcome.COUNTED, Outcome.TAKEN]
    with sessions() as session, as_tenant(session, mine):
        (source,) = list_sources(session, mine)
        heard = listening_of(session, mine, source.id)
    assert (heard.heard, heard.counted_only, source.accepted) == (2, 1, 1)


def test_sixty_broken_datagrams_harm_nothing(sessions: Sessions, shared_data: Path) -> None:
    mine = make_tenant_with(sessions, SNMP, SYSLOG, **USER)
    whole = list(captured(shared_data, SNMP_FILE).values())
    chance = random.Random(7)  # noqa: S311  the same bytes each time
    broken = [_broken(chance.choice(whole), chance) for _ in range(60)]

    result = arrive(sessions, *(trap(one) for one in broken), trap(), line())

    assert len(result.outcomes) == 62
    assert result.outcomes[60:] == [Outcome.TAKEN, Outcome.TAKEN]
    problems = [one["specific_problem"] for one in events_of(sessions, mine)]
    assert {"Cold start", "fand"} <= set(problems)


def _broken(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data[: chance.randrange(1, len(data))])
    for _ in range(chance.randrange(6)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def test_what_a_broker_hands_on_is_of_its_connections_source(sessions: Sessions) -> None:
    mine = make_tenant_with(sessions, MQTT)
    with sessions() as session, system(session):
        (source,) = list_listened(session)
    body = (
        b'[{"managed_object": "pump-7", "perceived_severity": "major"}, {"perceived_severity": 1}]'
    )
    said = Arrived(kind=MQTT, data=body, sender="broker", source_id=source.source_id, topic="a/b")

    result = arrive(sessions, said)

    assert result.outcomes == [Outcome.TAKEN]
    assert [one["managed_object"] for one in events_of(sessions, mine)] == ["pump-7"]
    with sessions() as session, as_tenant(session, mine):
        assert len(faults_of(session, mine, source.source_id)) == 1


def test_what_cannot_be_read_of_a_known_source_is_told_on_its_page(sessions: Sessions) -> None:
    mine = make_tenant_with(sessions, MQTT)
    with sessions() as session, system(session):
        (source,) = list_listened(session)
    said = Arrived(kind=MQTT, data=b"{", sender="broker", source_id=source.source_id, topic="a/b")

    result = arrive(sessions, said)

    assert result.outcomes == [Outcome.REFUSED]
    with sessions() as session, as_tenant(session, mine):
        (fault,) = faults_of(session, mine, source.source_id)
    assert "no JSON" in fault.message


def test_a_removed_source_takes_nothing_more(sessions: Sessions) -> None:
    make_tenant_with(sessions, SYSLOG)
    said = Arrived(kind=MQTT, data=b"{}", sender="broker", source_id=UUID(int=7), topic="a/b")

    assert arrive(sessions, said).outcomes == [Outcome.STRAY]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"data": b"\xff\xfe"}, id="no text"),
        pytest.param({"data": b"", "broken": "a count that is none"}, id="a stream"),
    ],
)
def test_a_storm_of_broken_messages_is_counted_and_some_of_it_kept(
    sessions: Sessions, broken: dict[str, Any]
) -> None:
    mine = make_tenant_with(sessions, SYSLOG)
    one = Arrived(kind=SYSLOG, sender=NEAR, **broken)

    result = arrive(sessions, *[one] * 100, line())

    assert result.outcomes == [*[Outcome.REFUSED] * 100, Outcome.TAKEN]
    with sessions() as session, as_tenant(session, mine):
        (source,) = list_sources(session, mine)
        assert (source.rejected, source.accepted) == (100, 1)
        assert count_faults(session, mine, source.id) == FAULTS_OF_A_BODY
    assert len(events_of(sessions, mine)) == 1
    assert strays(sessions) == {}
