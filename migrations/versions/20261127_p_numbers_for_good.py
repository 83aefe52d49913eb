"""On SQLite, too, give no number of the journal or the history a second time.

Without AUTOINCREMENT the numbers of removed rows come again once the last one is gone, and a firing
or a follower takes the new row for the old. Not safe while the previous release runs: the tables
are written anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261127_p_numbers_for_good"
down_revision = "20261127_l_alarm_deed"

TABLES = ("journal", "alarm_history")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    _write_anew(sqlite_autoincrement=True)
    # rows that are gone may have had greater numbers than those that are left
    op.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'journal'"))
    op.execute(
        sa.text(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'journal', coalesce(max(seq), 0)"
            " FROM (SELECT seq FROM journal UNION ALL SELECT seq FROM firing)"
        )
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _write_anew()


def _write_anew(**how: bool) -> None:
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs=how):
            pass
