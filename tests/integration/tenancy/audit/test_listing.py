"""The audit is found by what was done, who did it, to what, when and by any word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import InvalidError
from tenancy.audit.asking import read_filter
from tenancy.audit.listing import EntryFilter, every_entry, list_entries, people_of, place_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer
from tests.integration.tenancy.audit.conftest import Noter

Sessions = sessionmaker[Session]
THING = "0192f0f0-0000-7000-8000-000000000001"


@pytest.fixture
def acme(sessions: Sessions, noting: Noter) -> OrganisationView:
    with sessions.begin() as session:
        acme, other = make_customer(session, "Acme"), make_customer(session, "Other")
    noting(acme.id, thing=THING, version=3)
    noting(acme.id, "connection.rotated", day=1, by="Berta", about="Tickets")
    noting(acme.id, "rule.switched_off", day=2, about="100% up", reason="Zürich moved")
    noting(other.id, by="Eve")
    return acme


def found(sessions: Sessions, tenant_id: UUID, **asked: str) -> list[int]:
    with sessions() as session, as_tenant(session, tenant_id):
        return [one.number for one in list_entries(session, tenant_id, read_filter(asked))]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        pytest.param({}, [3, 2, 1], id="all, the newest first"),
        pytest.param({"group": "connections"}, [2], id="a group"),
        pytest.param({"action": "rule.switched_off"}, [3], id="an action"),
        pytest.param({"by": "Berta"}, [2], id="who"),
        pytest.param({"by": "Eve"}, [], id="who of another organisation"),
        pytest.param({"kind": "workflow", "thing": THING}, [1], id="a thing"),
        pytest.param({"since": "2026-11-25", "until": "2026-11-25"}, [2], id="a day"),
        pytest.param({"until": "2026-11-25T12:00:00Z"}, [1], id="before an instant"),
        pytest.param({"q": "TICKETS"}, [2], id="a name"),
        pytest.param({"q": "0%"}, [3], id="no wildcard"),
        pytest.param({"q": "moved"}, [3], id="a fact"),
        pytest.param({"q": "new secrets"}, [2], id="the words of an action"),
    ],
)
def test_finds(
    sessions: Sessions, acme: OrganisationView, asked: dict[str, str], numbers: list[int]
) -> None:
    assert found(sessions, acme.id, **asked) == numbers


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        pytest.param({"group": "nonsense"}, "/group", id="no such group"),
        pytest.param({"action": "nonsense"}, "/action", id="no such action"),
        pytest.param({"since": "2026-13-01"}, "/since", id="no day"),
        pytest.param({"until": "yesterday"}, "/until", id="no instant"),
        pytest.param({"since": "2026-11-25", "until": "2026-11-24"}, "/until", id="backwards"),
        pytest.param({"q": "x" * 301}, "/q", id="too long"),
    ],
)
def test_names_what_cannot_be_asked(asked: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_filter(asked)

    assert [one.pointer for one in refused.value.problems] == [named]


def test_pages_meet_every_entry_once_and_a_file_gives_them_in_order(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions() as session, as_tenant(session, acme.id):
        where: Any = (session, acme.id, EntryFilter())
        first = list_entries(*where, limit=2)
        second = list_entries(*where, limit=2, after=place_of(first[-1]))
        in_order = list(every_entry(*where))
        people = people_of(session, acme.id)

    assert [one.number for one in [*first, *second]] == [3, 2, 1]
    assert [one.number for one in in_order] == [1, 2, 3]
    assert people == ["Anna", "Berta"]
