"""Publishing a draft: it becomes the live version, and each webhook of it gets an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ForbiddenError
from kernel.secrets import Vault
from runtime.flows.going_back import make_live_again
from runtime.flows.history import find_numbered, require_back
from runtime.flows.uses import connections_of
from runtime.flows.versions import FlowVersionView, get_flow, publish_flow
from runtime.going_live.authors import pass_by
from runtime.going_live.model import Yes
from runtime.hooks.store import make_addresses


def require_use(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    who: Acting,
    document: Mapping[str, Any] | None = None,
) -> None:
    """Refuse that somebody lets a workflow use connections who may not; raises ForbiddenError.

    The draft is looked at, or the document that is to be published.
    """
    if who.may("connections.use"):
        return
    named = connections_of(document or get_flow(session, tenant_id, flow_id).draft)
    if named:
        raise ForbiddenError(
            f"the workflow uses {', '.join(sorted(named))}, and your role ({who.role}) may not let "
            f"it: ask an admin of {who.tenant_name} to publish it",
            permission="connections.use",
        )


def publish(  # noqa: PLR0913  who, what, with which note and keys
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    *,
    note: str,
    by: str,
    vault: Vault,
    now: datetime,
    yes: Yes | None = None,
) -> FlowVersionView:
    """Publish a workflow's draft, or what was said yes to; raises what `publish_flow` does."""
    version = publish_flow(session, tenant_id, flow_id, note=note, by=by, now=now, yes=yes)
    make_addresses(session, tenant_id, flow_id, vault=vault, now=now)
    return version


def go_back(
    session: Session, tenant_id: UUID, flow_id: UUID, number: int, *, who: Acting, now: datetime
) -> FlowVersionView:
    """Make a version that was published before live again; what is asked for the draft ends.

    Raises:
        NotFoundError: no such version.
        ForbiddenError: it uses connections, and whoever acts may not let it.
        SecondPersonError: nobody but who made it ever put it live or said yes to it.
        InvalidError: it is retired, or what it needs is not there any more.
    """
    document = find_numbered(session, tenant_id, flow_id, number).document
    require_use(session, tenant_id, flow_id, who=who, document=document)
    require_back(session, tenant_id, flow_id, number)
    version = make_live_again(session, tenant_id, flow_id, number, now=now)
    pass_by(session, tenant_id, "flow_id", flow_id, now=now)
    return version
