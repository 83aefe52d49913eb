"""What stands round a tenant's work: its people, plans, environments, and what it lets go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel.clock import utc_now
from kernel.ids import new_id
from runtime.archives._tables import Archive, ArchivePiece
from runtime.archives._tables import Stage as Kept
from runtime.deleting._tables import Deletion
from runtime.deleting.model import Stage
from runtime.tenant_templates._tables import (
    TenantTemplate,
    TenantTemplateUse,
    TenantTemplateVersion,
)
from runtime.tenant_templates.contents import Contents
from runtime.use.recording import day_of
from tenancy.delegation._tables import SupportGrant
from tenancy.environments import find_environment
from tenancy.plans._tables import Plan
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import make_member
from tests.factories.use import use

if TYPE_CHECKING:
    from tests.isolation.tenant import Tenant

NOTE = step("write-log", config={"message": "told"})


def organised(tenant: Tenant) -> dict[str, str]:
    """Somebody else who belongs here, a token, an environment and what was brought from it."""
    word, send = tenant.word, tenant.send
    with tenant.sessions.begin() as session:
        person = make_member(session, tenant.organisation, "operator", name=f"{word} person")
        told: dict[str, Any] = {"terms": {}, "changed_at": utc_now(), "changed_by": word}
        plan = Plan(id=new_id(), owner_id=tenant.id, name=word, **told)
        session.add(plan)
        session.flush()
        plan_id, today = str(plan.id), day_of(utc_now())
        use(session, tenant.id, today, runs=1)
    template_id, use_id = _templates(tenant)
    made = send("/environments", json={"name": word})
    tenant.fill_in("/roles/new", name=f"{word} role", based_on="viewer", permission="alarms.view")
    provider = {"name": f"{word} Account", "client_id": "c", "scopes": "openid"}
    provider |= {"issuer": f"https://{word.lower()}.example", "domains": f"{word.lower()}.example"}
    tenant.fill_in("/identity-providers/new", **provider)
    asked = send("/invitations", json={"email": f"{word.lower()}@example.com", "role": "viewer"})
    user = send("/scim/v2/Users", json={"userName": f"{word.lower()}-7@example.com"})
    return {
        "organisation": str(tenant.id),
        "scim_user": user["id"],
        "plan": plan_id,
        "usage": f"{today:%Y%m%d}-runs-{tenant.id.hex}",
        "tenant_template": template_id,
        "template_use": use_id,
        "deletion": _deletion(tenant),
        "archive": _archive(tenant),
        "invitation": asked["id"],
        "role": tenant.first("custom_role"),
        "identity_provider": tenant.first("identity_provider"),
        "identity_domain": tenant.first("identity_domain"),
        "grant": _granted(tenant),
        "promotion": _promoted(tenant, made["slug"]),
        "person": str(person.id),
        "person_email": person.email,
        "token": tenant.first("api_token"),
        "environment": made["slug"],
    }


def _templates(tenant: Tenant) -> tuple[str, str]:
    """A template for customers, and what this one has of one."""
    word, now, mine = tenant.word, utc_now(), tenant.id
    contents = Contents(items=())
    with tenant.sessions.begin() as session, as_tenant(session, mine):
        template = TenantTemplate(
            id=new_id(), tenant_id=mine, name=word, latest=1, changed_at=now, changed_by=word
        )
        session.add(template)
        session.flush()
        session.add(
            TenantTemplateVersion(
                id=new_id(),
                tenant_id=mine,
                template_id=template.id,
                number=1,
                chosen=[],
                contents=contents.document(),
                outline=[],
                digest=contents.digest,
                model_name=word,
                taken_at=now,
                taken_by=word,
            )
        )
        use = TenantTemplateUse(
            id=new_id(),
            tenant_id=mine,
            template_id=template.id,
            owner_id=mine,
            owner_name=word,
            name=word,
            slots=[],
            said={},
            offered_at=now,
            offered_by=word,
        )
        session.add(use)
        session.flush()
        return str(template.id), str(use.id)


def _deletion(tenant: Tenant) -> str:
    """Have one that stood below it deleted: it was closed, and its certificate is the tenant's."""
    word, now = tenant.word, utc_now()
    said: dict[str, Any] = {"name": word, "slug": word.lower(), "kind": "customer"}
    told: dict[str, Any] = {"stage": Stage.ASKED, "reason": word, "asked_by": word, "work": {}}
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        row = Deletion(tenant_id=tenant.id, organisation_id=new_id(), **said, **told)
        row.id, row.asked_at, row.due_at = new_id(), now, now + timedelta(days=1)
        session.add(row)
        return str(row.id)


def _archive(tenant: Tenant) -> str:
    """Have an export that is there to be taken."""
    word, now = tenant.word, utc_now()
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        made = Archive(id=new_id(), tenant_id=tenant.id, stage=Kept.READY, size_bytes=len(word))
        made.asked_at, made.asked_by, made.ready_at = now, word, now
        made.expires_at = now + timedelta(days=1)
        session.add(made)
        session.flush()
        piece = {"tenant_id": tenant.id, "archive_id": made.id, "number": 0}
        session.add(ArchivePiece(**piece, content=word.encode()))
        return str(made.id)


def _granted(tenant: Tenant) -> str:
    """Let the support of its provider in, for a moment: nobody is in when others ask."""
    above = {"provider": str(tenant.organisation.parent_id)}
    tenant.fill_in("/support-access", **above, role="viewer", minutes="240", reason=tenant.word)
    with tenant.sessions() as session:
        wanted = select(SupportGrant.id).where(SupportGrant.customer_id == tenant.id)
        grant = str(session.scalars(wanted).one())
    tenant.fill_in(f"/support-access/{grant}/end")
    return grant


def _promoted(tenant: Tenant, slug: str) -> str:
    """Bring a workflow from the environment to where all others live."""
    with tenant.sessions.begin() as session, as_tenant(session, tenant.id):
        there = find_environment(session, tenant.id, slug).organisation_id
    with tenant.sessions.begin() as session, as_tenant(session, there):
        document = flow_document({"note": NOTE}, ["hand > note"], name=f"{tenant.word} brought")
        make_flow(session, there, document)
    live = tenant.send(f"/environments/{slug}/live", "GET")["items"][0]
    picked = [{"kind": live["kind"], "key": live["key"]}]
    return str(tenant.send("/promotions", json={"from": slug, "items": picked})["id"])
