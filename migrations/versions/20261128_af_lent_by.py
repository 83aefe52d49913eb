"""Keep with each installed block which provider lent it, where nobody signed it.

What is installed and unsigned now, and not in development, was lent: by the topmost provider above
that brought the package.

Safe while the previous release runs: yes, the column is unknown to it. What a provider lends is
installed there meanwhile as if nobody had lent it: install it again.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "20261128_af_lent_by"
down_revision = "20261128_ae_trial_periods"

_INSTALL = sa.table(
    "block_install",
    sa.column("id", sa.Uuid()),
    sa.column("tenant_id", sa.Uuid()),
    sa.column("digest", sa.String()),
    sa.column("state", sa.String()),
    sa.column("lent_by", sa.Uuid()),
)
_PACKAGE = sa.table(
    "block_package", sa.column("digest", sa.String()), sa.column("signers", sa.JSON())
)
_UPLOAD = sa.table(
    "block_upload", sa.column("tenant_id", sa.Uuid()), sa.column("digest", sa.String())
)
_ORGANISATION = sa.table(
    "organisation",
    sa.column("id", sa.Uuid()),
    sa.column("parent_id", sa.Uuid()),
    sa.column("kind", sa.String()),
)
_ENVIRONMENT = sa.table(
    "environment", sa.column("organisation_id", sa.Uuid()), sa.column("live_id", sa.Uuid())
)


def upgrade() -> None:
    op.add_column("block_install", sa.Column("lent_by", sa.Uuid(), nullable=True))
    unsigned = sa.select(_PACKAGE.c.digest).where(sa.cast(_PACKAGE.c.signers, sa.Text) == "[]")
    wanted = sa.select(_INSTALL.c.id, _INSTALL.c.tenant_id, _INSTALL.c.digest).where(
        _INSTALL.c.state != "in development", _INSTALL.c.digest.in_(unsigned)
    )
    rows = op.get_bind().execute(wanted).all()
    for row in rows:
        brought = sa.select(_UPLOAD.c.tenant_id).where(_UPLOAD.c.digest == row.digest)
        lenders = {*op.get_bind().execute(brought).scalars()}
        above = [one for one in _providers_above(row.tenant_id) if one in lenders]
        if above:
            found = _INSTALL.update().where(_INSTALL.c.id == row.id)
            op.execute(found.values(lent_by=above[-1]))


def _providers_above(tenant_id: UUID) -> list[UUID]:
    """List those above an organisation that have a catalogue, from the nearest up."""
    ask = op.get_bind().execute
    live = sa.select(_ENVIRONMENT.c.live_id).where(_ENVIRONMENT.c.organisation_id == tenant_id)
    at: UUID | None = ask(live).scalar() or tenant_id
    found: list[UUID] = []
    while at is not None:
        one = ask(sa.select(_ORGANISATION).where(_ORGANISATION.c.id == at)).one()
        if at != tenant_id and one.kind in ("csp", "reseller"):
            found.append(at)
        at = one.parent_id
    return found


def downgrade() -> None:
    op.drop_column("block_install", "lent_by")
