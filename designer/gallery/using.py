"""Using a template: its workflow, rules, tables and calendars are made together, or none is.

The workflow is a draft, and its rules only observe, so nothing acts before a person publishes.
What the organisation has under the name of a table or calendar is kept and used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from designer.gallery.model import PARTS, Template
from kernel.ids import slugify
from runtime.calendars.store import calendar_names, create_calendar
from runtime.flows.versions import FlowView, create_flow
from runtime.inventory.lookup import put_table
from runtime.inventory.lookups.store import list_tables
from runtime.rules.model import Mode
from runtime.rules.store import RuleView, create_rule, publish_rule
from tenancy.policies import SecondPersonError

log = structlog.get_logger(__name__)
_PERMISSIONS = {
    "flow": "workflows.edit",
    "rules": "rules.edit",
    "tables": "inventory.edit",
    "calendars": "calendars.edit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """For whom something is made, by whom and when; `may` tells what they may do."""

    session: Session
    tenant_id: UUID
    by: str
    by_id: UUID | None
    now: datetime
    may: Callable[[str], bool]

    @property
    def where(self) -> tuple[Session, UUID]:
        """Give what every service asks first."""
        return self.session, self.tenant_id

    @property
    def who(self) -> dict[str, Any]:
        """Give who does it, and when."""
        return {"by": self.by, "now": self.now}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a template.

    Attributes:
        observing: Rules that observe; the others are drafts, which somebody else has to publish.
        kept: Names of tables and calendars that were there already.
    """

    flow: FlowView
    rules: tuple[RuleView, ...]
    observing: int
    kept: tuple[str, ...]


def permissions_of(template: Template) -> list[str]:
    """List what somebody needs in order to use a template."""
    return [_PERMISSIONS[part] for part in PARTS if part == "flow" or template.parts(part)]


def use_template(maker: Maker, documents: Mapping[str, Any], *, name: str) -> Made:
    """Make all that a filled template holds.

    Raises:
        InvalidError: a part cannot be made so; the caller takes the others back.
    """
    kept = [*_make_tables(maker, documents), *_make_calendars(maker, documents)]
    flow = create_flow(*maker.where, name=name, document=documents["flow"], **maker.who)
    called = slugify(documents["flow"]["name"])
    rules = [
        create_rule(
            *maker.where,
            document=starting(rule, called, flow.slug),
            by_id=maker.by_id,
            **maker.who,
        )
        for rule in documents.get("rules", ())
    ]
    observing = sum(_observes(maker, rule) for rule in rules)
    log.info("template_used", flow_id=str(flow.id), rules=len(rules), kept=len(kept))
    return Made(flow=flow, rules=tuple(rules), observing=observing, kept=tuple(kept))


def _make_tables(maker: Maker, documents: Mapping[str, Any]) -> Collection[str]:
    there = {one.name for one in list_tables(*maker.where)}
    for table in documents.get("tables", ()):
        if table["name"] not in there:
            put_table(*maker.where, table["name"], table["columns"], table["rows"])
    return [one["name"] for one in documents.get("tables", ()) if one["name"] in there]


def _make_calendars(maker: Maker, documents: Mapping[str, Any]) -> Collection[str]:
    there = set(calendar_names(*maker.where))
    for calendar in documents.get("calendars", ()):
        if calendar["name"] not in there:
            create_calendar(*maker.where, document=calendar, **maker.who)
    return [one["name"] for one in documents.get("calendars", ()) if one["name"] in there]


def starting(rule: Mapping[str, Any], called: str, slug: str) -> dict[str, Any]:
    """Let a rule start a workflow by another short name than the one it was called by."""
    deeds = [
        {**one, "flow": slug} if one["do"] == "start" and one["flow"] == called else one
        for one in rule["then"]
    ]
    return {**rule, "then": deeds}


def _observes(maker: Maker, rule: RuleView) -> bool:
    """Let a rule observe, where its maker may and no second person is asked for."""
    if not maker.may("rules.publish"):
        return False
    try:
        publish_rule(*maker.where, rule.id, mode=Mode.OBSERVE, by_id=maker.by_id, **maker.who)
    except SecondPersonError:
        return False
    return True
