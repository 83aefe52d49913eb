"""The webhooks of a workflow: their addresses, and the secrets that sign their deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.pins import why_not_to_start
from blocks.installs.registry import registry_of
from blocks.registry import Registry
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id, new_secret, sha256_of
from kernel.secrets import Sealer
from runtime.flows.hearing import is_told
from runtime.flows.lookup import runnable, startable
from runtime.flows.model import Flow, Trigger
from runtime.hooks._tables import Hook
from runtime.hooks.signature import key_of, new_signing_secret
from tenancy.audit.trail import About, note
from tenancy.keys.vault import tenant_vault
from tenancy.rows import insert_new

KEY_PREFIX = "hook"
OLD_SECRET_COUNTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookView:
    """One webhook of a workflow without its key and secrets.

    Attributes:
        id: None while it has no address yet.
        is_wired: It starts runs; else it only resumes those that wait.
        secret_made_at: None while its deliveries have no secret to be signed with.
        old_secret_until: Until when the secret before counts too; None when it does not.
        block: What reads its deliveries, for people; "" for a webhook of Garland's own.
        block_title, connections, trouble: Of the block, known to lists alone: what it is called,
            the connection it checks by for each slot, and why it may not be used now.
    """

    id: UUID | None
    trigger_id: str
    title: str
    signed: bool
    respond: str
    correlate: str
    is_wired: bool
    key_made_at: datetime | None
    secret_made_at: datetime | None
    old_secret_until: datetime | None
    block: str = ""
    block_title: str = ""
    connections: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a call of a webhook's address meets.

    Attributes:
        hook: The webhook as its workflow has it live; None when the live version has it not.
        sealed: The secrets that count now, sealed, the current one first.
    """

    id: UUID
    tenant_id: UUID
    flow_id: UUID
    flow_name: str
    hook: HookView | None
    sealed: tuple[str, ...]


def list_hooks(
    session: Session, tenant_id: UUID, flow_id: UUID, *, now: datetime
) -> list[HookView]:
    """List the webhooks of a workflow's live version; raises NotFoundError."""
    flow = _live_flow(session, tenant_id, flow_id)
    rows = session.scalars(select(Hook).where(Hook.tenant_id == tenant_id, Hook.flow_id == flow_id))
    known = {row.trigger_id: row for row in rows}
    if flow is None:
        return []
    registry = registry_of(session, tenant_id)
    views = [_view(flow, one, known.get(one.id), now=now) for one in _webhooks(flow, registry)]
    return [_with_block(one, flow.triggers[one.trigger_id], registry) for one in views]


def find_hook(
    session: Session, tenant_id: UUID, flow_id: UUID, trigger_id: str, *, now: datetime
) -> HookView:
    """Give one webhook of the live version; raises NotFoundError."""
    for one in list_hooks(session, tenant_id, flow_id, now=now):
        if one.trigger_id == trigger_id:
            return one
    raise NotFoundError("the live version has no such webhook: publish the workflow first")


def make_addresses(
    session: Session, tenant_id: UUID, flow_id: UUID, *, vault: Sealer, now: datetime
) -> int:
    """Give every webhook of the live version an address that has none; give how many were made."""
    missing = [one for one in list_hooks(session, tenant_id, flow_id, now=now) if one.id is None]
    made, vault = 0, tenant_vault(session, tenant_id, vault)
    for one in missing:
        row = {
            "id": new_id(),
            "tenant_id": tenant_id,
            "flow_id": flow_id,
            "trigger_id": one.trigger_id,
            "created_at": now,
            **_new_key(vault, now),
        }
        made += insert_new(session, Hook, row, keys=("flow_id", "trigger_id"))
    return made


def read_key(
    session: Session, tenant_id: UUID, flow_id: UUID, trigger_id: str, *, vault: Sealer
) -> str:
    """Open the key of a webhook's address; raises NotFoundError."""
    sealed = _row(session, tenant_id, flow_id, trigger_id).key_sealed
    return tenant_vault(session, tenant_id, vault).decrypt(sealed)


def renew_key(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    trigger_id: str,
    *,
    vault: Sealer,
    now: datetime,
) -> None:
    """Give a webhook a new address; the old one stops at once. Raises NotFoundError."""
    row = _row(session, tenant_id, flow_id, trigger_id)
    new = _new_key(tenant_vault(session, tenant_id, vault), now)
    for name, value in new.items():
        setattr(row, name, value)
    session.flush()
    _note(session, row, "webhook.address_renewed", now=now)


def set_secret(  # noqa: PLR0913  which webhook, which secret, sealed with what, when
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    trigger_id: str,
    *,
    vault: Sealer,
    now: datetime,
    secret: str = "",
) -> str:
    """Give a webhook a signing secret: the sender's own, or a new one; the one before counts on.

    Returns:
        The secret, which is never shown again.

    Raises:
        InvalidError: what the sender gave is none.
        NotFoundError: no such webhook.
    """
    row = _row(session, tenant_id, flow_id, trigger_id)
    chosen = secret.strip() or new_signing_secret()
    key_of(chosen)
    if row.secret_sealed is not None:
        row.old_secret_sealed, row.old_secret_until = row.secret_sealed, now + OLD_SECRET_COUNTS
    row.secret_sealed = tenant_vault(session, tenant_id, vault).encrypt(chosen)
    row.secret_made_at = now
    session.flush()
    _note(session, row, "webhook.secret_set", now=now)
    return chosen


def drop_old_secret(
    session: Session, tenant_id: UUID, flow_id: UUID, trigger_id: str, *, now: datetime
) -> None:
    """Let the secret before the current one count no longer; raises NotFoundError."""
    row = _row(session, tenant_id, flow_id, trigger_id)
    row.old_secret_sealed = row.old_secret_until = None
    session.flush()
    _note(session, row, "webhook.old_secret_dropped", now=now)


def _note(session: Session, row: Hook, action: str, *, now: datetime) -> None:
    flow = startable(session, row.tenant_id, row.flow_id)
    about, facts = (
        About(kind="webhook", id=row.flow_id, name=flow.name),
        {"trigger": row.trigger_id},
    )
    note(session, row.tenant_id, action, now=now, about=about, facts=facts)


def find_target(session: Session, key: str, *, now: datetime) -> Target | None:
    """Find what a key opens, in every tenant: call it in system scope."""
    row = session.scalar(select(Hook).where(Hook.key_digest == sha256_of(key)))
    return None if row is None else _target(session, row, now=now)


def target_of(
    session: Session, tenant_id: UUID, flow_id: UUID, trigger_id: str, *, now: datetime
) -> Target:
    """Give what a call of a webhook's address would meet; raises NotFoundError."""
    return _target(session, _row(session, tenant_id, flow_id, trigger_id), now=now)


def open_secrets(target: Target, vault: Sealer) -> list[str]:
    """Open the secrets that count now.

    Raises:
        ConflictError: there is none yet.
    """
    if not target.sealed:
        raise ConflictError(
            "this webhook asks for signatures and has no secret yet: make one on the workflow's "
            "page Webhooks and give it to the sender"
        )
    return [vault.decrypt(one) for one in target.sealed]


def _target(session: Session, row: Hook, *, now: datetime) -> Target:
    found = startable(session, row.tenant_id, row.flow_id)
    flow = _live_flow(session, row.tenant_id, row.flow_id)
    trigger = flow.triggers.get(row.trigger_id) if flow is not None else None
    is_live = flow is not None and trigger is not None and trigger.kind in ("webhook", "block")
    view = _view(flow, trigger, row, now=now) if is_live and flow and trigger else None
    return Target(
        id=row.id,
        tenant_id=row.tenant_id,
        flow_id=row.flow_id,
        flow_name=found.name,
        hook=view,
        sealed=_sealed(row, now=now),
    )


def _sealed(row: Hook, *, now: datetime) -> tuple[str, ...]:
    old = row.old_secret_sealed if _old_counts(row, now=now) else None
    return tuple(one for one in (row.secret_sealed, old) if one is not None)


def _old_counts(row: Hook, *, now: datetime) -> bool:
    return row.old_secret_until is not None and row.old_secret_until > now


def _live_flow(session: Session, tenant_id: UUID, flow_id: UUID) -> Flow | None:
    version_id = startable(session, tenant_id, flow_id).version_id
    return runnable(session, tenant_id, flow_id, version_id).flow if version_id else None


def _webhooks(flow: Flow, registry: Registry) -> list[Trigger]:
    each = flow.triggers.values()
    return [one for one in each if is_told({"kind": one.kind, **one.settings}, registry)]


def _with_block(view: HookView, trigger: Trigger, registry: Registry) -> HookView:
    """Add what people want to know of the block that reads a webhook."""
    said = trigger.settings
    block = registry.find(said.get("block", ""), said.get("version", ""))
    if block is None:
        return view
    refusal = why_not_to_start(block, said.get("digest", ""))
    named = said.get("connections", {})
    return replace(
        view,
        title=trigger.title or block.manifest.title,
        block_title=block.manifest.title,
        connections={one.title: named.get(one.slot, "") for one in block.manifest.secrets},
        trouble=refusal[1] if refusal is not None else "",
    )


def _new_key(vault: Sealer, now: datetime) -> dict[str, object]:
    key = new_secret(KEY_PREFIX)
    return {"key_digest": sha256_of(key), "key_sealed": vault.encrypt(key), "key_made_at": now}


def _row(session: Session, tenant_id: UUID, flow_id: UUID, trigger_id: str) -> Hook:
    found = session.scalar(
        select(Hook).where(
            Hook.tenant_id == tenant_id, Hook.flow_id == flow_id, Hook.trigger_id == trigger_id
        )
    )
    if found is None:
        raise NotFoundError("no such webhook", flow_id=str(flow_id), trigger=trigger_id)
    return found


def _view(flow: Flow, trigger: Trigger, row: Hook | None, *, now: datetime) -> HookView:
    said = trigger.settings
    return HookView(
        id=row.id if row is not None else None,
        trigger_id=trigger.id,
        title=trigger.title or "Webhook",
        signed=said.get("signed", False),
        respond=said.get("respond", "at_once"),
        correlate=said.get("correlate", ""),
        is_wired=any(wire.source == trigger.id for wire in flow.wires),
        key_made_at=row.key_made_at if row is not None else None,
        secret_made_at=row.secret_made_at if row is not None else None,
        old_secret_until=row.old_secret_until if row and _old_counts(row, now=now) else None,
        block=f"{said['block']} {said['version']}" if trigger.kind == "block" else "",
    )
