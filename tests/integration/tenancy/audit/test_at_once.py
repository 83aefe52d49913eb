"""Two transactions note at once: no gap, no number twice, and nobody waits for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session, sessionmaker

from tenancy.audit.listing import EntryFilter, every_entry
from tenancy.audit.trail import note
from tenancy.audit.verifying import verify
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer

EACH = 15


def test_whoever_notes_at_once_in_two_chains_waits_for_nobody_for_ever(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        both = [make_customer(session, "Acme"), make_customer(session, "Other")]

    def note_in(order: list[OrganisationView]) -> None:
        for number in range(EACH):
            with sessions.begin() as session:
                for one in order:
                    facts = {"number": number}
                    note(session, one.id, "workflow.published", now=NOON, facts=facts)

    with ThreadPoolExecutor(4) as threads:
        orders = [both, both[::-1], both, both[::-1]]
        list(threads.map(note_in, orders))

    for one in both:
        with sessions() as session, as_tenant(session, one.id):
            numbers = [entry.number for entry in every_entry(session, one.id, EntryFilter())]
            assert numbers == list(range(1, 4 * EACH + 1))
            assert verify(session, one.id) is None
