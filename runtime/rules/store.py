"""Rules as rows: drafts with a revision check, versions, modes, and what fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, false, func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from runtime.going_live.authors import authors_of, note_authors_of, settle
from runtime.going_live.model import Yes
from runtime.rules._alone import note_yes, refuse_alone
from runtime.rules._requiring import require_good, require_publishable, require_same_kind
from runtime.rules._tables import Firing, RuleRow, RuleVersionRow
from runtime.rules.model import Mode
from runtime.rules.tables.model import kind_of
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.rows import get_owned

note_authors_of(RuleRow, "rule_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule as others see it; `left_out` events found no room in what it remembers.

    `made_of` names who had a hand in the live version, by the word for who answers.
    """

    id: UUID
    name: str
    mode: Mode
    draft: Mapping[str, Any]
    draft_revision: int
    live_version_id: UUID | None
    live_number: int | None
    updated_at: datetime
    updated_by: str
    fired_count: int = 0
    fired_lately: int = 0
    last_fired_at: datetime | None = None
    left_out: int = 0
    has_unpublished_changes: bool = False
    made_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Tell a decision table from a rule."""
        return kind_of(self.draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersionView:
    """One published state of a rule."""

    id: UUID
    number: int
    document: Mapping[str, Any]
    made_at: datetime
    made_by: str
    drafted_by: str


def create_rule(
    session: Session,
    tenant_id: UUID,
    *,
    document: Any,
    by: str,
    now: datetime,
    by_id: UUID | None = None,
) -> RuleView:
    """Make a rule with a draft; `by_id` is who answers for it.

    Raises:
        InvalidError: with every problem of the document.
    """
    require_good(session, tenant_id, document)
    row = RuleRow(
        id=new_id(),
        tenant_id=tenant_id,
        name=document["name"].strip(),
        draft=dict(document),
        created_at=now,
        updated_at=now,
        updated_by=by,
        draft_by_id=by_id,
    )
    session.add(row)
    session.flush()
    tell_pages_after_commit(session, tenant_id, "rules", {"id": str(row.id)})
    return _view(row, None)


def list_rules(
    session: Session, tenant_id: UUID, *, q: str = "", lately: datetime | None = None
) -> list[RuleView]:
    """List rules by name, each with how often and when it last fired.

    `fired_lately` counts from the instant `lately` on; it stays 0 where none is given.
    """
    since = Firing.at >= lately if lately is not None else false()
    fired = (
        select(
            Firing.rule_id,
            func.count(Firing.id).label("n"),
            func.sum(case((since, 1), else_=0)).label("lately"),
            func.max(Firing.at).label("last"),
        )
        .where(Firing.tenant_id == tenant_id)
        .group_by(Firing.rule_id)
        .subquery()
    )
    wanted = (
        select(RuleRow, RuleVersionRow, fired.c.n, fired.c.lately, fired.c.last)
        .outerjoin(RuleVersionRow, RuleVersionRow.id == RuleRow.live_version_id)
        .outerjoin(fired, fired.c.rule_id == RuleRow.id)
        .where(RuleRow.tenant_id == tenant_id)
        .order_by(func.lower(RuleRow.name), RuleRow.id)
    )
    if q:
        wanted = wanted.where(RuleRow.name.icontains(q, autoescape=True))
    return [
        replace(_view(row, version), fired_count=n or 0, fired_lately=new or 0, last_fired_at=last)
        for row, version, n, new, last in session.execute(wanted)
    ]


def get_rule(session: Session, tenant_id: UUID, rule_id: UUID) -> RuleView:
    """Give one rule; raises NotFoundError."""
    row = _row(session, tenant_id, rule_id)
    version = session.get(RuleVersionRow, row.live_version_id) if row.live_version_id else None
    return _view(row, version)


def get_table(session: Session, tenant_id: UUID, rule_id: UUID) -> RuleView:
    """Give one decision table; raises NotFoundError for a rule as well."""
    if (rule := get_rule(session, tenant_id, rule_id)).kind != "table":
        raise NotFoundError("no such table", rule_id=str(rule_id))
    return rule


def versions_of(session: Session, tenant_id: UUID, rule_id: UUID) -> list[RuleVersionView]:
    """List what was published, newest first."""
    rows = session.scalars(
        select(RuleVersionRow)
        .where(RuleVersionRow.rule_id == rule_id, RuleVersionRow.tenant_id == tenant_id)
        .order_by(RuleVersionRow.number.desc())
        .limit(50)
    )
    return [
        RuleVersionView(
            id=row.id,
            number=row.number,
            document=row.document,
            made_at=row.made_at,
            made_by=row.made_by,
            drafted_by=row.drafted_by,
        )
        for row in rows
    ]


def save_draft(  # noqa: PLR0913  who, what, on which revision and when
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    *,
    document: Any,
    expected_revision: int,
    by: str,
    now: datetime,
    by_id: UUID | None = None,
) -> RuleView:
    """Replace the draft, if nobody else did since `expected_revision`; `by_id` answers for it.

    Raises:
        InvalidError: with every problem of the document, or a rule would become a table.
        ConflictError: somebody saved another draft first.
    """
    row = _row(session, tenant_id, rule_id, lock=True)
    require_same_kind(row.draft, document)
    require_good(session, tenant_id, document)
    if row.draft_revision != expected_revision:
        raise ConflictError(
            f"{row.updated_by or 'somebody'} saved this rule meanwhile: load it again",
            revision=row.draft_revision,
        )
    row.draft, row.name = dict(document), document["name"].strip()
    row.draft_revision += 1
    row.updated_at, row.updated_by, row.draft_by_id = now, by, by_id
    session.flush()
    tell_pages_after_commit(session, tenant_id, "rules", {"id": str(row.id)})
    return get_rule(session, tenant_id, rule_id)


def publish_rule(  # noqa: PLR0913  which, how, who and when, and who said yes
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    *,
    mode: Mode,
    by: str,
    now: datetime,
    by_id: UUID | None = None,
    yes: Yes | None = None,
) -> RuleView:
    """Make the draft the version that is judged, live or observing only; `by_id` answers for it.

    A table may be published off as well: workflows ask it, and no alarm is judged by it. With
    `yes`, what somebody else said yes to is published, and not the draft.

    Raises:
        SecondPersonError: they had a hand in it, and the organisation asks for two people.
        InvalidError: the draft has problems, or it is not published in that mode.
    """
    row = _row(session, tenant_id, rule_id, lock=True)
    draft = yes.document if yes is not None else row.draft
    require_publishable(session, tenant_id, draft, mode)
    live = session.get(RuleVersionRow, row.live_version_id) if row.live_version_id else None
    is_new = live is None or live.document != draft
    took_two = (
        yes.took_two
        if yes is not None
        else refuse_alone(session, row, mode, is_new=is_new, by_id=by_id)
    )
    if is_new:
        row.live_version_id = _add_version(session, row, draft, by=by, now=now)
    note_yes(session, row, mode, is_new=is_new, yes=yes, took_two=took_two)
    revision = yes.revision if yes is not None else row.draft_revision
    settle(session, tenant_id, "rule_id", rule_id, revision=revision, now=now)
    row.mode = mode
    session.flush()
    tell_pages_after_commit(session, tenant_id, "rules", {"id": str(row.id)})
    found = get_rule(session, tenant_id, rule_id)
    facts = {"version": found.live_number, "mode": mode.value, "took_two": took_two}
    about = About(kind=kind_of(draft), id=rule_id, name=found.name)
    note(session, tenant_id, "rule.published", now=now, about=about, facts=facts)
    return found


def _add_version(
    session: Session, row: RuleRow, document: Mapping[str, Any], *, by: str, now: datetime
) -> UUID:
    last = session.scalar(
        select(func.max(RuleVersionRow.number)).where(RuleVersionRow.rule_id == row.id)
    )
    version = RuleVersionRow(
        id=new_id(),
        tenant_id=row.tenant_id,
        rule_id=row.id,
        number=(last or 0) + 1,
        document=document,
        made_at=now,
        made_by=by,
        drafted_by=row.updated_by,
    )
    session.add(version)
    session.flush()
    return version.id


def ready_to_publish(
    session: Session, tenant_id: UUID, rule_id: UUID, mode: Mode
) -> tuple[RuleView, dict[str, str]]:
    """Give a rule whose draft can be published in a mode, and who had a hand in it; it is held.

    Raises:
        InvalidError: the draft has problems, or it is not published in that mode.
    """
    row = _row(session, tenant_id, rule_id, lock=True)
    require_publishable(session, tenant_id, row.draft, mode)
    live = session.get(RuleVersionRow, row.live_version_id) if row.live_version_id else None
    is_new = live is None or live.document != row.draft
    authors = authors_of(session, tenant_id, "rule_id", rule_id) if is_new else dict(row.made_of)
    return _view(row, live), authors


def hold_rule(session: Session, tenant_id: UUID, rule_id: UUID) -> None:
    """Let nobody save or publish a rule before this transaction ends; raises NotFoundError."""
    _row(session, tenant_id, rule_id, lock=True)


def switch_off(session: Session, tenant_id: UUID, rule_id: UUID, *, now: datetime) -> RuleView:
    """Stop judging a rule; its version stays and can be published again."""
    row = _row(session, tenant_id, rule_id, lock=True)
    about = About(kind=kind_of(row.draft), id=rule_id, name=row.name)
    note(session, tenant_id, "rule.switched_off", now=now, about=about)
    row.mode = Mode.OFF if row.live_version_id else Mode.DRAFT
    session.flush()
    tell_pages_after_commit(session, tenant_id, "rules", {"id": str(row.id)})
    return get_rule(session, tenant_id, rule_id)


def _row(session: Session, tenant_id: UUID, rule_id: UUID, *, lock: bool = False) -> RuleRow:
    return get_owned(session, RuleRow, tenant_id, rule_id, name="rule", lock=lock)


def _view(row: RuleRow, version: RuleVersionRow | None) -> RuleView:
    return RuleView(
        id=row.id,
        name=row.name,
        mode=row.mode,
        draft=row.draft,
        draft_revision=row.draft_revision,
        live_version_id=row.live_version_id,
        live_number=version.number if version is not None else None,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        left_out=row.left_out,
        has_unpublished_changes=version is not None and version.document != row.draft,
        made_of=row.made_of or {},
    )
