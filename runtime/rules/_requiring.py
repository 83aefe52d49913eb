"""What a rule or decision table must be to be kept as a draft, and to be published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from runtime.flows.versions import flow_slugs
from runtime.rules.model import Mode, check_rule
from runtime.rules.tables.analysis import publishing_problems
from runtime.rules.tables.model import check_table, is_table
from runtime.rules.uses import require_look_up_tables


def require_publishable(
    session: Session, tenant_id: UUID, document: Mapping[str, Any], mode: Mode
) -> None:
    """Refuse what cannot be published, or not in that mode; raises InvalidError."""
    if mode not in (Mode.LIVE, Mode.OBSERVE) and not (mode is Mode.OFF and is_table(document)):
        raise InvalidError(
            "publish as live or observe", problems=[Problem("/mode", "mode: live or observe")]
        )
    require_good(session, tenant_id, document)
    require_decisive(document)
    require_look_up_tables(session, tenant_id, document)


def require_same_kind(before: Any, document: Any) -> None:
    """Refuse to make a table of a rule or a rule of a table: what leans on it would break."""
    if is_table(before) != is_table(document):
        what = "decision table" if is_table(before) else "rule"
        raise InvalidError(f"this is a {what} and stays one: make the other one anew")


def require_good(session: Session, tenant_id: UUID, document: Any) -> None:
    """Refuse a document with problems; raises InvalidError with all of them."""
    check = check_table if is_table(document) else check_rule
    problems = check(document, flow_slugs(session, tenant_id).keys())
    if problems:
        what = "table" if is_table(document) else "rule"
        raise InvalidError(
            f"the {what} has {len(problems)} problem(s) to solve first", problems=problems
        )


def require_decisive(document: Mapping[str, Any]) -> None:
    """Refuse to publish a table whose rows contradict each other or can never match."""
    problems = publishing_problems(document) if is_table(document) else []
    if problems:
        raise InvalidError("the table cannot be published yet", problems=problems)
