"""Filters, order and pages of TMF642's list: what SQL answers agrees with the documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms import journal, store
from runtime.alarms.tmf642 import listing
from runtime.alarms.tmf642.changing import patch_alarm
from runtime.alarms.tmf642.dialect import V4 as DIALECT
from runtime.alarms.tmf642.dialect import Call
from runtime.alarms.tmf642.filters import Condition, Operator, fits, paths_of, values_at
from runtime.alarms.tmf642.mapping import event_of
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.tmf642.conftest import V4, Contract, alarm

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAID: list[dict[str, Any]] = [
    {"alarmedObject": {"id": "A"}, "perceivedSeverity": "minor", "alarmDetails": "fan"},
    {
        "alarmedObject": {"id": "B", "href": "/b"},
        "perceivedSeverity": "critical",
        "externalAlarmId": "17",
        "specificProblem": "ps=3",
        "place": [{"id": "zrh", "role": "site", "name": "Zurich"}, {"id": "ch", "role": "country"}],
        "affectedService": [{"id": "vpn-1", "href": "/s/1"}],
        "crossedThresholdInformation": {"direction": "up", "threshold": {"id": "t", "name": "T"}},
        "isRootCause": True,
        "serviceAffecting": True,
        "alarmEscalation": False,
        "alarmedObjectType": "Rectifier",
        "plannedOutageIndicator": "inService",
        "proposedRepairedActions": "fuse",
        "reportingSystemId": "oss",
    },
    {"alarmedObject": {"id": "C"}, "alarmType": "power", "sourceSystemId": "EMS-2"},
    {"alarmedObject": {"id": "D"}, "perceivedSeverity": "warning", "probableCause": "Überlast"},
    {"alarmedObject": {"id": "E"}, "perceivedSeverity": "indeterminate"},
]


@pytest.fixture
def documents(
    sessions: sessionmaker[Session], customer_id: UUID, client: FlaskClient
) -> list[dict[str, Any]]:
    """Five alarms, raised a minute apart: acknowledged, commented on, cleared, and one worse."""
    with sessions.begin() as session, as_tenant(session, customer_id):
        for number, said in enumerate(SAID):
            at = NOON + timedelta(minutes=number, microseconds=1500)
            event = event_of(alarm(**said, alarmRaisedTime=at.isoformat()))
            journal.append(session, customer_id, [event], now=NOON + timedelta(hours=1))
        rows = journal.take(session, 10)
        changes = store.apply_batch(session, customer_id, rows, now=NOON)
        journal.mark_done(session, [row.seq for row in rows], now=NOON)
        ids = [one.alarm.id for one in changes]
        call = Call(dialect=DIALECT, by="Ada", now=NOON + timedelta(hours=2))
        where = (session, customer_id)
        patch_alarm(*where, ids[0], {"ackState": "acknowledged"}, call=call)
        patch_alarm(*where, ids[1], {"comment": [{"comment": "seen"}]}, call=call)
        patch_alarm(*where, ids[3], {"perceivedSeverity": "cleared"}, call=call)
        patch_alarm(*where, ids[4], {"perceivedSeverity": "major"}, call=call)
    found: list[dict[str, Any]] = client.get(f"{V4}/alarm?sort=alarmedObject.id").get_json()
    return found


def names(found: list[dict[str, Any]]) -> str:
    return "".join(sorted(one["alarmedObject"]["id"] for one in found))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", "ABCDE", id="all"),
        pytest.param("perceivedSeverity=critical", "B", id="equal"),
        pytest.param("perceivedSeverity=critical,minor", "AB", id="a comma is or"),
        pytest.param("perceivedSeverity=critical;perceivedSeverity=minor", "AB", id="so is ;"),
        pytest.param("perceivedSeverity=critical&perceivedSeverity=minor", "AB", id="and twice"),
        pytest.param("perceivedSeverity=critical&state=raised", "B", id="several hold together"),
        pytest.param("perceivedSeverity.gte=major", "BCE", id="by rank, not by letter"),
        pytest.param("perceivedSeverity.ne=major,critical", "AD", id="neither"),
        pytest.param("state=updated", "E", id="updated"),
        pytest.param("state.ne=cleared", "ABCE", id="not cleared"),
        pytest.param("ackState=acknowledged", "A", id="acknowledged"),
        pytest.param("ackUserId=Ada", "A", id="who acknowledged"),
        pytest.param("alarmRaisedTime.gt=2026-11-24T12:02:00Z", "CDE", id="after"),
        pytest.param("alarmRaisedTime%3E=2026-11-24T12:02:00.001Z", "CDE", id="sign: from"),
        pytest.param("alarmRaisedTime%3C2026-11-24T12:01:00Z", "A", id="sign: before"),
        pytest.param("alarmRaisedTime=2026-11-24T13:01:00.001%2B01:00", "B", id="same instant"),
        pytest.param("alarmRaisedTime=2026-11-24T13:01:00.001+01:00", "B", id="plus not encoded"),
        pytest.param("alarmClearedTime.gte=2026-01-01T00:00:00Z", "D", id="cleared since"),
        pytest.param("alarmedObject.id=A,C", "AC", id="nested"),
        pytest.param("alarmedObject.href=/b", "B", id="nested, kept"),
        pytest.param("place.role=country", "B", id="any entry of a list"),
        pytest.param("crossedThresholdInformation.threshold.name=T", "B", id="deep"),
        pytest.param("comment.comment=seen", "B", id="a comment"),
        pytest.param("isRootCause=true", "B", id="a flag"),
        pytest.param("isRootCause.ne=true", "ACDE", id="a flag that is not there"),
        pytest.param("alarmType=power", "C", id="a type of their own"),
        pytest.param("sourceSystemId.lt=ems", "C", id="text by its bytes"),
        pytest.param("count.gt=0", "ABCDE", id="a number"),
        pytest.param("id=8675309", "", id="an id of somebody else"),
    ],
)
@pytest.mark.usefixtures("documents")
def test_finds_what_is_asked_for(client: FlaskClient, query: str, expected: str) -> None:
    answer = client.get(f"{V4}/alarm?{query}")

    assert answer.status_code == 200, answer.get_json()
    assert names(answer.get_json()) == expected
    assert answer.headers["X-Total-Count"] == str(len(expected))


PATHS = sorted(paths_of(DIALECT))


@pytest.mark.parametrize("operator", list(Operator))
def test_sql_and_documents_agree_for_every_attribute(
    sessions: sessionmaker[Session],
    customer_id: UUID,
    documents: list[dict[str, Any]],
    operator: Operator,
) -> None:
    """Against each value that occurs, and one that does not."""
    known = paths_of(DIALECT)
    cases = [(path, value) for path in PATHS for value in occurring(documents, path)]

    with sessions() as session, as_tenant(session, customer_id):
        for path, value in cases:
            wanted = [Condition(path=path, operator=operator, values=(value,))]
            page = listing.list_alarms(
                session, customer_id, wanted, dialect=DIALECT, cut=listing.Cut()
            )
            expected = [one for one in documents if fits(one, wanted, known)]
            assert names(page.items) == names(expected), (path, operator, value)
            assert page.total == len(expected)


def occurring(documents: list[dict[str, Any]], path: str) -> list[str]:
    found = {str(one) for it in documents for one in values_at(it, path.split("."))}
    is_instant = paths_of(DIALECT)[path].get("format") == "date-time"
    absent = "2031-01-01T00:00:00Z" if is_instant else "4711"
    return [*sorted(found), "warning" if path == "perceivedSeverity" else absent]


def test_every_attribute_of_the_contract_can_be_filtered_by(contract: Contract) -> None:
    def walk(name: str, before: str) -> set[str]:
        found: set[str] = set()
        for one, part in contract.definitions[name].get("properties", {}).items():
            inner = part.get("$ref") or part.get("items", {}).get("$ref")
            found |= walk(inner.rpartition("/")[2], f"{before}{one}.") if inner else {before + one}
        return found

    assert walk("Alarm", "") - set(PATHS) == set()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        pytest.param("colour=red", "colour", id="no attribute"),
        pytest.param("alarmedObject=x", "alarmedObject", id="an object as a whole"),
        pytest.param("perceivedSeverity=awful", "perceivedSeverity", id="no severity"),
        pytest.param("alarmRaisedTime.gt=now", "alarmRaisedTime", id="no instant"),
        pytest.param("alarmDetails.regex=.*", "regex", id="an expression"),
        pytest.param("alarmDetails=", "alarmDetails", id="nothing to compare with"),
        pytest.param("sort=colour", "sort", id="no order"),
        pytest.param("fields=colour", "fields", id="no field"),
        pytest.param("limit=-1", "limit", id="limit below"),
        pytest.param("limit=1001", "limit", id="limit above"),
        pytest.param("limit=ten", "limit", id="limit in words"),
        pytest.param("offset=-1", "offset", id="offset below"),
        pytest.param("count.gt=many", "count", id="no number"),
    ],
)
def test_names_what_it_cannot_use(
    client: FlaskClient, contract: Contract, query: str, named: str
) -> None:
    answer = client.get(f"{V4}/alarm?{query}")

    assert answer.status_code == 400
    contract.check("Error", answer.get_json())
    assert named in answer.get_json()["reason"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("offset=0&limit=2", "AB", id="first"),
        pytest.param("offset=2&limit=2", "CD", id="second"),
        pytest.param("offset=4&limit=2", "E", id="the last is shorter"),
        pytest.param("offset=5", "", id="right behind the end"),
        pytest.param("offset=9999999", "", id="far behind it"),
        pytest.param("limit=0", "", id="none, to count"),
        pytest.param("limit=1000", "ABCDE", id="the most"),
    ],
)
@pytest.mark.parametrize(
    "also", [pytest.param("", id="sql"), pytest.param("&isRootCause.ne=maybe", id="documents")]
)
@pytest.mark.usefixtures("documents")
def test_pages_say_how_long_they_and_the_whole_are(
    client: FlaskClient, query: str, expected: str, also: str
) -> None:
    answer = client.get(f"{V4}/alarm?sort=alarmedObject.id&{query}{also}")

    assert names(answer.get_json()) == expected
    assert answer.headers["X-Result-Count"] == str(len(expected))
    assert answer.headers["X-Total-Count"] == "5"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        pytest.param("", "EDCBA", id="newest first"),
        pytest.param("alarmRaisedTime", "ABCDE", id="oldest first"),
        pytest.param("-perceivedSeverity,alarmedObject.id", "BCEAD", id="two orders"),
    ],
)
@pytest.mark.usefixtures("documents")
def test_sorts(client: FlaskClient, sort: str, expected: str) -> None:
    found = client.get(f"{V4}/alarm?sort={sort}").get_json()

    assert "".join(one["alarmedObject"]["id"] for one in found) == expected


@pytest.mark.usefixtures("documents")
def test_refuses_to_look_at_too_many_one_by_one(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT_MAX", 4)

    answer = client.get(f"{V4}/alarm?isRootCause=true")
    narrowed = client.get(f"{V4}/alarm?isRootCause=true&perceivedSeverity=critical")

    assert answer.status_code == 400
    assert "one by one" in answer.get_json()["reason"]
    assert names(narrowed.get_json()) == "B"
