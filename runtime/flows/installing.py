"""Installing a block with what it carries: a composite brings the workflow that its steps call."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs import store
from blocks.installs.model import InstallView
from blocks.installs.offering import package_of
from blocks.installs.registry import registry_of
from blocks.kinds.composite import FLOW_FILE, read_carried
from kernel.errors import InvalidError, Problem
from runtime.flows.carried import ensure_carried


def install(
    session: Session, tenant_id: UUID, digest: str, *, consents: bool, by: str, now: datetime
) -> InstallView:
    """Let a tenant use a package, and keep the workflow that it carries; the same once again.

    Raises:
        InvalidError: the workflow it carries cannot be used here, such as one of a block that is
            not installed.
        NotFoundError, ConsentError, OtherDigestError, NotTrustedError: as `store.install`.
    """
    made = store.install(session, tenant_id, digest, consents=consents, by=by, now=now)
    if made.manifest.kind == "composite":
        carried = package_of(session, digest).files.get(FLOW_FILE)
        if carried is None:
            told = f"{FLOW_FILE} is missing: a composite carries its workflow in it"
            raise InvalidError(told, problems=[Problem(f"/{FLOW_FILE}", told)])
        ensure_carried(
            session,
            tenant_id,
            made.manifest,
            digest,
            read_carried(carried),
            registry=registry_of(session, tenant_id),
            now=now,
        )
    return made
