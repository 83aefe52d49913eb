"""Whether organisations may sign up under a CSP by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from tenancy.audit.trail import note
from tenancy.mails.office import sends_mail
from tenancy.organisations import OrganisationView, find_by_slug, get_organisation
from tenancy.plans.store import get_plan
from tenancy.scope import as_tenant
from tenancy.sign_ups._tables import SignUpPolicy

NO_MAIL = "sign-up needs mail, and none can be sent from here: the operator has to set it up first"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """Whether sign-up is open, on which plan, and who said so last; "" where nobody did."""

    is_open: bool
    changed_at: datetime | None
    changed_by: str
    plan_id: UUID | None = None


def policy_of(session: Session, tenant_id: UUID) -> PolicyView:
    """Say whether sign-up is open under a CSP.

    Raises:
        NotFoundError: the organisation is no CSP.
    """
    _require_csp(session, tenant_id)
    row = session.get(SignUpPolicy, tenant_id)
    if row is None:
        return PolicyView(is_open=False, changed_at=None, changed_by="")
    return PolicyView(
        is_open=row.is_open,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        plan_id=row.plan_id,
    )


def set_open(
    session: Session,
    tenant_id: UUID,
    *,
    is_open: bool,
    plan_id: UUID | None = None,
    by: str,
    now: datetime,
) -> None:
    """Open or close sign-up, and say on which plan those come that sign up.

    Raises:
        NotFoundError: the organisation is no CSP, or has no such plan.
        ConflictError: it cannot be opened where no mail can be sent.
    """
    _require_csp(session, tenant_id)
    if is_open and not sends_mail(session):
        raise ConflictError(NO_MAIL)
    plan = get_plan(session, tenant_id, plan_id).name if plan_id is not None else "no plan"
    row = session.get(SignUpPolicy, tenant_id)
    if row is None:
        row = SignUpPolicy(tenant_id=tenant_id, is_open=False, changed_at=now, changed_by=by)
        session.add(row)
    if row.is_open is is_open and row.plan_id == plan_id:
        return
    is_moved = row.is_open is not is_open
    row.is_open, row.changed_at, row.changed_by, row.plan_id = is_open, now, by, plan_id
    if is_moved:
        action = "sign_up.opened" if is_open else "sign_up.closed"
        note(session, tenant_id, action, now=now, facts={"plan": plan})
    else:
        note(session, tenant_id, "sign_up.plan_chosen", now=now, facts={"plan": plan})
    session.flush()


def open_csp(session: Session, slug: str) -> OrganisationView:
    """Give the CSP of an address where sign-up is open.

    Raises:
        NotFoundError: there is none, or it is closed; which of the two is not said.
    """
    found = find_by_slug(session, slug)
    if found is not None and found.kind == "csp" and sends_mail(session):
        with as_tenant(session, found.id):
            row = session.get(SignUpPolicy, found.id)
        if row is not None and row.is_open:
            return found
    raise NotFoundError("There is nothing at this address, or it is not yours to see.")


def _require_csp(session: Session, tenant_id: UUID) -> None:
    if get_organisation(session, tenant_id).kind != "csp":
        raise NotFoundError("There is nothing at this address, or it is not yours to see.")
