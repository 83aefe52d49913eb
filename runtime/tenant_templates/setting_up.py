"""Setting an organisation up that was just made: the template of its plan, or the one chosen."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting, acting_as
from kernel.errors import ConflictError
from kernel.secrets import Vault
from runtime.packs.desk import BlockDoors, Desk
from runtime.packs.installing import Agreed
from runtime.tenant_templates.bringing import bring
from runtime.tenant_templates.store import get_template, template_of_plan
from runtime.tenant_templates.uses import begin_use
from tenancy.access import facts_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant


class SetsUpFromTemplates:
    """Brings templates to new organisations; see `tenancy.customers.setting_up.SetsUp`.

    The provider agrees to what blocks ask for: nobody else is there yet. `vault` is asked for when
    a template comes, for not every process has the keys.
    """

    def __init__(self, vault: Callable[[], Vault], doors: BlockDoors) -> None:
        self._vault_of = vault
        self._doors = doors

    def __call__(
        self,
        session: Session,
        who: Acting,
        organisation: OrganisationView,
        template_id: UUID | None,
        plan_id: UUID | None,
        *,
        now: datetime,
    ) -> None:
        """Bring the template, whole or not at all."""
        with as_tenant(session, who.tenant_id):
            chosen = template_id
            if chosen is None and plan_id is not None:
                chosen = template_of_plan(session, who.tenant_id, plan_id)
            if chosen is None:
                return
            template = get_template(session, who.tenant_id, chosen)
        if template.archived_at is not None:
            raise ConflictError(f"{template.name} is archived: choose another template")
        name = f"{who.person_name} ({who.tenant_name})"
        them = facts_of(organisation, role="admin", person_id=None, name=name)
        desk = Desk(
            session=session,
            tenant_id=organisation.id,
            by=name[:200],
            by_id=None,
            now=now,
            vault=self._vault_of(),
            doors=self._doors,
            require=_anything,
        )
        with as_tenant(session, organisation.id), acting_as(session, them):
            use = begin_use(session, who, organisation, template, now=now)
            bring(desk, them, use, agreed=Agreed(consents=True))


def _anything(_permissions: Collection[str]) -> None:
    """Let all be made: the organisation is new, and nobody's work is in it."""
