"""A tenant's rule over its own journal: the draft beside the version that is judged today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms.policy.store import policy_of
from runtime.rules._tables import RuleRow, RuleVersionRow
from runtime.rules.backtest.history import count_rows, read_rows
from runtime.rules.backtest.playing import Progress, play
from runtime.rules.backtest.report import Report
from runtime.rules.judging.ruleset import JudgedRule, judged_rule
from runtime.rules.model import Mode
from runtime.rules.store import get_rule


def backtest_rule(  # noqa: PLR0913  which rule, over what, told to whom
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    *,
    since: datetime,
    now: datetime,
    most: int,
    document: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Play the journal since an instant, at most so many of its rows; nothing is written.

    `document` is judged in place of the draft.

    Raises:
        InvalidError: the draft has problems.
        NotFoundError: there is no such rule.
    """
    written = document if document is not None else get_rule(session, tenant_id, rule_id).draft
    draft = judged_rule(rule_id, rule_id, Mode.LIVE, dict(written))
    judged = _judged_now(session, tenant_id)
    is_whole = count_rows(session, tenant_id, since=since) <= most
    report = play(
        tenant_id,
        islice(read_rows(session, tenant_id, since=since), most),
        draft,
        live=judged.get(rule_id),
        others=list(judged.values()),
        until=now if is_whole else None,
        policy=policy_of(session, tenant_id),
        progress=progress,
    )
    report.is_complete = report.is_complete and is_whole
    return report


def _judged_now(session: Session, tenant_id: UUID) -> dict[UUID, JudgedRule]:
    """Give the versions that are judged now, by rule."""
    rows = session.execute(
        select(RuleVersionRow, RuleRow.mode)
        .join(RuleRow, RuleRow.live_version_id == RuleVersionRow.id)
        .where(
            RuleRow.tenant_id == tenant_id,
            RuleVersionRow.tenant_id == tenant_id,
            RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)),
        )
    )
    return {
        version.rule_id: judged_rule(version.rule_id, version.id, mode, version.document)
        for version, mode in rows
    }
