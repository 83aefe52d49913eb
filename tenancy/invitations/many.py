"""Many invitations at once: all of them, or none and what is wrong with each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import GarlandError, InvalidError, Problem
from tenancy import members, people
from tenancy.invitations.model import DAYS, Invited
from tenancy.invitations.pasted import Fault, read_lines
from tenancy.invitations.store import invite


class FaultyLinesError(InvalidError):
    """Some of the lines cannot be invited; nobody was."""

    code = "tenancy.faulty_lines"

    def __init__(self, faults: list[Fault]) -> None:
        problems = [Problem(f"/lines/{one.number}", _words(one)) for one in faults]
        super().__init__("nobody was invited: mend the lines that are named", problems=problems)
        self.faults = faults


def invite_many(
    session: Session, tenant_id: UUID, *, text: str, role: str, now: datetime, days: int = DAYS
) -> list[Invited]:
    """Invite everybody whose address was pasted.

    Raises:
        FaultyLinesError: what is wrong with each line that is; nobody is invited then.
    """
    roles = [word for word, _ in members.roles_of(session, tenant_id)]
    lines, faults = read_lines(text, role=role, roles=roles, is_address=people.is_email)
    invited: list[Invited] = []
    nested = session.begin_nested()
    for line in lines:
        facts = {"email": line.email, "role": line.role}
        try:
            invited.append(invite(session, tenant_id, now=now, days=days, **facts))
        except GarlandError as error:
            faults.append(Fault(number=line.number, text=line.email, message=error.message))
    if faults:
        nested.rollback()
        raise FaultyLinesError(sorted(faults, key=lambda one: one.number))
    nested.commit()
    return invited


def _words(fault: Fault) -> str:
    return f"line {fault.number}: {fault.message}" if fault.number else fault.message
