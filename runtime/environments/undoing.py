"""Taking a promotion back: what was live before is live again, all of it or nothing.

One person does it, as one person switches a rule off, where it leads back to what a second person
put live or said yes to. What was new cannot be unmade: a workflow is paused, a rule switched off,
a look-up table or calendar that came along stays. One that was overwritten is as it was before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, ForbiddenError
from kernel.secrets import Vault
from runtime.environments._tables import WHO_MAX, Promotion, PromotionState
from runtime.environments.carrying import WORKFLOW
from runtime.environments.contents import put_back
from runtime.environments.named import PERMISSIONS
from runtime.environments.promoting import NEEDED, get_promotion
from runtime.environments.putting import Place
from runtime.flow_control.publishing import publish, require_use
from runtime.flows import history as flow_history
from runtime.flows import versions as flows
from runtime.going_live.model import Yes
from runtime.going_live.subjects import without_digests
from runtime.rules import history as rule_history
from runtime.rules import store as rules
from runtime.rules.model import Mode
from tenancy.audit.trail import About, note

log = structlog.get_logger(__name__)


def undo(
    session: Session, promotion_id: UUID, *, who: Acting, vault: Vault, now: datetime
) -> Promotion:
    """Let be live again what was before.

    Raises:
        ForbiddenError: who acts may not publish here, or not write what came along.
        SecondPersonError: it would lead back to what only who acts ever said yes to.
        ConflictError: it is not done, or something of it was changed or published since; nothing is
            changed then.
        InvalidError: what was live before could not be published any more.
    """
    row = get_promotion(session, who.tenant_id, promotion_id, lock=True)
    if row.state is not PromotionState.DONE:
        raise ConflictError("only what was done can be taken back")
    if not all(who.may(one) for one in NEEDED):
        raise ForbiddenError(f"your role ({who.role}) may not publish in {who.tenant_name}")
    by = who.person_name[:WHO_MAX]
    place = Place(session=session, who=who, vault=vault, now=now, by=by, note="")
    with session.begin_nested():
        for one in reversed(row.before):
            if one["kind"] == WORKFLOW:
                _flow_back(session, one, who=who, vault=vault, now=now)
            elif one["kind"] in PERMISSIONS:
                put_back(place, one)
            else:
                _rule_back(session, one, who=who, now=now)
        row.state, row.ended_at = PromotionState.UNDONE, now
        row.ended_by = by
        session.flush()
    log.info("promotion_undone", promotion=str(row.id), by=who.person_name)
    about = About(kind="promotion", id=row.id, name=row.from_name)
    note(session, row.tenant_id, "promotion.undone", now=now, about=about)
    return row


def _flow_back(
    session: Session, was: dict[str, Any], *, who: Acting, vault: Vault, now: datetime
) -> None:
    where = (session, who.tenant_id, UUID(was["id"]))
    flow = flows.get_flow(*where)
    _refuse_moved(was, flow.live_number, is_touched=flow.has_unpublished_changes)
    if was["before"] is None:
        flows.set_paused(*where, paused=True, now=now)
        return
    took_two = flow_history.require_back(*where, was["before"])
    said: dict[str, Any] = {"by": who.person_name, "now": now}
    document = without_digests(flow_history.document_of(*where, was["before"]))
    saved = flows.save_draft(
        *where, document=document, expected_revision=flow.draft_revision, **said
    )
    require_use(*where, who=who)
    fixed = flows.fixed_of(*flows.ready_to_publish(session, who.tenant_id, saved.draft))
    yes = Yes(
        document=saved.draft,
        revision=saved.draft_revision,
        fixed=fixed,
        took_two=took_two,
        authors=flow_history.authors_of_versions(*where, was["before"]),
    )
    note = f"Version {was['before']} again"
    publish(*where, note=note, vault=vault, yes=yes, **said)


def _rule_back(session: Session, was: dict[str, Any], *, who: Acting, now: datetime) -> None:
    where = (session, who.tenant_id, UUID(was["id"]))
    rule = rules.get_rule(*where)
    is_touched = rule.draft != rule_history.document_of(*where, rule.live_number)
    _refuse_moved(was, rule.live_number, is_touched=is_touched)
    if was["before"] is None:
        rules.switch_off(*where, now=now)
        return
    said: dict[str, Any] = {"by": who.person_name, "by_id": who.vouched_by, "now": now}
    document = rule_history.document_of(*where, was["before"])
    took_two = rule_history.require_back(*where, was["before"], by_id=who.vouched_by)
    saved = rules.save_draft(
        *where, document=document, expected_revision=rule.draft_revision, **said
    )
    yes = Yes(
        document=saved.draft,
        revision=saved.draft_revision,
        took_two=took_two,
        authors=rule_history.authors_of_versions(*where, was["before"]),
    )
    if was["mode"] == Mode.OFF and saved.kind == "rule":
        rules.publish_rule(*where, mode=Mode.OBSERVE, yes=yes, **said)
        rules.switch_off(*where, now=now)
        return
    rules.publish_rule(*where, mode=Mode(was["mode"]), yes=yes, **said)


def _refuse_moved(was: dict[str, Any], live: int | None, *, is_touched: bool) -> None:
    if live != was["made"] or is_touched:
        raise ConflictError(
            f"{was['title']} was changed or published since: nothing was taken back. Take that one "
            "back by its versions"
        )
