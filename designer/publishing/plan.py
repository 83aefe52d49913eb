"""What publishing a draft would do, said before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.problems.places import Place, place_of
from runtime.drafts.differing import Difference, difference
from runtime.flow_control.removing import rules_that_start
from runtime.flows.comparing import Change, compare
from runtime.flows.history import who_starts
from runtime.flows.model import empty_flow
from runtime.flows.problems import FlowProblem
from runtime.flows.safe import for_reader
from runtime.flows.versions import FlowView, get_version, list_versions, problems_of
from runtime.runs.glance import under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What becomes of the live version.

    Attributes:
        number: The version that would be made.
        lines: The same changes as lines of JSON, without secrets.
        affects: Sentences: what goes on, what starts the new one.
    """

    flow: FlowView
    number: int
    difference: Difference
    lines: Sequence[Change]
    problems: Sequence[FlowProblem]
    affects: Sequence[str]

    @property
    def errors(self) -> list[tuple[FlowProblem, Place]]:
        """List what stands in the way, and where it leads."""
        draft = self.flow.draft
        return [(one, place_of(one, draft)) for one in self.problems if one.severity == "error"]

    @property
    def is_news(self) -> bool:
        """Tell whether anything would change."""
        return self.flow.live_number is None or bool(self.difference.told)


def publish_plan(
    session: Session, tenant_id: UUID, flow: FlowView, registry: Registry
) -> PublishPlan:
    """Say what publishing the draft would do now."""
    where = (session, tenant_id)
    live = get_version(*where, flow.live_version_id) if flow.live_version_id else None
    before = live.document if live is not None else empty_flow(flow.name)
    safe = [for_reader(one, registry, may_change=False) for one in (before, flow.draft)]
    numbers = [one.number or 0 for one in list_versions(*where, flow.id)]
    return PublishPlan(
        flow=flow,
        number=max(numbers, default=0) + 1,
        difference=difference(before, flow.draft, registry),
        lines=compare(*safe),
        problems=problems_of(*where, flow.draft),
        affects=list(_affects(session, tenant_id, flow, registry)),
    )


def since_live(session: Session, tenant_id: UUID, flow: FlowView, registry: Registry) -> str:
    """Say in a few words how far the draft is from what is live; "" where it is the same."""
    if flow.live_version_id is None or not flow.has_unpublished_changes:
        return "" if flow.live_version_id is not None else "Not published yet"
    live = get_version(session, tenant_id, flow.live_version_id)
    count = difference(live.document, flow.draft, registry).count
    if not count:
        return f"Only moved since version {flow.live_number}"
    return f"{count} {'change' if count == 1 else 'changes'} since version {flow.live_number}"


def _affects(
    session: Session, tenant_id: UUID, flow: FlowView, registry: Registry
) -> Iterator[str]:
    active = under_way(session, tenant_id, flow.id)
    if active.count:
        yield f"{active} under way: each goes on with the version it began with"
    if flow.paused:
        yield "It is paused: nothing starts it until it is resumed"
    for name in rules_that_start(session, tenant_id, flow):
        yield f"The rule {name} starts the new version from now on"
    for id_, trigger in flow.draft["triggers"].items():
        if trigger["kind"] in ("schedule", "webhook", "block"):
            title = trigger.get("title") or id_
            yield f"{title} ({trigger['kind']}) starts the new version from now on"
    for name, how in who_starts(session, tenant_id, flow, registry):
        yield f"{name} {how}: it keeps the version it is fixed to until it is published again"
