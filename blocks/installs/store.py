"""Installing and removing blocks: what a tenant may use, who agreed to what, and what is held.

A package that signatures vouch for is installed by its bytes, or by its digest where it is here
already. One that nobody signed is its author's: it is "in development" in that tenant alone, and
replaced by the next one of the same version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from blocks.authoring.images import why_no_image
from blocks.installs._changes import note_change
from blocks.installs._tables import BlockInstall, BlockPackage, BlockUpload
from blocks.installs.model import InstallView, Offered, asks_of, new_asks
from blocks.installs.vouching import refuse_revoked, signers_of
from blocks.manifest import Manifest, kept_manifest, parse_manifest
from blocks.packages.package import read_package
from blocks.registry import Standing, standard_registry
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from tenancy.rows import get_owned, insert_new

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


def upload(session: Session, tenant_id: UUID, data: bytes, *, by: str, now: datetime) -> Offered:
    """Take a package to be shown before it is installed; it is kept once, whoever brings it.

    Raises:
        InvalidError: it is no package, or no block, or has the name of one that comes with Garland,
            or steers workflows as only those do.
        NotTrustedError: it is signed, and its signature is not to be believed.
    """
    package = read_package(data)
    if package.kind != "block":
        told = "this is a pack: put its folder where docs/packs.md says"
        raise InvalidError(told, problems=[Problem("", told)])
    manifest = parse_manifest(package.manifest)
    _require_foreign(manifest)
    _require_looks(manifest, package.files)
    row = {
        "digest": package.digest,
        "block_id": manifest.id,
        "version": manifest.version,
        "manifest": dict(package.manifest),
        "archive": data,
        "signers": list(signers_of(session, package, now=now)),
        "added_at": now,
    }
    _keep(session, row)
    brought = {"id": new_id(), "tenant_id": tenant_id, "digest": package.digest}
    brought.update(uploaded_at=now, uploaded_by=by)
    insert_new(session, BlockUpload, brought, keys=("tenant_id", "digest"))
    return offered(session, tenant_id, package.digest)


def _require_looks(manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Refuse a block without what its page shows: who is to agree to it has to read it."""
    problems = []
    if not files.get("README.md", b"").strip():
        problems.append(Problem("/README.md", "README.md is missing: say what the block does"))
    if manifest.icon not in files:
        problems.append(Problem("/icon", f"{manifest.icon} is missing: add the icon"))
    elif why := why_no_image(manifest.icon, files[manifest.icon]):
        problems.append(Problem("/icon", f"{manifest.icon} cannot be shown: {why}"))
    if problems:
        raise InvalidError(f"the block {manifest.id} is incomplete", problems=problems)


def offered(session: Session, tenant_id: UUID, digest: str) -> Offered:
    """Show a package that the tenant may install.

    Raises:
        NotFoundError: there is none, or nobody signed it and another tenant brought it.
    """
    package = session.get(BlockPackage, digest)
    brought = select(BlockUpload.id).where(
        BlockUpload.tenant_id == tenant_id, BlockUpload.digest == digest
    )
    if package is None or not (package.signers or session.scalar(brought)):
        raise NotFoundError("no such package is here: upload it", digest=digest)
    asks = asks_of(package.manifest)
    rows = _rows(session, tenant_id, package.block_id)
    same = next((one for one in rows if one.version == package.version), None)
    return Offered(
        digest=digest,
        manifest=kept_manifest(package.manifest),
        asks_for=asks,
        new_asks=new_asks(asks, [one.permissions for one in rows]),
        is_signed=bool(package.signers),
        replaces=same.digest if same is not None and same.digest != digest else "",
        is_installed=same is not None and same.digest == digest,
    )


def install(
    session: Session, tenant_id: UUID, digest: str, *, consents: bool, by: str, now: datetime
) -> InstallView:
    """Let a tenant use a package; installing it again changes nothing.

    `consents` says whether the person who asks agrees to all that it asks for.

    Raises:
        NotFoundError: as `offered`.
        ConsentError: it asks for what no version of it was granted yet, and nobody agreed.
        OtherDigestError: the version is installed from another package that is signed.
        NotTrustedError: its signature is not to be believed any more.
    """
    found = offered(session, tenant_id, digest)
    if found.is_signed:  # somebody may have taken back their word since it came
        signers_of(session, read_package(session.get_one(BlockPackage, digest).archive), now=now)
    else:
        refuse_revoked(session, digest, now=now)
    if found.needs_consent and not consents:
        raise ConsentError(
            f"{found.manifest.title} asks for more than was agreed to: consent to it",
            digest=digest,
            asks_for=list(found.new_asks),
        )
    manifest = found.manifest
    rows = _rows(session, tenant_id, manifest.id)
    row = next((one for one in rows if one.version == manifest.version), None)
    becomes = Standing.INSTALLED if found.is_signed else Standing.IN_DEVELOPMENT
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
    row.state = becomes
    row.permissions, row.consented_at, row.consented_by = list(found.asks_for), now, by
    row.installed_at, row.installed_by = now, by
    note_change(session)
    log.info("block_installed", block=manifest.id, version=manifest.version, digest=digest)
    return _view(session, row)


def files_of(session: Session, digest: str) -> Mapping[str, bytes]:
    """Give the files of a package that is kept here; its digest is checked again."""
    return read_package(session.get_one(BlockPackage, digest).archive).files


def list_installs(session: Session, tenant_id: UUID) -> list[InstallView]:
    """List what a tenant has installed, by id, the version installed last first."""
    return [_view(session, one) for one in _rows(session, tenant_id)]


def get_install(session: Session, tenant_id: UUID, install_id: UUID) -> InstallView:
    """Give one installed version; raises NotFoundError."""
    return _view(session, get_owned(session, BlockInstall, tenant_id, install_id, name=_NAME))


def uninstall(
    session: Session,
    tenant_id: UUID,
    install_id: UUID,
    *,
    used_by: Callable[[str, str], Collection[str]],
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


def hold(
    session: Session, tenant_id: UUID, install_id: UUID, *, reason: str, lets_finish: bool
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
    return _view(session, row)


def release(session: Session, tenant_id: UUID, install_id: UUID) -> InstallView:
    """Let a held version be used again."""
    row = get_owned(session, BlockInstall, tenant_id, install_id, name=_NAME, lock=True)
    _refuse_withdrawn(row)
    package = session.get_one(BlockPackage, row.digest)
    row.state = Standing.INSTALLED if package.signers else Standing.IN_DEVELOPMENT
    row.lets_finish, row.reason = True, ""
    note_change(session)
    return _view(session, row)


def _require_foreign(manifest: Manifest) -> None:
    """Refuse what only a block that comes with Garland may be called or do."""
    if standard_registry().latest(manifest.id) is not None or manifest.publisher == "garland":
        told = f"{manifest.id} is a name of Garland's own: give the block another publisher"
        raise InvalidError(told, problems=[Problem("/id", told)])
    control = manifest.behaviour.control
    if control and (manifest.kind, control) != ("composite", "call"):
        told = (
            f"behaviour.control: only blocks that come with Garland steer a workflow ({control}): "
            "take control out, and let the workflow decide by the port the block leaves by"
        )
        raise InvalidError(told, problems=[Problem("/behaviour/control", told)])


def _is_no_news(state: Standing, becomes: Standing) -> bool:
    """Tell whether a package stays what it is: its signed twin ends its being in development."""
    return not (state is Standing.IN_DEVELOPMENT and becomes is Standing.INSTALLED)


def _refuse_withdrawn(row: BlockInstall) -> None:
    if row.state is Standing.WITHDRAWN:
        raise ConflictError(f"{row.block_id} {row.version} was withdrawn: install another version")


def _rows(session: Session, tenant_id: UUID, block_id: str = "") -> list[BlockInstall]:
    wanted = select(BlockInstall).where(BlockInstall.tenant_id == tenant_id)
    if block_id:
        wanted = wanted.where(BlockInstall.block_id == block_id)
    order = (BlockInstall.block_id, BlockInstall.installed_at.desc())
    return list(session.scalars(wanted.order_by(*order)))


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


def _keep(session: Session, row: dict[str, object]) -> None:
    """Write a package unless it is here; an unsigned one is signed once its signed twin comes."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = insert_postgresql if is_postgresql else insert_sqlite
    session.execute(insert(BlockPackage).values(**row).on_conflict_do_nothing())
    if row["signers"]:
        kept = session.get_one(BlockPackage, row["digest"], populate_existing=True)
        kept.signers, kept.archive = row["signers"], row["archive"]  # type: ignore[assignment]
        session.flush()
