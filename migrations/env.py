"""Runs migrations against the database named by the configuration."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

import garland.tables  # noqa: F401  completes Base.metadata
from kernel.db import Base, UtcDateTime, make_engine


def _plain_types(kind: str, item: Any, found: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the SQLAlchemy ones under them.

    A migration must keep working after `kernel.db` changes, so it imports none of it.
    """
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        found.imports.add("from sqlalchemy.dialects import postgresql")
        return (
            "sa.JSON(none_as_null=True).with_variant("
            "postgresql.JSONB(none_as_null=True), 'postgresql')"
        )
    return False


def _is_for_this_database(item: Any, _name: Any, kind: str, *_others: Any) -> bool:
    """Leave out an index that another database alone has (`Index(…, info={"only": "sqlite"})`)."""
    return kind != "index" or item.info.get("only", engine.name) == engine.name


engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "", as_owner=True)

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=False,
        render_as_batch=True,
        render_item=_plain_types,
        include_object=_is_for_this_database,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
