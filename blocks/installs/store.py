"""Installing and removing blocks: what a tenant may use, who agreed to what, and what is held.

A package came before (`offering`). One that nobody signed is "in development" in its tenant, and
replaced by the next one of the same version; one that a provider lends is installed as a signed
one is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from blocks.installs._changes import note_change
from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.installs.curated import require_offered
from blocks.installs.firsts import note_first
from blocks.installs.model import InstallView, Offered, ask_in_short
from blocks.installs.offering import installed_rows, offered
from blocks.installs.recalling import refuse_recalled
from blocks.installs.vouching import refuse_unvouched
from blocks.manifest import kept_manifest
from blocks.registry import Standing
from kernel.errors import ConflictError
from kernel.ids import new_id
from kernel.json_text import kept_text
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.plans.entitled import require_blocks
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

REASON_MAX = 200
_NAME = "installed block"


class ConsentError(ConflictError):
    """What a block asks for was not agreed to."""

    code = "block.consent_needed"


class OtherDigestError(ConflictError):
    """Another package is installed under this id and version, and is not replaced."""

    code = "block.other_digest"


class InUseError(ConflictError):
    """Workflows, runs under way or other blocks use the block."""

    code = "block.in_use"


def install(
    session: Session, tenant_id: UUID, digest: str, *, consents: bool, by: str, now: datetime
) -> InstallView:
    """Let a tenant use a package; installing it again changes nothing.

    `consents` says whether the person who asks agrees to all that it asks for.

    Raises:
        NotFoundError: as `offered`.
        ConsentError: it asks for what no version of it was granted yet, and nobody agreed.
        OtherDigestError: the version is installed from another package that is signed.
        NotInPlanError: the plan does not hold it.
        NotOfferedError: a provider above keeps it back.
        NotTrustedError: neither its signature nor that of a pack it came in is to be believed any
            more.
        RecalledError: a provider above, or the organisation itself, recalled it.
    """
    found = _agreed(session, tenant_id, digest, consents=consents, now=now)
    manifest = found.manifest
    rows = installed_rows(session, tenant_id, manifest.id)
    row = next((one for one in rows if one.version == manifest.version), None)
    is_vouched = found.is_signed or found.is_lent
    becomes = Standing.INSTALLED if is_vouched else Standing.IN_DEVELOPMENT
    if row is not None and row.digest == digest and _is_no_news(row.state, becomes):
        return _view(session, row)
    if row is not None and row.state is not Standing.IN_DEVELOPMENT:
        raise OtherDigestError(
            f"{manifest.id} {manifest.version} is installed from another package: "
            "give this one another version",
            digest=row.digest,
        )
    if row is None:
        row = BlockInstall(
            id=new_id(), tenant_id=tenant_id, block_id=manifest.id, version=manifest.version
        )
        session.add(row)
    row.digest, row.lets_finish, row.reason = digest, True, ""
    row.state, row.lent_by = becomes, found.lent_by
    row.permissions, row.consented_at, row.consented_by = list(found.asks_for), now, by
    row.installed_at, row.installed_by = now, by
    if found.is_signed:
        note_first(session, tenant_id, manifest.id, on=now.astimezone(UTC).date())
    note_change(session)
    log.info("block_installed", block=manifest.id, version=manifest.version, digest=digest)
    facts: dict[str, Fact] = {"version": manifest.version, "digest": digest}
    facts["consented_to"] = [ask_in_short(one) for one in found.asks_for]
    about = About(kind="block", id=manifest.id, name=manifest.title)
    note(session, tenant_id, "block.installed", now=now, about=about, facts=facts)
    return _view(session, row)


def _agreed(
    session: Session, tenant_id: UUID, digest: str, *, consents: bool, now: datetime
) -> Offered:
    """Give what is offered, once nothing stands against installing it; raises as `install`."""
    found = offered(session, tenant_id, digest)
    refuse_recalled(session, tenant_id, digest)
    require_blocks(session, tenant_id, {found.manifest.id})
    require_offered(session, tenant_id, digest, found.manifest, now=now)
    # somebody may have taken back their word since it came
    refuse_unvouched(session, session.get_one(BlockPackage, digest), now=now)
    if found.needs_consent and not consents:
        raise ConsentError(
            f"{found.manifest.title} asks for more than was agreed to: consent to it",
            digest=digest,
            asks_for=list(found.new_asks),
        )
    return found


def list_installs(session: Session, tenant_id: UUID) -> list[InstallView]:
    """List what a tenant has installed, by id, the version installed last first."""
    return [_view(session, one) for one in installed_rows(session, tenant_id)]


def get_install(session: Session, tenant_id: UUID, install_id: UUID) -> InstallView:
    """Give one installed version; raises NotFoundError."""
    return _view(session, get_owned(session, BlockInstall, tenant_id, install_id, name=_NAME))


def uninstall(
    session: Session,
    tenant_id: UUID,
    install_id: UUID,
    *,
    used_by: Callable[[str, str], Collection[str]],
    now: datetime,
) -> None:
    """Remove one version from a tenant; what runs used of it stays in their records.

    `used_by` names the workflows, runs and blocks that use a block's version.

    Raises:
        InUseError: something uses it; `used_by` in its detail names them.
    """
    row = get_owned(session, BlockInstall, tenant_id, install_id, name=_NAME, lock=True)
    users = list(used_by(row.block_id, row.version))
    if users:
        named = ", ".join(users[:5]) + (" and others" if len(users) > 5 else "")  # noqa: PLR2004
        raise InUseError(
            f"{row.block_id} {row.version} is used by {named}: "
            "take it out of workflows, and let runs end, first",
            used_by=users,
        )
    session.delete(row)
    note_change(session)
    log.info("block_uninstalled", block=row.block_id, version=row.version)
    about, facts = About(kind="block", id=row.block_id, name=row.block_id), {"version": row.version}
    note(session, tenant_id, "block.removed", now=now, about=about, facts=facts)


def hold(
    session: Session,
    tenant_id: UUID,
    install_id: UUID,
    *,
    reason: str,
    lets_finish: bool,
    now: datetime,
) -> InstallView:
    """Let no new run use a version; runs under way go on where `lets_finish`.

    Raises:
        ConflictError: it was withdrawn, which nobody here takes back.
    """
    row = get_owned(session, BlockInstall, tenant_id, install_id, name=_NAME, lock=True)
    _refuse_withdrawn(row)
    row.state, row.lets_finish = Standing.HELD, lets_finish
    row.reason = kept_text(reason)[:REASON_MAX]
    note_change(session)
    held = _view(session, row)
    facts: dict[str, Fact] = {"version": row.version, "reason": row.reason}
    facts["lets_runs_finish"] = lets_finish
    about = About(kind="block", id=row.block_id, name=held.manifest.title)
    note(session, tenant_id, "block.held", now=now, about=about, facts=facts)
    return held


def release(session: Session, tenant_id: UUID, install_id: UUID, *, now: datetime) -> InstallView:
    """Let a held version be used again."""
    row = get_owned(session, BlockInstall, tenant_id, install_id, name=_NAME, lock=True)
    _refuse_withdrawn(row)
    package = session.get_one(BlockPackage, row.digest)
    is_own = not package.signers and row.lent_by is None
    row.state = Standing.IN_DEVELOPMENT if is_own else Standing.INSTALLED
    row.lets_finish, row.reason = True, ""
    note_change(session)
    released = _view(session, row)
    about = About(kind="block", id=row.block_id, name=released.manifest.title)
    facts = {"version": row.version}
    note(session, tenant_id, "block.released", now=now, about=about, facts=facts)
    return released


def _is_no_news(state: Standing, becomes: Standing) -> bool:
    """Tell whether a package stays what it is: its signed twin ends its being in development."""
    return not (state is Standing.IN_DEVELOPMENT and becomes is Standing.INSTALLED)


def _refuse_withdrawn(row: BlockInstall) -> None:
    if row.state is Standing.WITHDRAWN:
        raise ConflictError(f"{row.block_id} {row.version} was withdrawn: install another version")


def _view(session: Session, row: BlockInstall) -> InstallView:
    package = session.get_one(BlockPackage, row.digest)
    return InstallView(
        id=row.id,
        digest=row.digest,
        manifest=kept_manifest(package.manifest),
        state=row.state,
        lets_finish=row.lets_finish,
        reason=row.reason,
        asks_for=tuple(row.permissions),
        is_signed=bool(package.signers),
        consented_at=row.consented_at,
        consented_by=row.consented_by,
        installed_at=row.installed_at,
        installed_by=row.installed_by,
    )
