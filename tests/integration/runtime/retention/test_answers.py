"""Answers kept for requests sent again go with a round of retention."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.limits.book import LimitsBook
from runtime.packs.store import goes_back_to
from runtime.retention.clearing import Clearing
from tenancy.repeats._tables import KeptAnswer
from tenancy.repeats.store import BITE, KEPT_FOR
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON, make_customer


def test_a_round_removes_all_that_are_a_day_old_and_no_other(
    sessions: sessionmaker[Session],
) -> None:
    young = NOON - KEPT_FOR + timedelta(seconds=1)
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            for number in range(BITE + 2):
                session.add(
                    KeptAnswer(
                        tenant_id=tenant_id,
                        token_digest="t",
                        key=str(number),
                        request_digest="r",
                        made_at=NOON - KEPT_FOR if number else young,
                    )
                )
    book = LimitsBook(limits_kept_s=0.0)

    removed = Clearing(
        sessions=sessions, limits=book, goes_back=goes_back_to, pause=lambda _: None
    ).round(now=NOON)

    with sessions() as session, system(session):
        assert session.scalars(select(KeptAnswer.key)).all() == ["0"]
    assert removed.answers == BITE + 1
