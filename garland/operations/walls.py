"""What `garland doctor` says of row-level security."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from garland.operations.finding import Finding
from garland.services import Services
from kernel.db import Base
from kernel.walls import is_walled
from tenancy.walls import REMEDY, bare_tables

NAME = "row security"


def row_security(services: Services) -> Finding:
    """Tell whether PostgreSQL itself keeps tenants apart, for every table of theirs."""
    try:
        with services.engine.connect() as connection:
            if connection.dialect.name != "postgresql":
                told = "SQLite has none: Garland's guard alone keeps tenants apart"
                return Finding(name=NAME, ok=True, message=told)
            acts, bare = is_walled(connection), bare_tables(connection, Base.metadata)
    except SQLAlchemyError:
        told = "not known: the database does not answer, or is not migrated"
        return Finding(name=NAME, ok=True, message=told)
    if bare:
        message, remedy = f"{len(bare)} tables have no policy: {', '.join(bare[:5])}", REMEDY
        return Finding(name=NAME, ok=False, message=message, remedy=remedy)
    if not acts:
        message = "the user of GARLAND_DATABASE_URL may not act as the roles that it holds"
        return Finding(name=NAME, ok=False, message=message, remedy=REMEDY)
    return Finding(name=NAME, ok=True, message="every table of tenants has its policies")
