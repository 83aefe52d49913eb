"""Say with each approval what its run is about.

Safe while the previous release runs: yes, what it writes without the column gets an empty subject.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261126_f_approval_subject"
down_revision = "20261126_e_runs_of_a_workflow"


def upgrade() -> None:
    op.add_column(
        "approval", sa.Column("subject", sa.String(length=300), nullable=False, server_default="")
    )
    op.execute(
        "UPDATE approval SET subject = (SELECT run.subject FROM run WHERE run.id = approval.run_id)"
    )


def downgrade() -> None:
    op.drop_column("approval", "subject")
