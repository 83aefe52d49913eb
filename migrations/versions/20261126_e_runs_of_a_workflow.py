"""Find the newest runs of one workflow by an index that begins with the tenant.

Every query names the tenant, so SQLite took the index of all the tenant's runs by time and went
through them one by one.

Safe while the previous release runs: yes, only an index changes.
"""

from __future__ import annotations

from alembic import op

revision = "20261126_e_runs_of_a_workflow"
down_revision = "20261126_c_limits"

BEFORE = ("ix_run_flow_id_started_at", ["flow_id", "started_at"])
AFTER = ("ix_run_tenant_id_flow_id_started_at", ["tenant_id", "flow_id", "started_at"])


def upgrade() -> None:
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    _replace(AFTER, BEFORE)


def _replace(old: tuple[str, list[str]], new: tuple[str, list[str]]) -> None:
    op.create_index(new[0], "run", new[1])
    op.drop_index(old[0], "run")
